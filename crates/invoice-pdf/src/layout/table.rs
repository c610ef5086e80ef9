//! The lines of the invoice.

use super::flow::Flow;
use super::geometry::{Column, Geometry};
use super::row::{Cell, Row};
use super::structure::Element;
use crate::document::{DocumentLine, InvoiceDocument};
use crate::text::{Color, Line, Style, Typesetter};

const GAP: f32 = 14.0;
/// Between the edge of the grey head and the text.
const INSET: f32 = 8.0;

/// Sets the table. `tail` is the height of what may not stand alone on a page of its own: the
/// last line goes with it.
pub(super) fn place(
    document: &InvoiceDocument,
    typesetter: &Typesetter,
    flow: &mut Flow,
    tail: f32,
) {
    let table = Table::new(document, flow.geometry, typesetter);
    let head = table.head();
    let first = document
        .lines
        .first()
        .map_or(0.0, |line| table.row(line).height());
    flow.keep_together(head.height() + first);
    flow.within(Element::Table, |flow| {
        flow.within(Element::TableHead, |flow| head.place(flow));
        flow.repeat(Some(head));
        flow.within(Element::TableBody, |flow| {
            table.place_lines(&document.lines, flow, tail)
        });
        flow.repeat(None);
    });
}

struct Table<'a> {
    typesetter: &'a Typesetter<'a>,
    across: Column,
    description: Column,
    figures: Vec<Figure>,
}

/// A column of figures: as wide as its widest entry, within reason.
struct Figure {
    title: &'static str,
    value: fn(&DocumentLine) -> &str,
    widest: f32,
    column: Column,
}

impl<'a> Table<'a> {
    fn new(document: &InvoiceDocument, geometry: Geometry, typesetter: &'a Typesetter<'a>) -> Self {
        let mut figures = figures();
        if document.lines.iter().all(|line| tax_mark(line).is_empty()) {
            figures.retain(|figure| figure.title != TAX);
        }
        let mut right = geometry.right - INSET;
        for figure in figures.iter_mut().rev() {
            let width = figure.measure(&document.lines, typesetter);
            figure.column = Column::right(right - width, right);
            right -= width + GAP;
        }
        let description = Column::left(geometry.left + INSET, right);
        Self {
            typesetter,
            across: geometry.full(),
            description,
            figures,
        }
    }

    fn place_lines(&self, lines: &[DocumentLine], flow: &mut Flow, tail: f32) {
        for (index, line) in lines.iter().enumerate() {
            let row = self.row(line);
            let is_last = index + 1 == lines.len();
            flow.keep_together(row.height() + if is_last { tail } else { 0.0 });
            row.place(flow);
        }
    }

    fn head(&self) -> Row {
        let set = |title, column: Column| Cell {
            lines: self.typesetter.wrap(title, Style::LABEL, column.width()),
            column,
            element: Element::ColumnName,
        };
        let figures = self
            .figures
            .iter()
            .map(|figure| set(figure.title, figure.column));
        let cells = std::iter::once(set("Description", self.description))
            .chain(figures)
            .collect();
        Row {
            cells,
            across: self.across,
            padding: 4.0,
            band: Some(Color::BAND),
            ruled: false,
        }
    }

    fn row(&self, line: &DocumentLine) -> Row {
        let figures = self.figures.iter().map(|figure| Cell {
            lines: self.wrap((figure.value)(line), Style::BODY, figure.column),
            column: figure.column,
            element: Element::Value,
        });
        let mut description = self.wrap(&line.description, Style::BODY, self.description);
        let detail = line.detail.as_deref().unwrap_or_default();
        description.extend(self.wrap(detail, Style::DETAIL, self.description));
        let description = Cell {
            lines: description,
            column: self.description,
            element: Element::Value,
        };
        let cells = std::iter::once(description).chain(figures).collect();
        Row {
            cells,
            across: self.across,
            padding: 5.0,
            band: None,
            ruled: true,
        }
    }

    fn wrap(&self, text: &str, style: Style, column: Column) -> Vec<Line> {
        self.typesetter.wrap(text, style, column.width())
    }
}

impl Figure {
    fn new(title: &'static str, value: fn(&DocumentLine) -> &str, widest: f32) -> Self {
        Self {
            title,
            value,
            widest,
            column: Column::right(0.0, 0.0),
        }
    }

    fn measure(&self, lines: &[DocumentLine], typesetter: &Typesetter) -> f32 {
        let title = typesetter.line(self.title, Style::LABEL).width;
        let values = lines
            .iter()
            .map(|line| typesetter.line((self.value)(line), Style::BODY).width);
        // A hair more than the widest, so that adding up widths never breaks it.
        (values.fold(title, f32::max) + 0.1).min(self.widest)
    }
}

const TAX: &str = "Tax";

fn figures() -> Vec<Figure> {
    vec![
        Figure::new("Quantity", |line| &line.quantity, 80.0),
        Figure::new("Unit price", |line| &line.unit_price, 90.0),
        Figure::new(TAX, tax_mark, 50.0),
        Figure::new("Amount", |line| &line.amount, 130.0),
    ]
}

fn tax_mark(line: &DocumentLine) -> &str {
    line.tax_mark.as_deref().unwrap_or_default()
}
