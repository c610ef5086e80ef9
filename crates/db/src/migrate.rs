//! Bringing the schema up to date.
//!
//! Migrations are files with one text for both engines, applied in the order of their names, each in a transaction, each
//! once. An applied file is never edited: its digest is kept and compared. Several processes may start at once; one migrates.
//!
//! A program is known by the last migration that it was built with. Each migration says the oldest program that can still run
//! on its result, and the database remembers it: a process that runs while a newer program migrates goes on if it may, and
//! refuses if not. So a change that old programs cannot bear takes two releases: one expands (adds what is new, keeps what is old),
//! a later one contracts.

use sha2::{Digest as _, Sha256};
use sqlx::AssertSqlSafe;

use crate::{
    Database, DbError, Result,
    engine_tx::EngineTx,
    pool::Pools,
    row_security::{POLICIES, Scope},
};

/// A change of the schema.
struct Migration {
    name: &'static str,
    sql: &'static str,
    /// The last migration of the oldest program that can run on the result. Its own name: none that is older can.
    oldest: &'static str,
}

/// All migrations, in order. A new one is a new file and a new entry here.
const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_foundation",
    sql: include_str!("../migrations/0001_foundation.sql"),
    oldest: "0001_foundation",
}];

/// A migration that was applied, as the database remembers it.
struct Applied {
    name: String,
    digest: String,
    oldest: String,
}

/// Postgres waits here while another process migrates. The number is arbitrary and ours.
const MIGRATION_LOCK: i64 = 0x0041_5343_454e_5400;

/// What a migration run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// Names of the migrations applied now, in order; empty when the schema was up to date.
    pub applied: Vec<&'static str>,
}

impl Database {
    /// Applies every migration that the database lacks.
    ///
    /// # Errors
    /// When the database belongs to a newer version or to another program, or refuses.
    pub async fn migrate(&self) -> Result<MigrationReport> {
        let mut applied = Vec::new();
        loop {
            let mut tx = self.begin_write().await?;
            tx.lock_migrations().await?;
            tx.run(CREATE_TABLE).await?;
            let known = tx.known_migrations().await?;
            let Some(migration) = next(&known)? else {
                tx.commit().await?;
                return Ok(MigrationReport { applied });
            };
            tx.run(migration.sql).await?;
            tx.suit_engine().await?;
            tx.remember(migration).await?;
            tx.commit().await?;
            tracing::info!(migration = migration.name, "applied");
            applied.push(migration.name);
        }
    }

    /// Checks that the schema is one that this program can run on, changing nothing: the one that it was built for, or a newer
    /// one that says so.
    ///
    /// # Errors
    /// When it is older, too new or another one, or cannot be read.
    pub async fn check_migrated(&self) -> Result<()> {
        let mut tx = self.begin_read(Scope::Installation).await?;
        let known = if tx.has_migration_table().await? {
            tx.known_migrations().await?
        } else {
            Vec::new()
        };
        match next(&known)? {
            None => Ok(()),
            Some(missing) => Err(DbError::NotMigrated(missing.name.to_owned())),
        }
    }
}

/// The first migration that was not applied, after checking those that were.
fn next(applied: &[Applied]) -> Result<Option<&'static Migration>> {
    let ours = MIGRATIONS.last().map_or("", |last| last.name);
    for it in applied {
        match MIGRATIONS.iter().find(|known| known.name == it.name) {
            Some(known) if it.digest != digest(known.sql) => {
                return Err(DbError::EditedMigration(it.name.clone()));
            }
            // Of a newer program. Names are in the order in which they are applied.
            None if it.oldest.as_str() > ours => {
                return Err(DbError::NewerSchema {
                    migration: it.name.clone(),
                    oldest: it.oldest.clone(),
                });
            }
            _ => {}
        }
    }
    let is_missing = |known: &&Migration| applied.iter().all(|it| it.name != known.name);
    Ok(MIGRATIONS.iter().find(is_missing))
}

