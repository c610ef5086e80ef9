//! Writes a few sample invoices into the folder given as the first argument, to look at.

#[path = "../tests/samples/mod.rs"]
mod invoices;

use invoice_pdf::{InvoiceDocument, PageSize, render};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let write =
        |name: &str, document: &InvoiceDocument, size| -> Result<(), Box<dyn std::error::Error>> {
            std::fs::write(format!("{folder}/{name}.pdf"), render(document, size)?)?;
            Ok(())
        };
    write("a4", &invoices::sample(), PageSize::A4)?;
    write("letter", &invoices::sample(), PageSize::Letter)?;
    write("long", &invoices::long(), PageSize::A4)?;
    write("scripts", &invoices::scripts(), PageSize::A4)?;
    write("hostile", &invoices::hostile(), PageSize::Letter)?;
    Ok(())
}
