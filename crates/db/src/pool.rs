//! Opening a database and beginning transactions.

use std::{net::IpAddr, str::FromStr as _, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgPool, SqliteConnection,
    SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    DbError, OrganizationId, Result,
    engine_tx::EngineTx,
    kept::Shelf,
    row_security::Scope,
    tx::{OrgTx, SystemTx},
};

/// How long a statement waits for another writer or for a free connection.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How long a unit of work may pause between two statements, so that one that hangs does not keep everybody else waiting.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Connections of one process: enough for two cores and their waits, few enough for many processes on one Postgres.
const CONNECTIONS: u32 = 16;
/// Memory in which a connection of SQLite that reads keeps pages, in KiB. The operating system keeps them once more for all.
const READ_CACHE_KIB: usize = 4_096;
/// The same of the one that writes. A large sync changes pages all over its indices; those that do not stay in memory are
/// written more than once.
pub(crate) const WRITE_CACHE_KIB: usize = 65_536;
/// How much of the file a connection of SQLite that reads sees as memory of its own, in bytes: such pages are neither asked of the
/// operating system nor copied, and shared by all connections. A larger file's rest is read as without it.
const MAPPED: u32 = 1 << 30;

/// Rows that SQLite's thread may be ahead of who reads them: with fewer, the two wake each other again and again.
const ROWS_AHEAD: usize = 1_000;

/// Which engine a database runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file beside the program.
    Sqlite,
    /// A server, shared by several processes.
    Postgres,
}

/// Connections that are used for the same.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    /// What for: `read`, `write`, `all`.
    pub name: &'static str,
    /// How many are open.
    pub open: u32,
    /// How many of those nobody uses.
    pub idle: u32,
    /// How many there may be.
    pub most: u32,
}

/// A database, open. Cloning shares its connections.
#[derive(Debug, Clone)]
pub struct Database {
    pub(crate) pools: Pools,
    shelf: Shelf,
}

#[derive(Debug, Clone)]
pub(crate) enum Pools {
    /// One connection writes, so that writers queue here and not in SQLite's busy loop; the others only read.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

impl Database {
    /// Opens `sqlite:PATH` (made if absent) or `postgres://…`.
    ///
    /// # Errors
    /// When the address is of neither kind, or the database cannot be opened.
    pub async fn open(url: &str) -> Result<Self> {
        let pools = if url.starts_with("sqlite:") {
            open_sqlite(url).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url).await
        } else {
            return Err(DbError::UnknownUrl);
        };
        Ok(Self {
            pools: pools.map_err(|error| DbError::Unreachable(error.to_string()))?,
            shelf: Shelf::default(),
        })
    }

    /// The engine behind it.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a snapshot of one organization's rows.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn read(&self, organization: OrganizationId) -> Result<OrgTx> {
        let begun = self.begin_read(Scope::Organization(organization)).await?;
        Ok(OrgTx::new(begun, organization, self.shelf.clone()))
    }

    /// Begins a unit of work on one organization's rows. Writers of the same organization wait for each other.
    ///
    /// # Errors
    /// When no connection is to be had or the wait is too long.
    pub async fn write(&self, organization: OrganizationId) -> Result<OrgTx> {
        self.system_write()
            .await?
            .into_writer_of(organization)
            .await
    }

    /// Begins a snapshot for statements that belong to no organization.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn system_read(&self) -> Result<SystemTx> {
        let begun = self.begin_read(Scope::Installation).await?;
        Ok(SystemTx::new(begun, self.shelf.clone()))
    }

    /// Begins a unit of work for statements that belong to no organization.
    ///
    /// # Errors
    /// When no connection is to be had or the wait is too long.
    pub async fn system_write(&self) -> Result<SystemTx> {
        Ok(SystemTx::new(self.begin_write().await?, self.shelf.clone()))
    }

    /// How many connections there are, and how many of them are idle.
    #[must_use]
    pub fn connections(&self) -> Vec<Connections> {
        fn of<D: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<D>) -> Connections {
            // Read one after the other while others come and go.
            let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
            let open = pool.size();
            Connections {
                name,
                open,
                idle: idle.min(open),
                most: pool.options().get_max_connections(),
            }
        }
        match &self.pools {
            Pools::Sqlite { read, write } => vec![of("read", read), of("write", write)],
            Pools::Postgres(pool) => vec![of("all", pool)],
        }
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    pub(crate) async fn begin_read(&self, scope: Scope) -> Result<EngineTx> {
        match &self.pools {
            Pools::Sqlite { read, .. } => read.begin().await.map(EngineTx::Sqlite),
            Pools::Postgres(pool) => {
                let begin = scope.begin("begin isolation level repeatable read, read only");
                begin_whole(pool, begin).await
            }
        }
        .map_err(|error| DbError::of("begin", error))
    }

    pub(crate) async fn begin_write(&self) -> Result<EngineTx> {
        match &self.pools {
            Pools::Sqlite { write, .. } => write
                .begin_with("begin immediate")
                .await
                .map(EngineTx::Sqlite),
            Pools::Postgres(pool) => begin_whole(pool, Scope::Installation.begin("begin")).await,
        }
        .map_err(|error| DbError::of("begin", error))
    }
}

