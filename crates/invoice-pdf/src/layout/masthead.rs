//! The top of the first page: the seller on the left, the title and number on the right.

use super::flow::Flow;
use super::geometry::Column;
use super::structure::Element;
use crate::document::{InvoiceDocument, Party};
use crate::text::{Line, Style, Typesetter};

/// The share of the width that belongs to the seller. A logo has its place at the top of it.
const SELLER_SHARE: f32 = 0.58;
const GAP: f32 = 20.0;

pub(super) fn place(document: &InvoiceDocument, typesetter: &Typesetter, flow: &mut Flow) {
    let geometry = flow.geometry;
    let middle = geometry.left + geometry.width() * SELLER_SHARE;
    let left = Column::left(geometry.left, middle - GAP);
    let right = Column::right(middle, geometry.right);
    let seller = party(
        &document.seller,
        Style::SELLER,
        Style::MUTED,
        left.width(),
        typesetter,
    );
    let number = document.number.as_deref().unwrap_or_default();
    let mut title = typesetter.wrap(&document.kind, Style::TITLE, right.width());
    title.extend(typesetter.wrap(number, Style::NUMBER, right.width()));
    let sides = [
        (Element::Paragraph, seller, left),
        (Element::Title, title, right),
    ];
    flow.side_by_side(&sides, |flow, (element, lines, column)| {
        flow.within(*element, |flow| flow.stack(lines, *column));
    });
    flow.skip(34.0);
}

/// The lines of a name and address.
pub(super) fn party(
    party: &Party,
    name: Style,
    rest: Style,
    width: f32,
    typesetter: &Typesetter,
) -> Vec<Line> {
    let mut lines = typesetter.wrap(&party.name, name, width);
    let entries = party
        .address_lines
        .iter()
        .chain(&party.email)
        .chain(&party.tax_id);
    lines.extend(entries.flat_map(|entry| typesetter.wrap(entry, rest, width)));
    lines
}
