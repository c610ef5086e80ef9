//! The rows of a list as they come in, and the proof that none is missing.

use std::collections::HashMap;

use super::Complete;
use super::page::Page;
use crate::rows::Row;

/// What one reading of a list has brought so far.
#[derive(Debug)]
pub(super) struct Tally<T> {
    rows: Vec<T>,
    /// Where the row of an id stands.
    places: HashMap<String, usize>,
    /// The total of the first page, and of the latest.
    totals: Option<(u64, u64)>,
    /// Whether a page has named another total than the first.
    shifted: bool,
    duplicates: u64,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: HashMap::new(),
            totals: None,
            shifted: false,
            duplicates: 0,
        }
    }
}

impl<T: Row> Tally<T> {
    pub(super) fn add(&mut self, page: Page<T>) {
        let (first, _) = self.totals.unwrap_or((page.total, page.total));
        self.totals = Some((first, page.total));
        self.shifted |= page.total != first;
        for row in page.rows {
            self.add_row(row);
        }
    }

    /// A row seen before moved while the list was read: the later is the newer.
    fn add_row(&mut self, row: T) {
        let place = row.key().and_then(|key| self.places.get(key)).copied();
        if let Some(earlier) = place.and_then(|place| self.rows.get_mut(place)) {
            *earlier = row;
            self.duplicates += 1;
            return;
        }
        if let Some(key) = row.key() {
            self.places.insert(key.to_owned(), self.rows.len());
        }
        self.rows.push(row);
    }

    /// The rows that the latest page promises.
    pub(super) fn expected(&self) -> u64 {
        self.totals.map_or(0, |(_, latest)| latest)
    }

    /// The distinct rows received.
    pub(super) fn received(&self) -> u64 {
        u64::try_from(self.rows.len()).unwrap_or(u64::MAX)
    }

    /// Every page promised the same, and that is what came.
    pub(super) fn is_complete(&self) -> bool {
        !self.shifted && self.received() == self.expected()
    }

    pub(super) fn into_complete(self, attempts: usize) -> Complete<T> {
        Complete {
            rows: self.rows,
            attempts,
            duplicates: self.duplicates,
        }
    }
}
