//! Transactions: the only way to run a statement.

use futures::TryStreamExt as _;
use sqlx::{
    AssertSqlSafe, Postgres, Sqlite, Transaction, postgres::PgArguments, query::Query,
    sqlite::SqliteArguments,
};

use crate::{
    BulkStatement, DbError, OrgStatement, OrganizationId, Result, Row, SystemStatement, Value,
    bulk::{self, Column},
    kept::{Shelf, Standing},
    pool::{WRITE_CACHE_KIB, set_cache},
    row_security::Scope,
};

/// The most memory in which SQLite keeps pages while it writes.
const MOST_CACHE_KIB: usize = 524_288;

pub(crate) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction on the rows of one organization. Dropping it without [`commit`](Self::commit) undoes it.
pub struct OrgTx {
    inner: Inner,
    organization: OrganizationId,
    pub(crate) shelf: Shelf,
    pub(crate) standing: Standing,
}

impl OrgTx {
    pub(crate) fn new(inner: Inner, organization: OrganizationId, shelf: Shelf) -> Self {
        Self {
            inner,
            organization,
            shelf,
            standing: Standing::default(),
        }
    }

    /// Whose rows these are.
    #[must_use]
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Runs a statement and tells how many rows it touched. `args` begin at `$2`.
    ///
    /// # Errors
    /// When the database refuses or is gone.
    pub async fn execute(
        &mut self,
        statement: &'static OrgStatement,
        args: Vec<Value>,
    ) -> Result<u64> {
        let args = self.scoped(args);
        let touched = self
            .inner
            .execute(statement.name, statement.sql, args)
            .await?;
        if touched > 0 {
            self.standing.note(statement.name);
        }
        Ok(touched)
    }

    /// All rows. `args` begin at `$2`.
    ///
    /// # Errors
    /// When the database refuses or is gone.
    pub async fn fetch_all(
        &mut self,
        statement: &'static OrgStatement,
        args: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let args = self.scoped(args);
        self.standing.note(statement.name);
        self.inner
            .fetch_all(statement.name, statement.sql, args)
            .await
    }

    /// Hands over all rows one after the other, for more of them than are to be held. `args` begin at `$2`.
    ///
    /// # Errors
    /// When the database refuses or is gone, or `each` refuses a row.
    pub async fn fetch_each<E: From<DbError>>(
        &mut self,
        statement: &'static OrgStatement,
        args: Vec<Value>,
        each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let args = self.scoped(args);
        self.inner
            .fetch_each(statement.name, statement.sql, args, each)
            .await
    }

    /// The row, if there is one. `args` begin at `$2`.
    ///
    /// # Errors
    /// When the database refuses or is gone.
    pub async fn fetch_optional(
        &mut self,
        statement: &'static OrgStatement,
        args: Vec<Value>,
    ) -> Result<Option<Row>> {
        let args = self.scoped(args);
        self.standing.note(statement.name);
        self.inner
            .fetch_optional(statement.name, statement.sql, args)
            .await
    }

    /// The row. `args` begin at `$2`.
    ///
    /// # Errors
    /// When there is none, or the database refuses or is gone.
    pub async fn fetch_one(
        &mut self,
        statement: &'static OrgStatement,
        args: Vec<Value>,
    ) -> Result<Row> {
        self.fetch_optional(statement, args)
            .await?
            .ok_or(DbError::NoRow {
                statement: statement.name,
            })
    }

    /// Writes rows in as few statements as the engines allow and tells how many were touched. Each row's values come
    /// after the organization's id, which is put before them here.
    ///
    /// # Errors
    /// When the database refuses or is gone.
    pub async fn bulk(
        &mut self,
        statement: &'static BulkStatement,
        rows: Vec<Vec<Value>>,
    ) -> Result<u64> {
        let touched = self
            .inner
            .execute_bulk(statement, self.organization, rows)
            .await?;
        if touched > 0 {
            self.standing.note(statement.name);
        }
        Ok(touched)
    }

    /// Reads what rows name, in as few statements as the engines allow, so that an order holds within each of them only.
    /// Each row's values come after the organization's id, which is put before them here.
    ///
    /// # Errors
    /// When the database refuses or is gone.
    pub async fn fetch_bulk(
        &mut self,
        statement: &'static BulkStatement,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>> {
        self.standing.note(statement.name);
        self.inner
            .fetch_bulk(statement, self.organization, rows)
            .await
    }

