//! The top of the first page: logo and seller on the left, the title and number on the right.

use super::flow::Flow;
use super::geometry::Column;
use super::structure::Element;
use crate::document::{InvoiceDocument, Party};
use crate::text::{Line, Style, Typesetter};

/// The share of the width that belongs to the seller and the logo above the name.
const SELLER_SHARE: f32 = 0.58;
const GAP: f32 = 20.0;
const BELOW_LOGO: f32 = 12.0;

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
    let left = |flow: &mut Flow| {
        if let Some(logo) = &document.logo {
            flow.picture(logo, logo.size_on_paper());
            flow.skip(BELOW_LOGO);
        }
        flow.within(Element::Paragraph, |flow| flow.stack(&seller, left));
    };
    let right = |flow: &mut Flow| {
        flow.within(Element::Title, |flow| flow.stack(&title, right));
    };
    let sides: [&dyn Fn(&mut Flow); 2] = [&left, &right];
    flow.side_by_side(&sides, |flow, side| side(flow));
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
