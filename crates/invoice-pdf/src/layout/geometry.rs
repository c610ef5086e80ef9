//! The page and its margins, in points.

use crate::document::PageSize;

const SIDE_MARGIN: f32 = 52.0;
const TOP_MARGIN: f32 = 50.0;
const BOTTOM_MARGIN: f32 = 66.0;

/// Where on a page the text goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    pub left: f32,
    pub right: f32,
    pub top: f32,
    pub bottom: f32,
}

/// A box on a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// A stretch across the page that text is set in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub left: f32,
    pub right: f32,
    pub align: Align,
}

/// Which edge of its column text keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Width and height of the paper.
pub(crate) fn paper(page_size: PageSize) -> (f32, f32) {
    match page_size {
        PageSize::A4 => (595.28, 841.89),
        PageSize::Letter => (612.0, 792.0),
    }
}

impl Geometry {
    pub(crate) fn of(page_size: PageSize) -> Self {
        let (width, height) = paper(page_size);
        Self {
            left: SIDE_MARGIN,
            right: width - SIDE_MARGIN,
            top: TOP_MARGIN,
            bottom: height - BOTTOM_MARGIN,
        }
    }

    pub(crate) fn width(self) -> f32 {
        self.right - self.left
    }

    /// The whole width, for text that starts at the left.
    pub(crate) fn full(self) -> Column {
        Column::left(self.left, self.right)
    }
}

impl Column {
    pub(crate) fn left(left: f32, right: f32) -> Self {
        Self {
            left,
            right,
            align: Align::Left,
        }
    }

    pub(crate) fn right(left: f32, right: f32) -> Self {
        Self {
            left,
            right,
            align: Align::Right,
        }
    }

    pub(crate) fn width(self) -> f32 {
        self.right - self.left
    }

    /// Where something of `width` starts.
    pub(crate) fn start(self, width: f32) -> f32 {
        match self.align {
            Align::Left => self.left,
            Align::Right => self.right - width,
        }
    }
}
