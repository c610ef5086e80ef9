//! After the sum: how to pay, and notes.

use super::flow::Flow;
use super::structure::Element;
use crate::document::InvoiceDocument;
use crate::text::{Style, Typesetter};

pub(super) fn place(document: &InvoiceDocument, typesetter: &Typesetter, flow: &mut Flow) {
    flow.skip(26.0);
    let terms = document.payment_terms.as_slice();
    section("Payment terms", terms, typesetter, flow);
    section("Notes", &document.notes, typesetter, flow);
}

/// A heading that stays with the first line below it, and the paragraphs.
fn section(title: &'static str, paragraphs: &[String], typesetter: &Typesetter, flow: &mut Flow) {
    let column = flow.geometry.full();
    let wrap = |text: &str, style| typesetter.wrap(text, style, column.width());
    let blocks = paragraphs
        .iter()
        .map(|paragraph| wrap(paragraph, Style::BODY));
    let blocks: Vec<_> = blocks.filter(|block| !block.is_empty()).collect();
    if blocks.is_empty() {
        return;
    }
    flow.keep_together(Style::STRONG.leading + 2.0 * Style::BODY.leading);
    flow.within(Element::Heading(title), |flow| {
        flow.stack(&wrap(title, Style::STRONG), column)
    });
    flow.skip(2.0);
    for block in blocks {
        flow.within(Element::Paragraph, |flow| flow.stack(&block, column));
        flow.skip(4.0);
    }
    flow.skip(10.0);
}
