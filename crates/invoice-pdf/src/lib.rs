//! A document in, PDF bytes out.
//!
//! The caller hands over an [`InvoiceDocument`] of finished strings (amounts, dates and
//! quantities already written the way the reader expects them) and gets a PDF file that is fit
//! for an archive (PDF/A-2a, fonts embedded) and for readers who hear it (PDF/UA-1, tagged). The same document gives the
//! same bytes, always: nothing here reads a clock, a file, the environment or chance.
//!
//! Text comes from people and from other systems, so none of it is trusted: what cannot be drawn
//! is replaced, what is too wide is wrapped, what is too long continues on the next page.
//!
//! A picture is trusted even less: a [`Logo`] exists only once its pixels were read, so that none can
//! stop an invoice from being printed.
//!
//! The way through the crate: `layout` turns a document into pages of marks with the help of
//! `text` (fonts, line breaking, shaping), and `paint` writes the marks down.

mod document;
mod error;
mod layout;
mod logo;
mod paint;
mod text;

pub use document::{DocumentDate, DocumentLine, InvoiceDocument, PageSize, Party, TotalLine};
pub use error::PdfError;
pub use logo::{Logo, LogoError};
pub use text::Fonts;

/// Writes `document` as a PDF file, with the built-in fonts.
///
/// They cover Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian and Georgian. For other scripts
/// see [`render_with`].
///
/// Fails when the document is too large ([`PdfError::TooLarge`]); no text makes it fail.
pub fn render(document: &InvoiceDocument, page_size: PageSize) -> Result<Vec<u8>, PdfError> {
    render_with(document, page_size, &Fonts::built_in())
}

/// Writes `document` as a PDF file with the given fonts.
///
/// Fails as [`render`] does.
pub fn render_with(
    document: &InvoiceDocument,
    page_size: PageSize,
    fonts: &Fonts,
) -> Result<Vec<u8>, PdfError> {
    document.check_size()?;
    let typesetter = text::Typesetter::new(fonts)?;
    let layout = layout::lay_out(document, page_size, &typesetter);
    paint::write(document, page_size, &layout, &typesetter)
}
