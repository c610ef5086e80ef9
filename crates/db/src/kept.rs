//! Figures of an organization that take long to reckon, kept in memory for as long as the rows that they are made of stay as they are.
//!
//! A transaction that changes such a row raises the organization's version, which is a row itself. Whoever asks for a figure reads the
//! version in the same snapshot as everything else, so that a kept figure is never another than the one that would be reckoned,
//! whichever process changed the rows.
//!
//! Within a process one reckons, and whoever asks for the same figure of the same version meanwhile waits for it. Who waits has a
//! transaction, and so has the one who reckons, who needs no other connection and no lock that a waiting one could hold: they cannot
//! wait for each other, as long as no figure is reckoned from one that is reckoned from it.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Turns, OwnedMutexGuard as Turn},
    time::timeout,
};

use crate::{DbError, OrgTx, OrganizationId, Result, pool::PATIENCE, registered};

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

/// Where a figure of one version is kept; empty until somebody has reckoned it, which one does at a time. Who holds the turn and ends
/// without a figure, for whatever reason, leaves it to the next.
type Place = Arc<Turns<Option<Figure>>>;

/// The figures that this process keeps, each with the version that it is of.
#[derive(Clone, Default)]
pub(crate) struct Shelf(Arc<Mutex<HashMap<Key, (i64, Place)>>>);

impl Shelf {
    /// The place of a figure of a version, the same for everybody who asks for it.
    fn place(&self, key: Key, version: i64) -> Place {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match shelf.get(&key) {
            Some((of, place)) if *of == version => return place.clone(),
            // Asked from a snapshot that is older than what others see: such a figure is of no use to anybody who comes later.
            Some((of, _)) if *of > version => return Place::default(),
            Some(_) => {}
            None if shelf.len() >= MOST => shelf.clear(),
            None => {}
        }
        let place = Place::default();
        shelf.insert(key, (version, place.clone()));
        place
    }
}

/// Waits for the turn at a place. None: it took too long.
async fn turn(place: Place, patience: Duration) -> Option<Turn<Option<Figure>>> {
    timeout(patience, place.lock_owned()).await.ok()
}

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
    /// The figure of this type: the kept one, if what it is made of did not change since, or else the one that is reckoned now, by
    /// whoever asked first.
    ///
    /// # Errors
    /// When the database is gone, or what `reckon` meets: that is not kept, and whoever asks next reckons.
    pub async fn kept<T, E>(
        &mut self,
        reckon: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Arc<T>, E>
    where
        T: Any + Send + Sync,
        E: From<DbError>,
    {
        self.kept_if(|_| true, reckon).await
    }

    /// As [`kept`](Self::kept), for a figure that is also made of something else than rows: one that does not fit is reckoned anew and
    /// replaced.
    ///
    /// # Errors
    /// As [`kept`](Self::kept).
    pub async fn kept_if<T, E>(
        &mut self,
        fits: impl FnOnce(&T) -> bool,
        reckon: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Arc<T>, E>
    where
        T: Any + Send + Sync,
        E: From<DbError>,
    {
        if self.standing.changed {
            // Of rows that nobody else sees.
            return reckon(self).await.map(Arc::new);
        }
        let version = self.version().await?;
        let key = (self.organization(), TypeId::of::<T>());
        let place = self.shelf.place(key, version);
        let Some(mut place) = turn(place, PATIENCE).await else {
            // Whoever reckons may hang. And a transaction that pauses for too long is ended by Postgres.
            return reckon(self).await.map(Arc::new);
        };
        let kept = place.clone().and_then(|it| it.downcast::<T>().ok());
        if let Some(kept) = kept.filter(|it| fits(it)) {
            return Ok(kept);
        }
        let figure = Arc::new(reckon(self).await?);
        if !self.standing.changed {
            *place = Some(figure.clone());
        }
        Ok(figure)
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

    struct Figure;

    #[tokio::test]
    async fn whoever_waits_for_too_long_goes_on_alone() {
        let place = Place::default();
        let held = turn(place.clone(), Duration::ZERO).await;
        assert!(held.is_some());
        assert!(turn(place.clone(), Duration::ZERO).await.is_none());
        drop(held);
        assert!(turn(place, Duration::ZERO).await.is_some());
    }

    #[test]
    fn the_shelf_has_room_for_so_many_and_one_version_of_each() {
        let shelf = Shelf::default();
        let key = || (OrganizationId::new(), TypeId::of::<Figure>());
        let ours = key();
        let [old, new] = [1, 2].map(|version| shelf.place(ours, version));
        assert!(!Arc::ptr_eq(&old, &new));
        assert!(Arc::ptr_eq(&new, &shelf.place(ours, 2)));
        assert!(
            !Arc::ptr_eq(&old, &shelf.place(ours, 1)),
            "not kept any more"
        );
        for _ in 0..3 * MOST {
            shelf.place(key(), 1);
            assert!(shelf.0.lock().unwrap().len() <= MOST);
        }
    }

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
