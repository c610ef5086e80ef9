//! What Postgres was told to look at.

use std::collections::BTreeMap;

use crate::{Database, pool::Pools};

/// The tables that [`Database::analyze`] had Postgres look at, and how many rows it believes to be in each. What it looked at by itself
/// is not among them. Nothing on SQLite.
///
/// # Panics
/// When the engine refuses.
pub async fn analyzed(database: &Database) -> BTreeMap<String, i64> {
    const SQL: &str = "select c.relname::text, c.reltuples::bigint from pg_stat_user_tables s join pg_class c on c.oid = s.relid
        where s.analyze_count > 0";
    let Pools::Postgres(pool) = &database.pools else {
        return BTreeMap::new();
    };
    let rows: Vec<(String, i64)> = sqlx::query_as(SQL)
        .fetch_all(pool)
        .await
        .expect("statistics can be read");
    rows.into_iter().collect()
}
