//! The fonts a document may use.

use super::Weight;
use super::face::Face;
use crate::PdfError;

/// A list of fonts: for each character, the first one that has it is used.
#[derive(Clone)]
pub struct Fonts {
    fallbacks: Vec<Vec<u8>>,
}

impl Fonts {
    /// The fonts that come with the program.
    pub fn built_in() -> Self {
        Self {
            fallbacks: Vec::new(),
        }
    }

    /// Adds a font for the characters that no font so far has, such as one for Chinese, Japanese
    /// and Korean. `bytes` is the content of a `.ttf`, `.otf` or `.ttc` file, whose first face
    /// is used for regular and bold text alike.
    ///
    /// Fails with [`PdfError::Font`] when it is no such file.
    pub fn with_fallback(mut self, bytes: Vec<u8>) -> Result<Self, PdfError> {
        Face::read(&bytes).ok_or(PdfError::Font)?;
        self.fallbacks.push(bytes);
        Ok(self)
    }

    /// Reads every font for `weight`, the preferred one first.
    pub(super) fn faces(&self, weight: Weight) -> Result<Vec<Face<'_>>, PdfError> {
        let built_in = match weight {
            Weight::Regular => [notosans::REGULAR_TTF, dejavu::sans::regular()],
            Weight::Bold => [notosans::BOLD_TTF, dejavu::sans::bold()],
        };
        let added = self.fallbacks.iter().map(Vec::as_slice);
        let faces = built_in.into_iter().chain(added).map(Face::read);
        faces.collect::<Option<Vec<_>>>().ok_or(PdfError::Font)
    }
}

impl Default for Fonts {
    fn default() -> Self {
        Self::built_in()
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts")
            .field("fallbacks", &self.fallbacks.len())
            .finish()
    }
}
