//! Statements that insert, as Postgres gets them.

use sqlx::{AssertSqlSafe, Either, Executor as _, SqlSafeStr as _, Statement as _, TypeInfo as _};

use crate::{BulkStatement, Database, DbError, Result, pool::Pools};

/// Prepares a statement that inserts with a list of each column, of the types that the columns have. SQLite gets rows instead, and so
/// does Postgres for statements that look for something.
///
/// # Errors
/// When Postgres does not understand it.
pub async fn prepare_columns(database: &Database, statement: &BulkStatement) -> Result<()> {
    let pool = match &database.pools {
        Pools::Postgres(pool) if statement.inserts() => pool,
        _ => return Ok(()),
    };
    let failed = |error| DbError::of(statement.name, error);
    let rows = AssertSqlSafe(statement.text(1, true)).into_sql_str();
    let rows = pool.prepare(rows).await.map_err(failed)?;
    let types: Vec<String> = match rows.parameters() {
        Some(Either::Left(types)) => types.iter().map(|it| it.name().to_lowercase()).collect(),
        _ => Vec::new(),
    };
    let types: Vec<&str> = types.iter().skip(1).map(String::as_str).collect();
    let columns = AssertSqlSafe(statement.text_of_columns(&types)).into_sql_str();
    pool.prepare(columns).await.map(|_| ()).map_err(failed)
}
