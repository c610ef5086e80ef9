//! One font file, read for shaping; read for embedding only if something was drawn with it.

use krilla::Data;
use krilla::text::Font;

use super::clean::REPLACEMENT;
use crate::PdfError;

/// A font face.
pub(crate) struct Face<'a> {
    data: &'a Data,
    pub shaper: rustybuzz::Face<'a>,
    /// Drawn where shaping found no glyph: the face's own sign for it, if it has one.
    pub substitute: Option<u32>,
}

impl<'a> Face<'a> {
    /// `None` if `data` is no font.
    pub(super) fn read(data: &'a Data) -> Option<Self> {
        let shaper = rustybuzz::Face::from_slice(data.as_ref(), 0)?;
        let sign = [REPLACEMENT, '\u{25A1}', '?']
            .into_iter()
            .find_map(|c| glyph(&shaper, c));
        Some(Self {
            data,
            shaper,
            substitute: sign,
        })
    }

    /// Whether the face can draw `character`.
    pub(super) fn has(&self, character: char) -> bool {
        glyph(&self.shaper, character).is_some()
    }

    /// A length in the face's own units as a part of the text size.
    pub(super) fn em(&self, units: i32) -> f32 {
        // Exact: advances and offsets are 16-bit numbers in the font.
        units as f32 / self.shaper.units_per_em() as f32
    }

    /// The face for the PDF writer.
    pub(crate) fn embeddable(&self) -> Result<Font, PdfError> {
        Font::new(self.data.clone(), 0).ok_or(PdfError::Font)
    }
}

fn glyph(shaper: &rustybuzz::Face, character: char) -> Option<u32> {
    let glyph = shaper.glyph_index(character)?;
    // Glyph 0 means "none" and may not be drawn in PDF/A.
    (glyph.0 != 0).then_some(u32::from(glyph.0))
}
