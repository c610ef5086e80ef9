//! Transactions: the only way to run a statement.

use crate::{
    BulkStatement, DbError, OrgStatement, OrganizationId, Result, Row, SystemStatement, Value,
    engine_tx::EngineTx,
    kept::{Shelf, Standing},
};

/// A transaction on the rows of one organization. Dropping it without [`commit`](Self::commit) undoes it.
pub struct OrgTx {
    inner: EngineTx,
    organization: OrganizationId,
    pub(crate) shelf: Shelf,
    pub(crate) standing: Standing,
}

impl OrgTx {
    pub(crate) fn new(inner: EngineTx, organization: OrganizationId, shelf: Shelf) -> Self {
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
    /// after the organization's id, which is put before them here. Rows are taken as they are written, so that some are made while
    /// the engine still writes those before them.
    ///
    /// # Errors
    /// When the database refuses or is gone; then the transaction is not to be committed, as some rows may be written.
    pub fn bulk<R>(
        &mut self,
        statement: &'static BulkStatement,
        rows: R,
    ) -> impl Future<Output = Result<u64>> + Send
    where
        R: IntoIterator<Item = Vec<Value>, IntoIter: Send>,
    {
        self.try_bulk(statement, rows.into_iter().map(Ok))
    }

    /// The same of rows of which one may fail to be made.
    ///
    /// # Errors
    /// As [`bulk`](Self::bulk), and when a row is an error.
    // Not an `async fn`: the compiler could not see then that a future with a closure that borrows is `Send`.
    pub fn try_bulk<R, E>(
        &mut self,
        statement: &'static BulkStatement,
        rows: R,
    ) -> impl Future<Output = Result<u64, E>> + Send
    where
        R: IntoIterator<Item = Result<Vec<Value>, E>, IntoIter: Send>,
        E: From<DbError> + Send,
    {
        let rows = rows.into_iter();
        async move {
            let touched = self
                .inner
                .execute_bulk(statement, self.organization, rows)
                .await?;
            if touched > 0 {
                self.standing.note(statement.name);
            }
            Ok(touched)
        }
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
        let mut found = Vec::new();
        let keep = |row| -> Result<()> {
            found.push(row);
            Ok(())
        };
        self.fetch_bulk_each(statement, rows, keep).await?;
        Ok(found)
    }

    /// The same, handing over each row as it comes, while the engine still looks for the next ones.
    ///
    /// # Errors
    /// When the database refuses or is gone, or `each` refuses a row.
    pub fn fetch_bulk_each<E: From<DbError> + Send>(
        &mut self,
        statement: &'static BulkStatement,
        rows: Vec<Vec<Value>>,
        each: impl FnMut(Row) -> Result<(), E> + Send,
    ) -> impl Future<Output = Result<(), E>> + Send {
        self.standing.note(statement.name);
        self.inner
            .fetch_bulk_each(statement, self.organization, rows, each)
    }

    /// Makes room for a great many rows that are about to be written, until the transaction ends: SQLite keeps the pages of their
    /// indices in memory, half a KiB for each row and at most half a GiB. Postgres has its own.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn make_room(&mut self, rows: usize) -> Result<()> {
        self.inner.make_room(rows).await
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
    inner: EngineTx,
    shelf: Shelf,
}

impl SystemTx {
    pub(crate) fn new(inner: EngineTx, shelf: Shelf) -> Self {
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
