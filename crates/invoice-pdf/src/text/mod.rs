//! From characters to glyphs on lines.
//!
//! `clean` decides what may be drawn, `fonts` which face draws it, `wrap` where lines end, and
//! `shape` which glyphs stand where on a line. Everything else in the crate sees [`Line`]s.

mod clean;
mod face;
mod fonts;
mod itemize;
mod shape;
mod style;
mod wrap;

use krilla::text::KrillaGlyph;

use crate::PdfError;
use face::Face;

pub use fonts::Fonts;
pub(crate) use style::{Color, Style};

/// Which cut of the typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// Sets text with the faces of one set of fonts.
pub(crate) struct Typesetter<'a> {
    regular: Vec<Face<'a>>,
    bold: Vec<Face<'a>>,
}

/// One line of set text. Its place on the page is someone else's business.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub text: String,
    pub style: Style,
    /// In points.
    pub width: f32,
    /// From left to right as they stand on the page.
    pub runs: Vec<Run>,
}

/// Glyphs of one face, in the order they are drawn.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Which face of the weight's list.
    pub face: usize,
    /// In points.
    pub width: f32,
    pub glyphs: Vec<KrillaGlyph>,
}

impl<'a> Typesetter<'a> {
    /// Reads the faces. Fails with [`PdfError::Font`] when one of them is no font.
    pub(crate) fn new(fonts: &'a Fonts) -> Result<Self, PdfError> {
        Ok(Self {
            regular: fonts.faces(Weight::Regular)?,
            bold: fonts.faces(Weight::Bold)?,
        })
    }

    /// Sets `text` on one line, however long it is.
    pub(crate) fn line(&self, text: &str, style: Style) -> Line {
        let text = clean::paragraphs(text, self.faces(style.weight)).join(" ");
        self.shape(text, style, unicode_bidi::Level::ltr())
    }

    /// The space between words. [`Line`]s do not end with one.
    pub(crate) fn space(&self, style: Style) -> Line {
        self.shape(" ".to_owned(), style, unicode_bidi::Level::ltr())
    }

    /// Sets `text` on as many lines as `width` points ask for; none if there is nothing to see.
    pub(crate) fn wrap(&self, text: &str, style: Style, width: f32) -> Vec<Line> {
        let paragraphs = clean::paragraphs(text, self.faces(style.weight));
        paragraphs
            .iter()
            .flat_map(|paragraph| self.break_paragraph(paragraph, style, width))
            .collect()
    }

    /// The faces of a weight, the preferred one first.
    pub(crate) fn faces(&self, weight: Weight) -> &[Face<'a>] {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}