    /// Makes room for a great many rows that are about to be written, until the transaction ends: SQLite keeps the pages of their
    /// indices in memory, half a KiB for each row and at most half a GiB. Postgres has its own.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn make_room(&mut self, rows: usize) -> Result<()> {
        let kib = (rows / 2).min(MOST_CACHE_KIB);
        match &mut self.inner {
            Inner::Sqlite(tx) if kib > WRITE_CACHE_KIB => {
                let set = set_cache(tx, kib).await;
                set.map_err(|error| DbError::of("make_room", error))
            }
            Inner::Sqlite(_) | Inner::Postgres(_) => Ok(()),
        }
    }

    /// Goes on in the same transaction with statements that belong to no organization.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn into_system(mut self) -> Result<SystemTx> {
        self.raise_version().await?;
        self.inner.open_to_all().await?;
        Ok(SystemTx::new(self.inner, self.shelf))
    }

    /// Makes everything that was done here true at once.
    ///
    /// # Errors
    /// When the database refuses or is gone; then nothing was done.
    pub async fn commit(mut self) -> Result<()> {
        self.raise_version().await?;
        self.inner.commit().await
    }

    fn scoped(&self, args: Vec<Value>) -> Vec<Value> {
        let mut scoped = Vec::with_capacity(args.len() + 1);
        scoped.push(crate::IntoValue::into_value(self.organization));
        scoped.extend(args);
        scoped
    }
}

/// A transaction for statements that belong to no organization. Dropping it without [`commit`](Self::commit) undoes it.
pub struct SystemTx {
    inner: Inner,
    shelf: Shelf,
}

impl SystemTx {
    pub(crate) fn new(inner: Inner, shelf: Shelf) -> Self {
        Self { inner, shelf }
    }

    /// Runs a statement and tells how many rows it touched.
    ///
    /// # Errors
    /// When the database refuses or is gone.
    pub async fn execute(
        &mut self,
        statement: &'static SystemStatement,
        args: Vec<Value>,
    ) -> Result<u64> {
        self.inner
            .execute(statement.name, statement.sql, args)
            .await
    }

    /// All rows.
    ///
    /// # Errors
    /// When the database refuses or is gone.
    pub async fn fetch_all(
        &mut self,
        statement: &'static SystemStatement,
        args: Vec<Value>,
    ) -> Result<Vec<Row>> {
        self.inner
            .fetch_all(statement.name, statement.sql, args)
            .await
    }

    /// The row, if there is one.
    ///
    /// # Errors
    /// When the database refuses or is gone.
    pub async fn fetch_optional(
        &mut self,
        statement: &'static SystemStatement,
        args: Vec<Value>,
    ) -> Result<Option<Row>> {
        self.inner
            .fetch_optional(statement.name, statement.sql, args)
            .await
    }

    /// The row.
    ///
    /// # Errors
    /// When there is none, or the database refuses or is gone.
    pub async fn fetch_one(
        &mut self,
        statement: &'static SystemStatement,
        args: Vec<Value>,
    ) -> Result<Row> {
        self.fetch_optional(statement, args)
            .await?
            .ok_or(DbError::NoRow {
                statement: statement.name,
            })
    }

    /// Goes on in the same transaction by writing the rows of one organization, after its other writers.
    ///
    /// # Errors
    /// When the wait is too long.
    pub async fn into_writer_of(mut self, organization: OrganizationId) -> Result<OrgTx> {
        self.inner.wait_for_writers(organization).await?;
        Ok(OrgTx::new(self.inner, organization, self.shelf))
    }

