//! Below the masthead: the buyer on the left, the dates on the right.

use super::flow::Flow;
use super::geometry::{Column, Geometry};
use super::masthead::party;
use super::row::{Cell, Row};
use crate::document::InvoiceDocument;
use crate::text::{Style, Typesetter};

const FACTS_WIDTH: f32 = 220.0;
const FACT_LABEL_WIDTH: f32 = 80.0;
const FACT_PADDING: f32 = 2.5;
const GAP: f32 = 20.0;

pub(super) fn place(document: &InvoiceDocument, typesetter: &Typesetter, flow: &mut Flow) {
    let geometry = flow.geometry;
    let buyer = buyer(document, geometry, typesetter);
    let facts = facts(document, geometry, typesetter);
    flow.side_by_side(&[vec![buyer], facts], |flow, rows| {
        rows.iter().for_each(|row| row.place(flow));
    });
    flow.skip(28.0);
}

fn buyer(document: &InvoiceDocument, geometry: Geometry, typesetter: &Typesetter) -> Row {
    let column = Column::left(geometry.left, geometry.right - FACTS_WIDTH - GAP);
    let mut lines = typesetter.wrap("BILL TO", Style::LABEL, column.width());
    lines.extend(party(
        &document.buyer,
        Style::NAME,
        Style::BODY,
        column.width(),
        typesetter,
    ));
    // The same padding as the facts, so that both sides start on one baseline.
    Row {
        padding: FACT_PADDING,
        ..plain(vec![Cell { lines, column }], column)
    }
}

fn facts(document: &InvoiceDocument, geometry: Geometry, typesetter: &Typesetter) -> Vec<Row> {
    let left = geometry.right - FACTS_WIDTH;
    let label_column = Column::left(left, left + FACT_LABEL_WIDTH);
    let value_column = Column::right(label_column.right, geometry.right);
    let currency = (!document.currency.is_empty()).then_some(&document.currency);
    let facts = [
        ("Issue date", document.issue_date.as_ref()),
        ("Due date", document.due_date.as_ref()),
        ("Period", document.period.as_ref()),
        ("Currency", currency),
    ];
    let present = facts
        .into_iter()
        .filter_map(|(label, value)| Some((label, value?)));
    let rows = present.map(|(label, value)| {
        let label = typesetter.wrap(label, Style::MUTED, label_column.width());
        let value = typesetter.wrap(value, Style::BODY, value_column.width());
        let cells = vec![
            Cell {
                lines: label,
                column: label_column,
            },
            Cell {
                lines: value,
                column: value_column,
            },
        ];
        Row {
            padding: FACT_PADDING,
            ruled: true,
            ..plain(cells, Column::left(left, geometry.right))
        }
    });
    rows.collect()
}

fn plain(cells: Vec<Cell>, across: Column) -> Row {
    Row {
        cells,
        across,
        padding: 0.0,
        band: None,
        ruled: false,
    }
}
