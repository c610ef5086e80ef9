//! Databases for tests: a fresh, migrated one on each engine.
//!
//! Postgres is used when `ASCENT_TEST_POSTGRES_URL` names a server whose user may create databases; without it, tests run
//! on SQLite alone and say so. With `ASCENT_TEST_REQUIRE_POSTGRES` its absence is a failure.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "only tests call this"
)]

mod columns;
mod plan;
mod statistics;

use std::path::PathBuf;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

pub use columns::prepare_columns;
pub use plan::{Plan, Read, plan};
pub use statistics::analyzed;

use crate::{Database, Engine, pool::Pools};

/// A database of a test. Its files and its Postgres database are removed on [`remove`](Self::remove).
pub struct TestDatabase {
    /// The open, migrated database.
    pub database: Database,
    /// Its address, for a second process or another pool.
    pub url: String,
    place: Place,
}

enum Place {
    Folder(PathBuf),
    Server { admin_url: String, name: String },
}

/// The engines that tests can use here; Postgres alone if `ASCENT_TEST_ENGINE` is `postgres`, for a long benchmark.
#[must_use]
pub fn engines() -> Vec<Engine> {
    let only = std::env::var("ASCENT_TEST_ENGINE").unwrap_or_default();
    match (postgres_url().is_some(), only.as_str()) {
        (true, "postgres") => vec![Engine::Postgres],
        (true, _) => vec![Engine::Sqlite, Engine::Postgres],
        (false, _) => vec![Engine::Sqlite],
    }
}

fn postgres_url() -> Option<String> {
    let url = std::env::var("ASCENT_TEST_POSTGRES_URL")
        .ok()
        .filter(|url| !url.is_empty());
    if url.is_none() {
        assert!(
            std::env::var_os("ASCENT_TEST_REQUIRE_POSTGRES").is_none(),
            "ASCENT_TEST_POSTGRES_URL is required here"
        );
        eprintln!("Postgres: skipped (ASCENT_TEST_POSTGRES_URL is not set)");
    }
    url
}

/// Runs a test on each engine, each time with a fresh database.
pub async fn on_each_engine<F>(test: F)
where
    F: AsyncFn(&TestDatabase),
{
    for engine in engines() {
        let it = TestDatabase::new(engine).await;
        eprintln!("on {engine:?}");
        test(&it).await;
        it.remove().await;
    }
}

impl TestDatabase {
    /// A fresh, migrated database.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let it = Self::empty(engine).await;
                it.database.migrate().await.expect("migrations apply");
                it
            }
            // Copying a migrated database takes the server a third of the time that migrating one does.
            Engine::Postgres => {
                let admin_url = postgres_url().expect("ASCENT_TEST_POSTGRES_URL");
                Self::on_server(admin_url.clone(), Some(template(&admin_url).await)).await
            }
        }
    }

    /// A fresh database without tables.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn empty(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = std::env::temp_dir().join(fresh_name());
                std::fs::create_dir_all(&folder).expect("a temporary folder");
                let url = format!("sqlite:{}", folder.join("ascent.db").display());
                Self::at(url, Place::Folder(folder)).await
            }
            Engine::Postgres => {
                let admin_url = postgres_url().expect("ASCENT_TEST_POSTGRES_URL");
                Self::on_server(admin_url, None).await
            }
        }
    }

    async fn on_server(admin_url: String, template: Option<&str>) -> Self {
        let name = fresh_name();
        let template = template.map_or(String::new(), |it| format!(" template {it}"));
        administer(&admin_url, format!("create database {name}{template}")).await;
        let url = with_database(&admin_url, &name);
        Self::at(url, Place::Server { admin_url, name }).await
    }

    async fn at(url: String, place: Place) -> Self {
        let database = Database::open(&url).await.expect("the database opens");
        Self {
            database,
            url,
            place,
        }
    }

    /// Closes and removes it.
    pub async fn remove(self) {
        self.database.close().await;
        match self.place {
            Place::Folder(folder) => {
                let _ = std::fs::remove_dir_all(folder);
            }
            Place::Server { admin_url, name } => {
                administer(
                    &admin_url,
                    format!("drop database if exists {name} with (force)"),
                )
                .await;
            }
        }
    }
}

