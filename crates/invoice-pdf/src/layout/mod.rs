//! Where everything stands: turns a document into pages of marks.
//!
//! From top to bottom: who sells and what this is (`masthead`), who buys and when (`details`),
//! the lines (`table`), the sum (`totals`), the words at the end (`closing`). `flow` carries
//! them over the pages, `row` sets cells side by side, and `furniture` adds what every page has.

mod closing;
mod details;
mod flow;
mod furniture;
mod geometry;
mod masthead;
mod row;
mod structure;
mod table;
mod totals;

use crate::Logo;
use crate::document::{InvoiceDocument, PageSize};
use crate::text::{Color, Line, Typesetter};

use flow::Flow;
use geometry::Geometry;

pub(crate) use geometry::{Area, paper};
pub(crate) use structure::{Element, Structure};

/// A document laid out.
pub(crate) struct Layout {
    pub pages: Vec<Page>,
    pub structure: Structure,
}

/// The marks on one page, in the order they are read.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub marks: Vec<Mark>,
}

/// Something drawn. All lengths in points, from the top left corner of the page.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// A line of text, from its left end on its baseline, as a part of an element of the
    /// structure; of none if it only serves the page.
    Text {
        x: f32,
        baseline: f32,
        line: Line,
        element: Option<usize>,
    },
    /// A picture, stretched over a box.
    Picture {
        area: Area,
        logo: Logo,
        element: Option<usize>,
    },
    /// A filled rectangle.
    Fill {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        color: Color,
    },
}

/// Lays a document out on as many pages as it needs.
pub(crate) fn lay_out(
    document: &InvoiceDocument,
    page_size: PageSize,
    typesetter: &Typesetter,
) -> Layout {
    let geometry = Geometry::of(page_size);
    let mut flow = Flow::new(
        geometry,
        furniture::running_head(document, geometry, typesetter),
    );
    masthead::place(document, typesetter, &mut flow);
    details::place(document, typesetter, &mut flow);
    let totals = totals::rows(document, geometry, typesetter);
    table::place(document, typesetter, &mut flow, totals::height(&totals));
    totals::place(&totals, &mut flow);
    closing::place(document, typesetter, &mut flow);
    let mut layout = flow.into_layout();
    furniture::add_feet(document, geometry, typesetter, &mut layout.pages);
    layout
}
