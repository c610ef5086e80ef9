//! The rows of a list as they come in, and the proof that none is missing.

use std::collections::{HashMap, hash_map::Entry};

use super::Complete;
use super::page::Page;
use crate::rows::Row;

/// What one reading of a list has brought so far, and what was made of it.
#[derive(Debug)]
pub(super) struct Tally<K> {
    rows: Vec<K>,
    /// Where the row of an id stands.
    places: HashMap<String, usize>,
    /// The total of the first page, and of the latest.
    totals: Option<(u64, u64)>,
    /// Whether a page has named another total than the first.
    shifted: bool,
    duplicates: u64,
}

impl<K> Tally<K> {
    /// Room for so many rows; there may be more or fewer.
    pub(super) fn of_likely(rows: usize) -> Self {
        Self {
            rows: Vec::with_capacity(rows),
            places: HashMap::with_capacity(rows),
            totals: None,
            shifted: false,
            duplicates: 0,
        }
    }

    pub(super) fn add<T: Row>(&mut self, page: Page<T>, keep: &mut impl FnMut(T) -> K) {
        let (first, _) = self.totals.unwrap_or((page.total, page.total));
        self.totals = Some((first, page.total));
        self.shifted |= page.total != first;
        for row in page.rows {
            let key = row.key().map(str::to_owned);
            self.add_row(key, keep(row));
        }
    }

    /// A row seen before moved while the list was read: the later is the newer.
    fn add_row(&mut self, key: Option<String>, row: K) {
        match key.map(|key| self.places.entry(key)) {
            Some(Entry::Occupied(place)) => {
                if let Some(earlier) = self.rows.get_mut(*place.get()) {
                    *earlier = row;
                }
                self.duplicates += 1;
                return;
            }
            Some(Entry::Vacant(place)) => {
                place.insert(self.rows.len());
            }
            None => {}
        }
        self.rows.push(row);
    }

    /// Whether no page has come yet.
    pub(super) fn is_empty(&self) -> bool {
        self.totals.is_none()
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

    pub(super) fn into_complete(self, attempts: usize) -> Complete<K> {
        Complete {
            rows: self.rows,
            attempts,
            duplicates: self.duplicates,
        }
    }
}
