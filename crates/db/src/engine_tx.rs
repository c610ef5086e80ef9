//! A transaction of either engine, and how each runs a statement in it.

use futures::{TryStreamExt as _, future};
use sqlx::{
    AssertSqlSafe, Database, Executor, IntoArguments, Postgres, Sqlite, Transaction,
    postgres::PgArguments, query::Query, sqlite::SqliteArguments,
};

use crate::{
    BulkStatement, DbError, OrganizationId, Result, Row, Value,
    bulk::{self, Column},
    pool::{WRITE_CACHE_KIB, set_cache},
    row::EngineRow,
    row_security::Scope,
};

/// The most memory in which SQLite keeps pages while it writes.
const MOST_CACHE_KIB: usize = 524_288;

pub(crate) enum EngineTx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl EngineTx {
    pub(crate) async fn execute(
        &mut self,
        name: &'static str,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<u64> {
        refuse_nul(name, &args)?;
        match self {
            Self::Sqlite(tx) => sqlite(sql, args)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            Self::Postgres(tx) => postgres(sql, args)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        }
        .map_err(|error| DbError::of(name, error))
    }

    /// Text made from a declared bulk statement: placeholders and types are all that was added, so it is as safe as the declaration.
    pub(crate) async fn execute_bulk<E: From<DbError>>(
        &mut self,
        statement: &'static BulkStatement,
        organization: OrganizationId,
        rows: impl Iterator<Item = Result<Vec<Value>, E>>,
    ) -> Result<u64, E> {
        let name = statement.name;
        let rows = rows.map(|row| {
            let row = row?;
            refuse_nul(name, &row)?;
            Ok(row)
        });
        match self {
            Self::Sqlite(tx) => {
                let pieces = bulk::rows_to_write(statement, organization, rows);
                let queries = pieces.map(|piece| piece.map(sqlite_rows));
                run_each(&mut **tx, name, queries, |done| done.rows_affected()).await
            }
            Self::Postgres(tx) if statement.inserts() => {
                let pieces = bulk::columns(statement, rows);
                let query = |piece| postgres_columns(organization, piece);
                let queries = pieces.map(|piece| piece.map(query));
                run_each(&mut **tx, name, queries, |done| done.rows_affected()).await
            }
            Self::Postgres(tx) => {
                let pieces = bulk::rows_to_find(statement, organization, rows, true);
                let queries = pieces.map(|piece| piece.map(postgres_rows));
                run_each(&mut **tx, name, queries, |done| done.rows_affected()).await
            }
        }
    }

    pub(crate) async fn fetch_all(
        &mut self,
        name: &'static str,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let mut found = Vec::new();
        let keep = |row| -> Result<()> {
            found.push(row);
            Ok(())
        };
        self.fetch_each(name, sql, args, keep).await?;
        Ok(found)
    }

    pub(crate) async fn fetch_each<E: From<DbError>>(
        &mut self,
        name: &'static str,
        sql: &'static str,
        args: Vec<Value>,
        each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        refuse_nul(name, &args)?;
        match self {
            Self::Sqlite(tx) => read_each(tx, name, sqlite(sql, args), each).await,
            Self::Postgres(tx) => read_each(tx, name, postgres(sql, args), each).await,
        }
    }

    /// As [`execute_bulk`](Self::execute_bulk), for a statement that reads.
    pub(crate) async fn fetch_bulk_each<E: From<DbError>>(
        &mut self,
        statement: &'static BulkStatement,
        organization: OrganizationId,
        rows: Vec<Vec<Value>>,
        mut each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let name = statement.name;
        rows.iter().try_for_each(|row| refuse_nul(name, row))?;
        let rows = rows.into_iter().map(Ok::<_, E>);
        match self {
            Self::Sqlite(tx) => {
                for piece in bulk::rows_to_find(statement, organization, rows, false) {
                    read_each(tx, name, sqlite_rows(piece?), &mut each).await?;
                }
            }
            Self::Postgres(tx) => {
                for piece in bulk::rows_to_find(statement, organization, rows, true) {
                    read_each(tx, name, postgres_rows(piece?), &mut each).await?;
                }
            }
        }
        Ok(())
    }

    pub(crate) async fn fetch_optional(
        &mut self,
        name: &'static str,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Option<Row>> {
        refuse_nul(name, &args)?;
        match self {
            Self::Sqlite(tx) => {
                let row = sqlite(sql, args).fetch_optional(&mut **tx).await;
                row.map(|row| row.map(|row| Row::new(name, row)))
            }
            Self::Postgres(tx) => {
                let row = postgres(sql, args).fetch_optional(&mut **tx).await;
                row.map(|row| row.map(|row| Row::new(name, row)))
            }
        }
        .map_err(|error| DbError::of(name, error))
    }

