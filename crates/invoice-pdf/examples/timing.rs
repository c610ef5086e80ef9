//! Times the rendering of a one-page invoice: the median of fifty runs.

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::time::Instant;

use invoice_pdf::{PageSize, PdfError, render};

#[expect(
    clippy::print_stdout,
    reason = "the number is the purpose of this program"
)]
fn main() -> Result<(), PdfError> {
    let mut times = Vec::new();
    for _ in 0..50 {
        let start = Instant::now();
        render(&samples::sample(), PageSize::A4)?;
        times.push(start.elapsed());
    }
    times.sort();
    if let Some(median) = times.get(times.len() / 2) {
        println!("one page: {median:?}");
    }
    Ok(())
}