/// Begins in a task of its own, so that it comes to its end even if nobody waits for it any more: sqlx forgets a `begin` that
/// was dropped half-way, and the connection would go back to the pool inside a transaction.
async fn begin_whole(pool: &PgPool, statement: String) -> Result<EngineTx, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(statement)).await });
    match begun.await {
        Ok(begun) => begun.map(EngineTx::Postgres),
        // The runtime is going down.
        Err(_) => Err(sqlx::Error::PoolClosed),
    }
}

async fn open_sqlite(url: &str) -> Result<Pools, sqlx::Error> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An invoice that was answered for must survive a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .pragma("cache_size", cache_size(READ_CACHE_KIB))
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging();
    let pool = |size| {
        SqlitePoolOptions::new()
            .max_connections(size)
            .acquire_timeout(PATIENCE)
    };
    let write = options
        .clone()
        .pragma("cache_size", cache_size(WRITE_CACHE_KIB));
    let write = pool(1)
        .after_release(|connection, _| Box::pin(is_as_it_was(connection)))
        .connect_with(write)
        .await?;
    let read = pool(CONNECTIONS)
        .after_release(|connection, _| Box::pin(is_outside_a_transaction(connection)))
        .connect_with(
            options
                .pragma("query_only", "on")
                .pragma("mmap_size", MAPPED.to_string()),
        )
        .await?;
    Ok(Pools::Sqlite { read, write })
}

/// SQLite's word for memory; a positive number would count pages.
fn cache_size(kib: usize) -> String {
    format!("-{kib}")
}

/// Sets how much memory a connection of SQLite keeps pages in, from now on; what it has beyond is freed.
pub(crate) async fn set_cache(
    connection: &mut SqliteConnection,
    kib: usize,
) -> Result<(), sqlx::Error> {
    let pragma = format!("pragma cache_size = {}", cache_size(kib));
    // Not a statement that stays compiled: this one takes effect as it is compiled.
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(pragma)))
        .await?;
    Ok(())
}

/// As [`is_outside_a_transaction`], and with no more memory than usual.
async fn is_as_it_was(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    set_cache(connection, WRITE_CACHE_KIB).await?;
    Ok(!connection.is_in_transaction())
}

/// Whether a connection that comes back can be used again. SQLite ends a transaction by itself where its disk is full or fails; the
/// driver cannot roll it back then, believes that it goes on, and would refuse every later one.
async fn is_outside_a_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // What was sent before, such as the rollback of a dropped transaction, is done when this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

async fn open_postgres(url: &str) -> Result<Pools, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("ascent")
        .options([
            ("lock_timeout", PATIENCE.as_millis().to_string()),
            (
                "idle_in_transaction_session_timeout",
                LONGEST_PAUSE.as_millis().to_string(),
            ),
            // A table that grew within a minute has no statistics yet, and a plan that was made while it was empty, such as that
            // of a foreign key, lasts as long as its connection. Every statement has an index to go along, and a test asks for
            // it; one that has to go through everything would be compiled by `jit` for nothing.
            ("enable_seqscan", "off".to_owned()),
            ("jit", "off".to_owned()),
        ])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE);
    Ok(Pools::Postgres(
        pool.connect_with(encrypted_elsewhere(options)).await?,
    ))
}

/// Another machine is reached over TLS, without the driver's falling back to none, unless the address says `sslmode=disable`.
fn encrypted_elsewhere(options: PgConnectOptions) -> PgConnectOptions {
    let may_fall_back = matches!(options.get_ssl_mode(), PgSslMode::Allow | PgSslMode::Prefer);
    let host = options.get_host();
    let is_here = options.get_socket().is_some()
        || host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    if may_fall_back && !is_here {
        options.ssl_mode(PgSslMode::Require)
    } else {
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_reached_over_tls_unless_the_address_says_otherwise() {
        let mode = |url: &str| {
            let options = encrypted_elsewhere(PgConnectOptions::from_str(url).unwrap());
            format!("{:?}", options.get_ssl_mode())
        };
        for here in [
            "localhost",
            "127.0.0.1",
            "[::1]",
            "%2Fvar%2Frun%2Fpostgresql",
        ] {
            assert_eq!(mode(&format!("postgres://u@{here}/n")), "Prefer", "{here}");
        }
        for elsewhere in ["db.example.com", "10.0.0.5", "localhost.example.com"] {
            let url = format!("postgres://u@{elsewhere}/n");
            assert_eq!(mode(&url), "Require", "{elsewhere}");
            assert_eq!(mode(&format!("{url}?sslmode=prefer")), "Require");
            assert_eq!(mode(&format!("{url}?sslmode=disable")), "Disable");
            assert_eq!(mode(&format!("{url}?sslmode=verify-full")), "VerifyFull");
        }
    }
}
