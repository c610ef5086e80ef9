//! Below the masthead: the buyer on the left, the dates on the right.

use super::flow::Flow;
use super::geometry::{Column, Geometry};
use super::masthead::party;
use super::row::{Cell, Row};
use super::structure::Element;
use crate::document::InvoiceDocument;
use crate::text::{Style, Typesetter};

const FACTS_WIDTH: f32 = 220.0;
const LABEL_WIDTH: f32 = 80.0;
const PADDING: f32 = 2.5;
const GAP: f32 = 20.0;

pub(super) fn place(document: &InvoiceDocument, typesetter: &Typesetter, flow: &mut Flow) {
    let geometry = flow.geometry;
    let buyer_column = Column::left(geometry.left, geometry.right - FACTS_WIDTH - GAP);
    let width = buyer_column.width();
    let mut buyer = typesetter.wrap("BILL TO", Style::LABEL, width);
    buyer.extend(party(
        &document.buyer,
        Style::NAME,
        Style::BODY,
        width,
        typesetter,
    ));
    let facts = facts(document, geometry, typesetter);
    let left = |flow: &mut Flow| {
        // As much as the facts leave, so that both sides start on one baseline.
        flow.skip(PADDING);
        flow.within(Element::Paragraph, |flow| flow.stack(&buyer, buyer_column));
    };
    let right = |flow: &mut Flow| {
        flow.within(Element::Table, |flow| {
            facts.iter().for_each(|row| row.place(flow))
        });
    };
    let sides: [&dyn Fn(&mut Flow); 2] = [&left, &right];
    flow.side_by_side(&sides, |flow, side| side(flow));
    flow.skip(28.0);
}

fn facts(document: &InvoiceDocument, geometry: Geometry, typesetter: &Typesetter) -> Vec<Row> {
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
    present
        .map(|(label, value)| fact(label, value, geometry, typesetter))
        .collect()
}

fn fact(label: &str, value: &str, geometry: Geometry, typesetter: &Typesetter) -> Row {
    let across = Column::left(geometry.right - FACTS_WIDTH, geometry.right);
    let label_column = Column::left(across.left, across.left + LABEL_WIDTH);
    let value_column = Column::right(label_column.right, across.right);
    let label = typesetter.wrap(label, Style::MUTED, label_column.width());
    let value = typesetter.wrap(value, Style::BODY, value_column.width());
    let cells = vec![
        Cell {
            lines: label,
            column: label_column,
            element: Element::RowName,
        },
        Cell {
            lines: value,
            column: value_column,
            element: Element::Value,
        },
    ];
    Row {
        cells,
        across,
        padding: PADDING,
        band: None,
        ruled: true,
    }
}
