//! What every page has: a head from the second page on, and a foot.

use super::geometry::Geometry;
use super::{Mark, Page};
use crate::document::InvoiceDocument;
use crate::text::{Color, Line, Style, Typesetter};

const RULE: f32 = 0.6;
const FOOT_GAP: f32 = 18.0;

/// What opens every page but the first: whose document this is.
pub(super) fn running_head(
    document: &InvoiceDocument,
    geometry: Geometry,
    typesetter: &Typesetter,
) -> Line {
    let seller = first_line(
        &document.seller.name,
        Style::DETAIL,
        geometry.width() / 2.0,
        typesetter,
    );
    let title = first_line(
        &title(document),
        Style::DETAIL,
        geometry.width() * 0.4,
        typesetter,
    );
    typesetter.line(&format!("{seller}  ·  {title}"), Style::DETAIL)
}

/// Adds the foot to every page. Only now is the number of pages known.
pub(super) fn add_feet(
    document: &InvoiceDocument,
    geometry: Geometry,
    typesetter: &Typesetter,
    pages: &mut [Page],
) {
    let count = pages.len();
    let title = first_line(
        &title(document),
        Style::DETAIL,
        geometry.width() * 0.7,
        typesetter,
    );
    for (index, page) in pages.iter_mut().enumerate() {
        let y = geometry.bottom + FOOT_GAP;
        let (x, width) = (geometry.left, geometry.width());
        page.marks.push(Mark::Fill {
            x,
            y,
            width,
            height: RULE,
            color: Color::HAIRLINE,
        });
        let number = format!("Page {} of {count}", index + 1);
        let number = typesetter.line(&number, Style::DETAIL);
        let title = typesetter.line(&title, Style::DETAIL);
        let baseline = y + 6.0 + Style::DETAIL.baseline();
        let right = geometry.right - number.width;
        page.marks.push(Mark::Text {
            x,
            baseline,
            line: title,
            element: None,
        });
        page.marks.push(Mark::Text {
            x: right,
            baseline,
            line: number,
            element: None,
        });
    }
}

fn title(document: &InvoiceDocument) -> String {
    match &document.number {
        Some(number) => format!("{} {number}", document.kind),
        None => document.kind.clone(),
    }
}

/// As much of `text` as fits on one line of `width`.
fn first_line(text: &str, style: Style, width: f32, typesetter: &Typesetter) -> String {
    let mut lines = typesetter.wrap(text, style, width).into_iter();
    let first = lines.next().map_or_else(String::new, |line| line.text);
    if lines.next().is_some() {
        format!("{first}…")
    } else {
        first
    }
}
