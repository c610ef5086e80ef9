//! Records in the order they came, found by id.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::rows::Record;

#[derive(Clone)]
pub(crate) struct Table<T> {
    rows: BTreeMap<i64, Arc<T>>,
    places: HashMap<String, i64>,
}

impl<T: Record + Clone> Table<T> {
    pub(crate) fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            places: HashMap::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Arc<T>> {
        self.rows.get(self.places.get(id)?)
    }

    pub(crate) fn edit(&mut self, id: &str) -> Option<&mut T> {
        self.rows.get_mut(self.places.get(id)?).map(Arc::make_mut)
    }

    /// In the order they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.rows.values()
    }

    /// Last in order, or in the place of the record with the same id.
    pub(crate) fn put(&mut self, row: T) {
        let last = self.rows.last_key_value().map_or(0, |(place, _)| place + 1);
        self.put_at(last, row);
    }

    /// First in order: every other record moves back by one.
    pub(crate) fn put_first(&mut self, row: T) {
        let first = self
            .rows
            .first_key_value()
            .map_or(0, |(place, _)| place - 1);
        self.put_at(first, row);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<T>> {
        self.rows.remove(&self.places.remove(id)?)
    }

    fn put_at(&mut self, place: i64, row: T) {
        let place = *self.places.entry(row.id().to_owned()).or_insert(place);
        self.rows.insert(place, Arc::new(row));
    }
}

impl<T: Record + Clone> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut table = Self::new();
        rows.into_iter().for_each(|row| table.put(row));
        table
    }
}
