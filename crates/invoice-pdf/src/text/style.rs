//! The few styles of text an invoice needs. Sizes are in points.

use super::Weight;

/// Red, green, blue in the sRGB colour space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub u8, pub u8, pub u8);

impl Color {
    pub(crate) const INK: Self = Self(0x1d, 0x24, 0x2f);
    pub(crate) const MUTED: Self = Self(0x62, 0x6b, 0x79);
    pub(crate) const HAIRLINE: Self = Self(0xd8, 0xdc, 0xe2);
    pub(crate) const BAND: Self = Self(0xf2, 0xf4, 0xf7);
    /// Pale enough that small grey text stays readable on top of it.
    pub(crate) const WATERMARK: Self = Self(0xec, 0xed, 0xf0);
}

/// How a line of text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    pub weight: Weight,
    pub size: f32,
    /// From one line's top to the next line's top.
    pub leading: f32,
    pub color: Color,
}

impl Style {
    pub(crate) const TITLE: Self = Self::new(Weight::Bold, 22.0, 28.0, Color::INK);
    pub(crate) const NUMBER: Self = Self::new(Weight::Regular, 11.0, 15.0, Color::MUTED);
    pub(crate) const SELLER: Self = Self::new(Weight::Bold, 13.0, 18.0, Color::INK);
    pub(crate) const NAME: Self = Self::new(Weight::Bold, 10.0, 14.0, Color::INK);
    pub(crate) const BODY: Self = Self::new(Weight::Regular, 9.0, 13.0, Color::INK);
    pub(crate) const STRONG: Self = Self::new(Weight::Bold, 9.0, 13.0, Color::INK);
    pub(crate) const MUTED: Self = Self::new(Weight::Regular, 9.0, 13.0, Color::MUTED);
    pub(crate) const LABEL: Self = Self::new(Weight::Bold, 7.5, 13.0, Color::MUTED);
    pub(crate) const DETAIL: Self = Self::new(Weight::Regular, 7.5, 11.0, Color::MUTED);
    pub(crate) const GRAND_TOTAL: Self = Self::new(Weight::Bold, 11.0, 15.0, Color::INK);
    pub(crate) const WATERMARK: Self = Self::new(Weight::Bold, 100.0, 100.0, Color::WATERMARK);

    const fn new(weight: Weight, size: f32, leading: f32, color: Color) -> Self {
        Self {
            weight,
            size,
            leading,
            color,
        }
    }

    /// From a line's top to its baseline: capitals stand in the middle of the line.
    pub(crate) fn baseline(self) -> f32 {
        self.leading / 2.0 + self.size * CAPITAL_HEIGHT / 2.0
    }

    /// The same style at another size.
    pub(crate) fn at(self, size: f32) -> Self {
        Self {
            size,
            leading: size,
            ..self
        }
    }
}

/// Height of a capital, as a part of the size, in the built-in typeface.
const CAPITAL_HEIGHT: f32 = 0.714;
