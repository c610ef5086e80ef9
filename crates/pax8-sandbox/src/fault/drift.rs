//! Rows that come and go between two pages. The estate really changes, so a
//! client that pulls again finds a consistent one.

use jiff::{Span, Timestamp};
use serde_json::Value;

use super::order::{Drift, Place, What};
use crate::estate::Records;
use crate::seeded::derived_uuid;

/// Changes the estate after this page was made, if the fault says so.
pub(crate) fn drift(records: &mut Records, place: Place, body: &Value, what: &What) {
    let What::PageDrift(drift) = what else { return };
    let Some(id) = body["content"][0]["id"].as_str() else {
        return;
    };
    match drift {
        Drift::Delete => records.drop_row(place, id),
        Drift::Insert => records.insert_before_all(place, id),
    }
}

impl Records {
    fn drop_row(&mut self, place: Place, id: &str) {
        match place {
            Place::Companies => drop(self.companies.remove(id)),
            Place::Products => drop(self.products.remove(id)),
            Place::Subscriptions => drop(self.subscriptions.remove(id)),
            _ => {}
        }
        self.touch();
    }

    /// A copy of a row that comes first by name, by creation and unsorted.
    fn insert_before_all(&mut self, place: Place, id: &str) {
        let new_id = derived_uuid("drift", &format!("{id} {}", self.version()));
        match place {
            Place::Companies => {
                if let Some(mut row) = self.companies.get(id).map(|row| (**row).clone()) {
                    row.id = new_id;
                    row.name = format!("! {}", row.name);
                    self.companies.put_first(row);
                }
            }
            Place::Products => {
                if let Some(mut row) = self.products.get(id).map(|row| (**row).clone()) {
                    row.id = new_id;
                    row.name = format!("! {}", row.name);
                    self.products.put_first(row);
                }
            }
            Place::Subscriptions => {
                let first = self.subscriptions.iter().map(|row| row.created).min();
                if let Some(mut row) = self.subscriptions.get(id).map(|row| (**row).clone()) {
                    row.id = new_id;
                    row.created = before(first.unwrap_or(row.created));
                    self.subscriptions.put_first(row);
                }
            }
            _ => {}
        }
        self.touch();
    }
}

fn before(at: Timestamp) -> Timestamp {
    at.saturating_sub(Span::new().hours(1)).unwrap_or(at)
}
