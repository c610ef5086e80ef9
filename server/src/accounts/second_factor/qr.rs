//! A QR code as the path of an SVG, a square of one unit for each dark module.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Error, Result};

/// White around the code, in modules, without which cameras do not find it.
const QUIET: usize = 4;

/// A drawing.
pub(super) struct Drawing {
    /// The length of its side, in modules.
    pub side: usize,
    /// What is dark, as the `d` of a path.
    pub path: String,
}

/// Draws a text.
pub(super) fn draw(text: &SecretString) -> Result<Drawing> {
    let code = QrCode::with_error_correction_level(text.expose_secret(), EcLevel::M)
        .map_err(Error::internal)?;
    let width = code.width();
    let mut path = String::new();
    for (index, module) in code.to_colors().into_iter().enumerate() {
        if module == Color::Dark {
            let (x, y) = (index % width + QUIET, index / width + QUIET);
            write!(path, "M{x} {y}h1v1h-1z").map_err(Error::internal)?;
        }
    }
    Ok(Drawing {
        side: width + 2 * QUIET,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners() {
        let drawn = draw(&SecretString::from(
            "otpauth://totp/Ascent:a?secret=GEZDGNBV",
        ))
        .unwrap();
        let width = drawn.side - 2 * QUIET;
        for (x, y) in [(0, 0), (width - 1, 0), (0, width - 1)] {
            assert!(
                drawn
                    .path
                    .contains(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET))
            );
        }
        assert!(
            !drawn
                .path
                .contains(&format!("M{} {}h", 1 + QUIET, 1 + QUIET))
        );
    }
}
