//! Carries content down the page and over to the next one.

use super::geometry::{Area, Column, Geometry};
use super::row::Row;
use super::structure::{Element, Structure};
use super::{Layout, Mark, Page};
use crate::Logo;
use crate::text::{Color, Line};

const RULE: f32 = 0.6;
/// Below the head of a page.
const HEAD_GAP: f32 = 12.0;

/// The pages so far and the place where the next thing goes.
pub(super) struct Flow {
    pub geometry: Geometry,
    pages: Vec<Page>,
    /// Where the content of each page begins, below its heads.
    tops: Vec<f32>,
    place: Place,
    running_head: Line,
    /// Repeated at the top of each new page while it lasts.
    repeated: Option<Row>,
    structure: Structure,
    /// Whether what is set now has been said before: heads of further pages.
    is_repetition: bool,
}

/// A height on a page.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct Place {
    page: usize,
    y: f32,
}

impl Flow {
    /// Starts on an empty first page. `running_head` opens every further one.
    pub(super) fn new(geometry: Geometry, running_head: Line) -> Self {
        Self {
            geometry,
            pages: vec![Page::default()],
            tops: vec![geometry.top],
            place: Place {
                page: 0,
                y: geometry.top,
            },
            running_head,
            repeated: None,
            structure: Structure::default(),
            is_repetition: false,
        }
    }

    pub(super) fn into_layout(self) -> Layout {
        Layout {
            pages: self.pages,
            structure: self.structure,
        }
    }

    /// Sets something as an element of the structure.
    pub(super) fn within(&mut self, element: Element, set: impl FnOnce(&mut Self)) {
        if self.is_repetition {
            return set(self);
        }
        self.structure.open(element);
        set(self);
        self.structure.close();
    }

    /// Leaves `height` empty.
    pub(super) fn skip(&mut self, height: f32) {
        self.place.y += height;
    }

    /// Goes to the next page unless `height` still fits on this one or would fit on no page.
    pub(super) fn keep_together(&mut self, height: f32) {
        let fits_on_a_page = height <= self.page_height();
        if fits_on_a_page && self.place.y + height > self.geometry.bottom && !self.at_top() {
            self.next_page();
        }
    }

    /// Sets lines below each other, on this page and the following ones.
    pub(super) fn stack(&mut self, lines: &[Line], column: Column) {
        for line in lines {
            if self.place.y + line.style.leading > self.geometry.bottom && !self.at_top() {
                self.next_page();
            }
            let (x, baseline) = (
                column.start(line.width),
                self.place.y + line.style.baseline(),
            );
            let element = self.structure.current().filter(|_| !self.is_repetition);
            self.mark(Mark::Text {
                x,
                baseline,
                line: line.clone(),
                element,
            });
            self.place.y += line.style.leading;
        }
    }

    /// Draws a picture of a size here, at the left, as an element of the structure.
    pub(super) fn picture(&mut self, logo: &Logo, (width, height): (f32, f32)) {
        let (x, y) = (self.geometry.left, self.place.y);
        let area = Area {
            x,
            y,
            width,
            height,
        };
        self.within(Element::Logo(area), |flow| {
            let (logo, element) = (logo.clone(), flow.structure.current());
            flow.mark(Mark::Picture {
                area,
                logo,
                element,
            });
        });
        self.place.y += height;
    }

    /// Runs each part from the same place and goes on below the longest.
    pub(super) fn side_by_side<T>(&mut self, parts: &[T], mut set: impl FnMut(&mut Self, &T)) {
        let start = self.place;
        let mut end = start;
        for part in parts {
            self.place = start;
            set(self, part);
            if self.place > end {
                end = self.place;
            }
        }
        self.place = end;
    }

    /// Draws a hairline across `column` here.
    pub(super) fn rule(&mut self, column: Column, color: Color) {
        let (x, y, width) = (column.left, self.place.y, column.width());
        self.mark(Mark::Fill {
            x,
            y,
            width,
            height: RULE,
            color,
        });
    }

    /// Fills `column` with `color` for `height`, or to the end of the page.
    pub(super) fn band(&mut self, column: Column, height: f32, color: Color) {
        let (x, y, width) = (column.left, self.place.y, column.width());
        let height = height.min(self.geometry.bottom - y);
        if height > 0.0 {
            self.mark(Mark::Fill {
                x,
                y,
                width,
                height,
                color,
            });
        }
    }

    /// Repeats `row` on each new page, until told otherwise.
    pub(super) fn repeat(&mut self, row: Option<Row>) {
        self.repeated = row;
    }

    fn next_page(&mut self) {
        let page = self.place.page + 1;
        self.place = Place {
            page,
            y: self.geometry.top,
        };
        match self.tops.get(page) {
            Some(&top) => self.place.y = top,
            None => self.open_page(),
        }
    }

    fn open_page(&mut self) {
        self.pages.push(Page::default());
        // Known to be the top until the heads are set, so that they never leave their own page.
        self.tops.push(self.geometry.top);
        self.is_repetition = true;
        let head = vec![self.running_head.clone()];
        self.stack(&head, self.geometry.full());
        self.skip(HEAD_GAP);
        if let Some(row) = self.repeated.take() {
            row.place(self);
            self.repeated = Some(row);
        }
        self.is_repetition = false;
        if let Some(top) = self.tops.last_mut() {
            *top = self.place.y;
        }
    }

    fn at_top(&self) -> bool {
        self.tops
            .get(self.place.page)
            .is_some_and(|&top| self.place.y <= top)
    }

    /// How much a further page holds below its heads.
    fn page_height(&self) -> f32 {
        let heads = self.running_head.style.leading + HEAD_GAP;
        let repeated = self.repeated.as_ref().map_or(0.0, Row::height);
        self.geometry.bottom - self.geometry.top - heads - repeated
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.get_mut(self.place.page) {
            page.marks.push(mark);
        }
    }
}
