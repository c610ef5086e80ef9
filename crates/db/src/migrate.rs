//! Bringing the schema up to date.
//!
//! Migrations are files with one text for both engines, applied in the order of their names, each in a transaction, each
//! once. An applied file is never edited: its digest is kept and compared. Several processes may start at once; one migrates.

use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Row as _};

use crate::{
    Database, DbError, Result,
    pool::Pools,
    row_security::{POLICIES, Scope},
    tx::Inner,
};

/// All migrations, in order. A new one is a new file and a new line here.
const MIGRATIONS: &[(&str, &str)] = &[(
    "0001_foundation",
    include_str!("../migrations/0001_foundation.sql"),
)];

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
            let Some((name, sql)) = next(&known)? else {
                tx.commit().await?;
                return Ok(MigrationReport { applied });
            };
            tx.run(sql).await?;
            tx.secure_rows().await?;
            tx.remember(name, &digest(sql)).await?;
            tx.commit().await?;
            tracing::info!(migration = name, "applied");
            applied.push(name);
        }
    }

    /// Checks that the schema is the one this program was built for, changing nothing.
    ///
    /// # Errors
    /// When it is older, newer or another one, or cannot be read.
    pub async fn check_migrated(&self) -> Result<()> {
        let mut tx = self.begin_read(Scope::Installation).await?;
        let known = if tx.has_migration_table().await? {
            tx.known_migrations().await?
        } else {
            Vec::new()
        };
        match next(&known)? {
            None => Ok(()),
            Some((name, _)) => Err(DbError::NotMigrated(name.to_owned())),
        }
    }
}

/// The first migration that is not known, after checking those that are.
fn next(known: &[(String, String)]) -> Result<Option<(&'static str, &'static str)>> {
    for (name, stored) in known {
        let Some((_, sql)) = MIGRATIONS.iter().find(|(ours, _)| ours == name) else {
            return Err(DbError::NewerSchema(name.clone()));
        };
        if *stored != digest(sql) {
            return Err(DbError::EditedMigration(name.clone()));
        }
    }
    Ok(MIGRATIONS
        .iter()
        .find(|(name, _)| known.iter().all(|(other, _)| other != name))
        .copied())
}

fn digest(sql: &str) -> String {
    Sha256::digest(sql.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

const CREATE_TABLE: &str =
    "create table if not exists schema_migration (name text primary key, digest text not null)";

impl Inner {
    async fn run(&mut self, sql: &'static str) -> Result<()> {
        let sql = sqlx::raw_sql(sql);
        match self {
            Self::Sqlite(tx) => sql.execute(&mut **tx).await.map(|_| ()),
            Self::Postgres(tx) => sql.execute(&mut **tx).await.map(|_| ()),
        }
        .map_err(|error| DbError::of("migrate", error))
    }

    async fn secure_rows(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
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

    async fn known_migrations(&mut self) -> Result<Vec<(String, String)>> {
        const SQL: &str = "select name, digest from schema_migration order by name";
        match self {
            Self::Sqlite(tx) => sqlx::query(SQL)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.iter().map(|row| (row.get(0), row.get(1))).collect()),
            Self::Postgres(tx) => sqlx::query(SQL)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.iter().map(|row| (row.get(0), row.get(1))).collect()),
        }
        .map_err(|error| DbError::of("known_migrations", error))
    }

    async fn remember(&mut self, name: &str, digest: &str) -> Result<()> {
        const SQL: &str = "insert into schema_migration (name, digest) values ($1, $2)";
        match self {
            Self::Sqlite(tx) => sqlx::query(SQL)
                .bind(name.to_owned())
                .bind(digest.to_owned())
                .execute(&mut **tx)
                .await
                .map(|_| ()),
            Self::Postgres(tx) => sqlx::query(SQL)
                .bind(name.to_owned())
                .bind(digest.to_owned())
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
