//! What can go wrong.

/// Why there is no PDF. Never a matter of what characters the document holds.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// More text or more lines than an invoice can sensibly have.
    #[error("the document is too large for a PDF: {found} {unit}, at most {limit}")]
    TooLarge {
        /// What was counted: "lines" or "bytes of text".
        unit: &'static str,
        /// How many there were.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A font's bytes are not a font that can be read.
    #[error("a font could not be read")]
    Font,
    /// The finished file would not have been valid PDF/A, so it was not written.
    #[error("the PDF could not be written: {0}")]
    Write(String),
}