    /// SQLite keeps the pages of that many rows' indices in memory, half a KiB for each row, until the transaction ends. Postgres
    /// has its own.
    pub(crate) async fn make_room(&mut self, rows: usize) -> Result<()> {
        let kib = (rows / 2).min(MOST_CACHE_KIB);
        match self {
            Self::Sqlite(tx) if kib > WRITE_CACHE_KIB => {
                let set = set_cache(tx, kib).await;
                set.map_err(|error| DbError::of("make_room", error))
            }
            Self::Sqlite(_) | Self::Postgres(_) => Ok(()),
        }
    }

    /// SQLite lets one writer in at a time anyway. On Postgres a lock that ends with the transaction does the same for one
    /// organization, so that reading and then writing needs no retry on either.
    pub(crate) async fn wait_for_writers(&mut self, organization: OrganizationId) -> Result<()> {
        if let Self::Postgres(tx) = self {
            sqlx::query(
                "select pg_advisory_xact_lock(hashtextextended($1, 0)), set_config('ascent.organization', $1, true)",
            )
            .bind(organization.to_string())
            .execute(&mut **tx)
            .await
            .map_err(|error| DbError::of("wait_for_writers", error))?;
        }
        Ok(())
    }

    /// Lets the rest of the transaction reach the rows of every organization.
    pub(crate) async fn open_to_all(&mut self) -> Result<()> {
        if let Self::Postgres(tx) = self {
            sqlx::query("select set_config('ascent.organization', $1, true)")
                .bind(Scope::Installation.setting())
                .execute(&mut **tx)
                .await
                .map_err(|error| DbError::of("open_to_all", error))?;
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .map_err(|error| DbError::of("commit", error))
    }
}

/// Runs queries one after the other, and makes the next one while the engine carries out the one before it: the program and
/// the engine have a processor each, and would wait for each other otherwise.
async fn run_each<D, E>(
    connection: &mut D::Connection,
    name: &'static str,
    mut queries: impl Iterator<Item = Result<Query<'static, D, D::Arguments>, E>>,
    touched: fn(D::QueryResult) -> u64,
) -> Result<u64, E>
where
    D: Database,
    D::Arguments: IntoArguments<D>,
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    E: From<DbError>,
{
    let mut sum = 0;
    let mut next = queries.next();
    while let Some(query) = next {
        let done = query?.execute(&mut *connection);
        let made = future::lazy(|_| queries.next());
        let (done, made) = future::join(done, made).await;
        sum += touched(done.map_err(|error| DbError::of(name, error))?);
        next = made;
    }
    Ok(sum)
}

/// Hands over each row as it comes.
async fn read_each<D, E>(
    tx: &mut Transaction<'static, D>,
    name: &'static str,
    query: Query<'static, D, D::Arguments>,
    mut each: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), E>
where
    D: Database,
    D::Arguments: IntoArguments<D>,
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    E: From<DbError>,
    EngineRow: From<D::Row>,
{
    let mut rows = query.fetch(&mut **tx);
    let failed = |error| DbError::of(name, error);
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        each(Row::new(name, row))?;
    }
    Ok(())
}

fn sqlite(sql: impl sqlx::SqlSafeStr, args: Vec<Value>) -> Query<'static, Sqlite, SqliteArguments> {
    args.into_iter()
        .fold(sqlx::query(sql), |query, arg| match arg {
            Value::Text(it) => query.bind(it),
            Value::Int(it) => query.bind(it),
            Value::Bool(it) => query.bind(it),
        })
}

fn postgres(sql: impl sqlx::SqlSafeStr, args: Vec<Value>) -> Query<'static, Postgres, PgArguments> {
    args.into_iter()
        .fold(sqlx::query(sql), |query, arg| match arg {
            Value::Text(it) => query.bind(it),
            Value::Int(it) => query.bind(it),
            Value::Bool(it) => query.bind(it),
        })
}

fn sqlite_rows(piece: bulk::Rows) -> Query<'static, Sqlite, SqliteArguments> {
    sqlite(AssertSqlSafe(piece.sql), piece.args).persistent(piece.kept)
}

fn postgres_rows(piece: bulk::Rows) -> Query<'static, Postgres, PgArguments> {
    postgres(AssertSqlSafe(piece.sql), piece.args).persistent(piece.kept)
}

fn postgres_columns(
    organization: OrganizationId,
    piece: bulk::Columns,
) -> Query<'static, Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(piece.sql)).bind(organization.to_string());
    let columns = piece.columns.into_iter();
    columns.fold(query, |query, column| match column {
        Column::Text(it) => query.bind(it),
        Column::Int(it) => query.bind(it),
        Column::Bool(it) => query.bind(it),
    })
}

/// Refuses on both engines what one of them cannot store, so that nothing works on the one only.
fn refuse_nul(statement: &'static str, args: &[Value]) -> Result<()> {
    let has_nul = |arg: &Value| matches!(arg, Value::Text(Some(text)) if text.contains('\0'));
    if args.iter().any(has_nul) {
        return Err(DbError::Unstorable { statement });
    }
    Ok(())
}
