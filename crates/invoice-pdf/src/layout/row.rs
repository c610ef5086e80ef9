//! Cells set side by side.

use super::flow::Flow;
use super::geometry::Column;
use super::structure::Element;
use crate::text::{Color, Line};

/// One row: of the table, of the totals, of the facts at the top.
#[derive(Clone)]
pub(super) struct Row {
    pub cells: Vec<Cell>,
    /// The stretch that band and rule cover.
    pub across: Column,
    /// Empty space above and below the cells.
    pub padding: f32,
    pub band: Option<Color>,
    /// Whether a hairline follows.
    pub ruled: bool,
}

/// Lines of text in a column.
#[derive(Clone)]
pub(super) struct Cell {
    pub lines: Vec<Line>,
    pub column: Column,
    /// What the cell is to its row.
    pub element: Element,
}

impl Row {
    pub(super) fn height(&self) -> f32 {
        let tallest = self.cells.iter().map(Cell::height).fold(0.0, f32::max);
        tallest + 2.0 * self.padding
    }

    /// Sets the row; on the next page if it fits there but not here, cut only if it fits nowhere.
    pub(super) fn place(&self, flow: &mut Flow) {
        flow.keep_together(self.height());
        if let Some(color) = self.band {
            flow.band(self.across, self.height(), color);
        }
        flow.skip(self.padding);
        flow.within(Element::Row, |flow| {
            flow.side_by_side(&self.cells, |flow, cell| {
                flow.within(cell.element, |flow| flow.stack(&cell.lines, cell.column));
            });
        });
        flow.skip(self.padding);
        if self.ruled {
            flow.rule(self.across, Color::HAIRLINE);
        }
    }
}

impl Cell {
    fn height(&self) -> f32 {
        self.lines.iter().map(|line| line.style.leading).sum()
    }
}