/// Takes all room from a database, as a full disk does: SQLite's file cannot grow any more, and Postgres answers every insertion as
/// it does without room. Rows can still be changed in place, and read. On SQLite it lasts until the first write has failed, and is to
/// be called again after it.
///
/// # Panics
/// When the engine refuses.
pub async fn fill_up(database: &Database) {
    run(database, "pragma max_page_count = 1", POSTGRES_FULL).await;
}

/// Gives the room back.
///
/// # Panics
/// When the engine refuses.
pub async fn make_room(database: &Database) {
    let postgres = "drop function no_room cascade";
    run(database, "pragma max_page_count = 1073741823", postgres).await;
}

/// Takes every right to write from a database's connections.
///
/// # Panics
/// When the engine refuses.
pub async fn forbid_writes(database: &Database) {
    run(database, "pragma query_only = on", POSTGRES_READ_ONLY).await;
    reconnect(database).await;
}

/// Gives the right back.
///
/// # Panics
/// When the engine refuses.
pub async fn allow_writes(database: &Database) {
    run(database, "pragma query_only = off", POSTGRES_WRITABLE).await;
    reconnect(database).await;
}

const POSTGRES_FULL: &str = "
    create or replace function no_room() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
    do $$ declare place text; begin
        for place in select tablename from pg_tables where schemaname = current_schema() loop
            execute format('create or replace trigger no_room before insert on %I for each statement execute function no_room()', place);
        end loop; end $$;";
const POSTGRES_READ_ONLY: &str = "do $$ begin
    execute format('alter role current_user in database %I set default_transaction_read_only = on', current_database()); end $$;";
const POSTGRES_WRITABLE: &str = "begin read write; do $$ begin
    execute format('alter role current_user in database %I reset default_transaction_read_only', current_database()); end $$; commit;";

async fn run(database: &Database, sqlite: &'static str, postgres: &'static str) {
    match &database.pools {
        // The one connection that writes.
        Pools::Sqlite { write, .. } => sqlx::raw_sql(sqlite).execute(write).await.map(|_| ()),
        Pools::Postgres(pool) => sqlx::raw_sql(postgres).execute(pool).await.map(|_| ()),
    }
    .expect("the engine is told");
}

/// Ends the connections to Postgres, so that the next ones begin with the settings of now.
async fn reconnect(database: &Database) {
    if let Pools::Postgres(pool) = &database.pools {
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        let mut last = pool.acquire().await.expect("a connection").detach();
        sqlx::raw_sql(end)
            .execute(&mut last)
            .await
            .expect("connections can be ended");
        let _ = last.close().await;
    }
}

fn fresh_name() -> String {
    format!("ascent_test_{}", uuid::Uuid::now_v7().simple())
}

/// The name of a migrated database that others are copied from, made once per process.
async fn template(admin_url: &str) -> &'static str {
    static NAME: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    NAME.get_or_init(async || {
        let name = format!("{}_template", fresh_name());
        administer(admin_url, format!("create database {name}")).await;
        let database = Database::open(&with_database(admin_url, &name)).await;
        let database = database.expect("the database opens");
        database.migrate().await.expect("migrations apply");
        // A database that somebody is connected to cannot be copied.
        database.close().await;
        name
    })
    .await
}

async fn administer(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url)
        .await
        .expect("the Postgres server answers");
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect("the administrator's statement runs");
    let _ = connection.close().await;
}

fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url
        .split_once('?')
        .map_or((url, None), |(base, query)| (base, Some(query)));
    let at = base
        .rfind('/')
        .filter(|at| *at > "postgres://".len())
        .unwrap_or(base.len());
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &base[..at])
}
