//! What stands on an invoice, whatever people and Pax8 wrote: it becomes a PDF, the same one twice.
#![no_main]

use arbitrary::Arbitrary;
use invoice_pdf::{
    DocumentDate, DocumentLine, InvoiceDocument, PageSize, Party, PdfError, TotalLine, render,
};

#[derive(Arbitrary, Debug)]
struct Words<'a> {
    letter: bool,
    day: (u16, u8, u8),
    heads: [&'a str; 4],
    optional: [Option<&'a str>; 6],
    seller: (Vec<&'a str>, Option<&'a str>),
    buyer: (Vec<&'a str>, Option<&'a str>),
    lines: Vec<([&'a str; 4], Option<&'a str>, Option<&'a str>)>,
    totals: Vec<(&'a str, &'a str, bool)>,
    notes: Vec<&'a str>,
}

libfuzzer_sys::fuzz_target!(|words: Words<'_>| {
    let size = if words.letter {
        PageSize::Letter
    } else {
        PageSize::A4
    };
    let document = document(&words);
    match render(&document, size) {
        Ok(pdf) => {
            assert!(pdf.starts_with(b"%PDF-"));
            assert_eq!(
                render(&document, size).unwrap(),
                pdf,
                "the same document gives the same file"
            );
        }
        Err(PdfError::TooLarge { .. }) => {}
        Err(other) => panic!("{other}"),
    }
});

fn document(words: &Words<'_>) -> InvoiceDocument {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let [
        number,
        issue_date,
        due_date,
        period,
        payment_terms,
        watermark,
    ] = words.optional.map(owned);
    InvoiceDocument {
        kind: words.heads[0].to_owned(),
        number,
        dated: DocumentDate {
            year: words.day.0,
            month: words.day.1,
            day: words.day.2,
        },
        logo: None,
        seller: party(words.heads[1], &words.seller),
        buyer: party(words.heads[2], &words.buyer),
        issue_date,
        due_date,
        period,
        currency: words.heads[3].to_owned(),
        lines: words
            .lines
            .iter()
            .map(|(it, detail, tax_mark)| DocumentLine {
                description: it[0].to_owned(),
                detail: owned(*detail),
                quantity: it[1].to_owned(),
                unit_price: it[2].to_owned(),
                tax_mark: owned(*tax_mark),
                amount: it[3].to_owned(),
            })
            .collect(),
        totals: words
            .totals
            .iter()
            .map(|(label, amount, emphasis)| TotalLine {
                label: (*label).to_owned(),
                amount: (*amount).to_owned(),
                emphasis: *emphasis,
            })
            .collect(),
        payment_terms,
        notes: texts(&words.notes),
        watermark,
    }
}

fn party(name: &str, (address, email): &(Vec<&str>, Option<&str>)) -> Party {
    Party {
        name: name.to_owned(),
        address_lines: address.iter().map(|&line| line.to_owned()).collect(),
        email: email.map(str::to_owned),
        tax_id: email.map(str::to_owned),
    }
}
