//! Figures of an organization that take long to reckon, kept in memory for as long as the rows that they are made of stay as they are.
//!
//! A transaction that changes such a row raises the organization's version, which is a row itself. Whoever asks for a figure reads the
//! version in the same snapshot as everything else, so that a kept figure is never another than the one that would be reckoned,
//! whichever process changed the rows.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use crate::{OrgTx, OrganizationId, Result, registered};

/// The tables that kept figures are made of. Which organization has which is told by the rows themselves.
pub const KEPT_OF: [&str; 7] = [
    "billed_once",
    "client",
    "pax8_change",
    "pax8_company",
    "pax8_subscription",
    "recurring_invoice",
    "subscription_billing",
];

/// Figures that are kept at most, over all organizations.
const MOST: usize = 1_000;

crate::statements! {
    org VERSION = "select version from kept_version where organization_id = $1";
    org RAISE = "insert into kept_version (organization_id, version) values ($1, 1)
        on conflict (organization_id) do update set version = kept_version.version + 1";
}

/// Names of the statements that change what kept figures are made of.
static CHANGING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let changing =
        registered().filter(|it| written(&it.sql()).is_some_and(|it| KEPT_OF.contains(&it)));
    changing.map(|it| it.name()).collect()
});

/// The table that a statement writes to; none: it reads.
#[must_use]
pub fn written(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace().peekable();
    while let Some(word) = words.next() {
        match (word, words.peek()) {
            ("insert", Some(&"into")) | ("delete", Some(&"from")) => return words.nth(1),
            // Not the `update` of `on conflict do update set`, before which `insert` stands.
            ("update", Some(_)) => return words.next(),
            _ => {}
        }
    }
    None
}

type Key = (OrganizationId, TypeId);
type Figure = Arc<dyn Any + Send + Sync>;

/// The figures that this process keeps, each with the version that it is of.
#[derive(Clone, Default)]
pub(crate) struct Shelf(Arc<Mutex<HashMap<Key, (i64, Figure)>>>);

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shelf")
    }
}

/// Where a transaction stands with kept figures.
#[derive(Default)]
pub(crate) struct Standing {
    /// Whether it changed what they are made of.
    changed: bool,
    /// The version that it sees, once it was asked for.
    version: Option<i64>,
}

impl Standing {
    /// Takes notice of a statement that found or touched rows.
    pub(crate) fn note(&mut self, statement: &'static str) {
        self.changed |= CHANGING.contains(statement);
    }

    pub(crate) fn has_changed(&self) -> bool {
        self.changed
    }
}

impl OrgTx {
    /// The figure of this type, if it is kept and what it is made of did not change since.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn kept<T: Any + Send + Sync>(&mut self) -> Result<Option<Arc<T>>> {
        if self.standing.changed {
            return Ok(None);
        }
        let version = self.version().await?;
        let shelf = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = shelf.get(&(self.organization(), TypeId::of::<T>()));
        let found = found.filter(|(of, _)| *of == version);
        Ok(found.and_then(|(_, figure)| figure.clone().downcast().ok()))
    }

    /// Keeps a figure that was reckoned in this transaction after [`kept`](Self::kept) had none.
    pub fn keep<T: Any + Send + Sync>(&mut self, figure: T) -> Arc<T> {
        let figure = Arc::new(figure);
        if let (Some(version), false) = (self.standing.version, self.standing.changed) {
            let mut shelf = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
            if shelf.len() >= MOST {
                shelf.clear();
            }
            let key = (self.organization(), TypeId::of::<T>());
            shelf.insert(key, (version, figure.clone()));
        }
        figure
    }

    async fn version(&mut self) -> Result<i64> {
        if let Some(version) = self.standing.version {
            return Ok(version);
        }
        let row = self.fetch_optional(&VERSION, Vec::new()).await?;
        let version = row.map_or(Ok(0), |row| row.get("version"))?;
        self.standing.version = Some(version);
        Ok(version)
    }

    /// Tells everybody who reads after this transaction that figures are to be reckoned anew, if it changed what they are made of.
    pub(crate) async fn raise_version(&mut self) -> Result<()> {
        if self.standing.has_changed() {
            self.execute(&RAISE, Vec::new()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_tells_which_table_it_writes_to() {
        for (sql, table) in [
            ("select id from client", None),
            (
                "insert into client (id) values ($1) on conflict (id) do update set id = $1",
                Some("client"),
            ),
            (
                "with news (id) as (values ($1)) update client set name = ''",
                Some("client"),
            ),
            ("delete from client where id = $1", Some("client")),
        ] {
            assert_eq!(written(sql), table, "{sql}");
        }
    }
}
