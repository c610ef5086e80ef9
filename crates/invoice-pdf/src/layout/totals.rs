//! The sum, on the right below the lines.

use super::flow::Flow;
use super::geometry::{Column, Geometry};
use super::row::{Cell, Row};
use super::structure::Element;
use crate::document::{InvoiceDocument, TotalLine};
use crate::text::{Color, Style, Typesetter};

const WIDTH: f32 = 250.0;
const INSET: f32 = 8.0;
const SPACE_ABOVE: f32 = 6.0;
const GAP: f32 = 12.0;
const WIDEST_AMOUNT: f32 = 140.0;

pub(super) fn rows(
    document: &InvoiceDocument,
    geometry: Geometry,
    typesetter: &Typesetter,
) -> Vec<Row> {
    document
        .totals
        .iter()
        .map(|total| row(total, geometry, typesetter))
        .collect()
}

/// How much of a page the sum takes.
pub(super) fn height(rows: &[Row]) -> f32 {
    SPACE_ABOVE + rows.iter().map(Row::height).sum::<f32>()
}

/// Sets the rows, on one page if they fit on one.
pub(super) fn place(rows: &[Row], flow: &mut Flow) {
    flow.keep_together(height(rows));
    flow.skip(SPACE_ABOVE);
    flow.within(Element::Table, |flow| {
        rows.iter().for_each(|row| row.place(flow))
    });
}

fn row(total: &TotalLine, geometry: Geometry, typesetter: &Typesetter) -> Row {
    let (label_style, amount_style, band) = if total.emphasis {
        (Style::GRAND_TOTAL, Style::GRAND_TOTAL, Some(Color::BAND))
    } else {
        (Style::MUTED, Style::BODY, None)
    };
    let across = Column::left(geometry.right - WIDTH, geometry.right);
    let right = geometry.right - INSET;
    let width = typesetter.line(&total.amount, amount_style).width + 0.1;
    let amount_column = Column::right(right - width.min(WIDEST_AMOUNT), right);
    let label_column = Column::left(across.left + INSET, amount_column.left - GAP);
    let cells = vec![
        Cell {
            lines: typesetter.wrap(&total.label, label_style, label_column.width()),
            column: label_column,
            element: Element::RowName,
        },
        Cell {
            lines: typesetter.wrap(&total.amount, amount_style, amount_column.width()),
            column: amount_column,
            element: Element::Value,
        },
    ];
    Row {
        cells,
        across,
        padding: if total.emphasis { 6.0 } else { 3.5 },
        band,
        ruled: false,
    }
}
