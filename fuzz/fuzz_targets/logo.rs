//! A picture that somebody uploads: refused, or one that can be drawn and comes back as the same picture.
#![no_main]

use invoice_pdf::{InvoiceDocument, Logo, PageSize, render};

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let Ok(logo) = Logo::read(file) else {
        return;
    };
    let kept = logo.to_png().expect("what was read can be written");
    let again = Logo::read(&kept).expect("what we wrote can be read");
    assert_eq!(again.size(), logo.size());
    let document = InvoiceDocument {
        logo: Some(logo),
        ..InvoiceDocument::default()
    };
    render(&document, PageSize::A4).expect("it can be drawn");
});