fn digest(sql: &str) -> String {
    Sha256::digest(sql.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Tells SQLite's planner what to expect of each index.
const PLANNING: &str = include_str!("planning.sql");

const CREATE_TABLE: &str = "create table if not exists schema_migration (name text primary key, digest text not null, oldest text not null)";

impl EngineTx {
    async fn run(&mut self, sql: &'static str) -> Result<()> {
        let sql = sqlx::raw_sql(sql);
        match self {
            Self::Sqlite(tx) => sql.execute(&mut **tx).await.map(|_| ()),
            Self::Postgres(tx) => sql.execute(&mut **tx).await.map(|_| ()),
        }
        .map_err(|error| DbError::of("migrate", error))
    }

    /// What only one of the engines needs of a schema.
    async fn suit_engine(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(_) => self.run(PLANNING).await,
            Self::Postgres(_) => self.run(POLICIES).await,
        }
    }

    async fn lock_migrations(&mut self) -> Result<()> {
        if let Self::Postgres(tx) = self {
            // Another process that migrates is waited for however long it takes.
            sqlx::query("set local lock_timeout = 0")
                .execute(&mut **tx)
                .await
                .map_err(|error| DbError::of("lock_migrations", error))?;
            sqlx::query("select pg_advisory_xact_lock($1)")
                .bind(MIGRATION_LOCK)
                .execute(&mut **tx)
                .await
                .map_err(|error| DbError::of("lock_migrations", error))?;
        }
        Ok(())
    }

    async fn has_migration_table(&mut self) -> Result<bool> {
        match self {
            Self::Sqlite(tx) => {
                sqlx::query("select 1 from sqlite_schema where name = 'schema_migration'")
                    .fetch_optional(&mut **tx)
                    .await
                    .map(|row| row.is_some())
            }
            Self::Postgres(tx) => {
                sqlx::query("select 1 where to_regclass('schema_migration') is not null")
                    .fetch_optional(&mut **tx)
                    .await
                    .map(|row| row.is_some())
            }
        }
        .map_err(|error| DbError::of("has_migration_table", error))
    }

    async fn known_migrations(&mut self) -> Result<Vec<Applied>> {
        const SQL: &str = "select name, digest, oldest from schema_migration order by name";
        let applied = |(name, digest, oldest)| Applied {
            name,
            digest,
            oldest,
        };
        let rows: Result<Vec<(String, String, String)>, _> = match self {
            Self::Sqlite(tx) => sqlx::query_as(SQL).fetch_all(&mut **tx).await,
            Self::Postgres(tx) => sqlx::query_as(SQL).fetch_all(&mut **tx).await,
        };
        rows.map(|rows| rows.into_iter().map(applied).collect())
            .map_err(|error| DbError::of("known_migrations", error))
    }

    async fn remember(&mut self, migration: &'static Migration) -> Result<()> {
        const SQL: &str = "insert into schema_migration (name, digest, oldest) values ($1, $2, $3)";
        let digest = digest(migration.sql);
        match self {
            Self::Sqlite(tx) => sqlx::query(SQL)
                .bind(migration.name)
                .bind(digest)
                .bind(migration.oldest)
                .execute(&mut **tx)
                .await
                .map(|_| ()),
            Self::Postgres(tx) => sqlx::query(SQL)
                .bind(migration.name)
                .bind(digest)
                .bind(migration.oldest)
                .execute(&mut **tx)
                .await
                .map(|_| ()),
        }
        .map_err(|error| DbError::of("remember_migration", error))
    }
}

/// The statement as either engine sees it, prepared and thrown away: the census.
impl Database {
    /// Prepares a statement without running it.
    ///
    /// # Errors
    /// When the engine does not understand it.
    pub async fn prepare(&self, name: &'static str, sql: String) -> Result<()> {
        use sqlx::Executor as _;
        let sql = sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(sql));
        match &self.pools {
            Pools::Sqlite { read, .. } => read.prepare(sql).await.map(|_| ()),
            Pools::Postgres(pool) => pool.prepare(sql).await.map(|_| ()),
        }
        .map_err(|error| DbError::of(name, error))
    }
}