    /// Makes everything that was done here true at once.
    ///
    /// # Errors
    /// When the database refuses or is gone; then nothing was done.
    pub async fn commit(self) -> Result<()> {
        self.inner.commit().await
    }
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

impl Inner {
    async fn execute(
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
    async fn execute_bulk(
        &mut self,
        statement: &'static BulkStatement,
        organization: OrganizationId,
        rows: Vec<Vec<Value>>,
    ) -> Result<u64> {
        let name = statement.name;
        rows.iter().try_for_each(|row| refuse_nul(name, row))?;
        let failed = |error| DbError::of(name, error);
        let mut touched = 0;
        match self {
            Self::Sqlite(tx) => {
                for piece in bulk::rows_to_write(statement, organization, rows) {
                    let query = sqlite_rows(piece).execute(&mut **tx);
                    touched += query.await.map_err(failed)?.rows_affected();
                }
            }
            Self::Postgres(tx) if statement.inserts() => {
                for piece in bulk::columns(statement, rows) {
                    let query = postgres_columns(organization, piece).execute(&mut **tx);
                    touched += query.await.map_err(failed)?.rows_affected();
                }
            }
            Self::Postgres(tx) => {
                for piece in bulk::rows_to_find(statement, organization, rows, true) {
                    let query = postgres_rows(piece).execute(&mut **tx);
                    touched += query.await.map_err(failed)?.rows_affected();
                }
            }
        }
        Ok(touched)
    }

    async fn fetch_all(
        &mut self,
        name: &'static str,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Vec<Row>> {
        refuse_nul(name, &args)?;
        match self {
            Self::Sqlite(tx) => {
                let rows = sqlite(sql, args).fetch_all(&mut **tx).await;
                rows.map(|rows| rows.into_iter().map(|row| Row::sqlite(name, row)).collect())
            }
            Self::Postgres(tx) => {
                let rows = postgres(sql, args).fetch_all(&mut **tx).await;
                rows.map(|rows| {
                    rows.into_iter()
                        .map(|row| Row::postgres(name, row))
                        .collect()
                })
            }
        }
        .map_err(|error| DbError::of(name, error))
    }

    async fn fetch_each<E: From<DbError>>(
        &mut self,
        name: &'static str,
        sql: &'static str,
        args: Vec<Value>,
        mut each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        refuse_nul(name, &args)?;
        let failed = |error| DbError::of(name, error);
        match self {
            Self::Sqlite(tx) => {
                let mut rows = sqlite(sql, args).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(failed)? {
                    each(Row::sqlite(name, row))?;
                }
            }
            Self::Postgres(tx) => {
                let mut rows = postgres(sql, args).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(failed)? {
                    each(Row::postgres(name, row))?;
                }
            }
        }
        Ok(())
    }

    /// As [`execute_bulk`](Self::execute_bulk), for a statement that reads.
    async fn fetch_bulk(
        &mut self,
        statement: &'static BulkStatement,
        organization: OrganizationId,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>> {
        let name = statement.name;
        rows.iter().try_for_each(|row| refuse_nul(name, row))?;
        let failed = |error| DbError::of(name, error);
        let mut found = Vec::new();
        match self {
            Self::Sqlite(tx) => {
                for piece in bulk::rows_to_find(statement, organization, rows, false) {
                    let rows = sqlite_rows(piece).fetch_all(&mut **tx);
                    let rows = rows.await.map_err(failed)?.into_iter();
                    found.extend(rows.map(|row| Row::sqlite(name, row)));
                }
            }
            Self::Postgres(tx) => {
                for piece in bulk::rows_to_find(statement, organization, rows, true) {
                    let rows = postgres_rows(piece).fetch_all(&mut **tx);
                    let rows = rows.await.map_err(failed)?.into_iter();
                    found.extend(rows.map(|row| Row::postgres(name, row)));
                }
            }
        }
        Ok(found)
    }

    async fn fetch_optional(
        &mut self,
        name: &'static str,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Option<Row>> {
        refuse_nul(name, &args)?;
        match self {
            Self::Sqlite(tx) => {
                let row = sqlite(sql, args).fetch_optional(&mut **tx).await;
                row.map(|row| row.map(|row| Row::sqlite(name, row)))
            }
            Self::Postgres(tx) => {
                let row = postgres(sql, args).fetch_optional(&mut **tx).await;
                row.map(|row| row.map(|row| Row::postgres(name, row)))
            }
        }
        .map_err(|error| DbError::of(name, error))
    }

    /// SQLite lets one writer in at a time anyway. On Postgres a lock that ends with the transaction does the same for one
    /// organization, so that reading and then writing needs no retry on either.
    async fn wait_for_writers(&mut self, organization: OrganizationId) -> Result<()> {
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
    async fn open_to_all(&mut self) -> Result<()> {
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
