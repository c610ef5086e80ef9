//! The fonts a document may use.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use krilla::Data;

use super::Weight;
use super::clean::{is_drawable, is_invisible};
use super::face::Face;
use crate::PdfError;

/// A list of fonts: for each character, the first one that has it is used.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct Fonts {
    regular: Vec<Data>,
    bold: Vec<Data>,
}

impl Fonts {
    /// The fonts that come with the program.
    pub fn built_in() -> Self {
        Self {
            regular: vec![notosans::REGULAR_TTF.into(), dejavu::sans::regular().into()],
            bold: vec![notosans::BOLD_TTF.into(), dejavu::sans::bold().into()],
        }
    }

    /// Adds a font for the characters that no font so far has, such as one for Chinese, Japanese
    /// and Korean. `bytes` is the content of a `.ttf`, `.otf` or `.ttc` file, whose first face
    /// is used for regular and bold text alike. Its licence must allow embedding.
    ///
    /// Fails with [`PdfError::Font`] when it is no such file.
    pub fn with_fallback(mut self, bytes: Vec<u8>) -> Result<Self, PdfError> {
        let data = Data::from(Arc::new(bytes));
        Face::read(&data).ok_or(PdfError::Font)?.embeddable()?;
        self.regular.push(data.clone());
        self.bold.push(data);
        Ok(self)
    }

    /// The characters of `text` that no font has, and that a document would show replaced.
    ///
    /// Fails with [`PdfError::Font`] only if the program's own fonts cannot be read.
    pub fn missing(&self, text: &str) -> Result<BTreeSet<char>, PdfError> {
        let faces = self.faces(Weight::Regular)?;
        let seen = text
            .chars()
            .filter(|&c| !is_invisible(c) && !c.is_control());
        Ok(seen.filter(|&c| !is_drawable(c, &faces)).collect())
    }

    /// Reads every font for `weight`, the preferred one first.
    pub(super) fn faces(&self, weight: Weight) -> Result<Vec<Face<'_>>, PdfError> {
        let fonts = match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        };
        fonts
            .iter()
            .map(|data| Face::read(data).ok_or(PdfError::Font))
            .collect()
    }
}

impl Default for Fonts {
    fn default() -> Self {
        Self::built_in()
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fonts")
            .field("count", &self.regular.len())
            .finish()
    }
}
