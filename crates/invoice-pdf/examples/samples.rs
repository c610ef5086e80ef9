//! Writes sample invoices to look at: `samples FOLDER [FONT]`, where the file `FONT` serves the
//! characters that the built-in fonts lack. Pictures in the folder are tried as logos.

#[path = "../tests/samples/mod.rs"]
mod invoices;

use std::error::Error;
use std::fs;

use invoice_pdf::{Fonts, InvoiceDocument, PageSize, render_with};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let fonts = match arguments.next() {
        Some(font) => Fonts::built_in().with_fallback(fs::read(font)?)?,
        None => Fonts::built_in(),
    };
    let write = |name: &str, document: &InvoiceDocument, size| -> Result<(), Box<dyn Error>> {
        fs::write(
            format!("{folder}/{name}.pdf"),
            render_with(document, size, &fonts)?,
        )?;
        Ok(())
    };
    write("a4", &invoices::sample(), PageSize::A4)?;
    write("letter", &invoices::sample(), PageSize::Letter)?;
    write("long", &invoices::long(), PageSize::A4)?;
    write("scripts", &invoices::scripts(), PageSize::A4)?;
    write("hostile", &invoices::hostile(), PageSize::Letter)?;
    write("jpeg", &invoices::with_logo(invoices::JPEG)?, PageSize::A4)?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let is_picture = path.extension().is_some_and(|kind| kind != "pdf");
        if is_picture {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let document = invoices::with_logo(&fs::read(&path)?)?;
            write(&format!("logo-{name}"), &document, PageSize::A4)?;
        }
    }
    Ok(())
}
