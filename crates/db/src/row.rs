//! Rows that come out of statements.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

use crate::{DbError, Result};

/// A row of either engine, with the name of the statement that brought it.
pub struct Row {
    statement: &'static str,
    of: EngineRow,
}

pub(crate) enum EngineRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl From<SqliteRow> for EngineRow {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for EngineRow {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

impl Row {
    pub(crate) fn new(statement: &'static str, row: impl Into<EngineRow>) -> Self {
        Self {
            statement,
            of: row.into(),
        }
    }

    /// Reads a column. `Option<T>` reads null as `None`.
    ///
    /// # Errors
    /// When there is no such column, it is null where `T` is not optional, or its content is not a `T`.
    pub fn get<T: ColumnType>(&self, column: &str) -> Result<T> {
        T::read_column(self, column)
    }

    /// Reads a text column and turns it into something else.
    ///
    /// # Errors
    /// When the column is not text or `make` refuses it.
    pub fn parse<T, E: std::fmt::Display>(
        &self,
        column: &str,
        make: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>> {
        let text = self.text(column)?;
        text.map(|text| make(text).map_err(|reason| self.refuse(column, &reason)))
            .transpose()
    }

    /// Reads a JSON column.
    ///
    /// # Errors
    /// When the column is not text or not JSON of that shape.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        let value = self.parse(column, |text| serde_json::from_str(text))?;
        value.ok_or_else(|| self.refuse(column, &"it is null"))
    }

    /// A text as it lies in the row.
    fn text(&self, column: &str) -> Result<Option<&str>> {
        match &self.of {
            EngineRow::Sqlite(row) => row.try_get(column),
            EngineRow::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| self.refuse(column, &error))
    }

    fn raw<T>(&self, column: &str) -> Result<Option<T>>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        match &self.of {
            EngineRow::Sqlite(row) => row.try_get(column),
            EngineRow::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| self.refuse(column, &error))
    }

    fn refuse(&self, column: &str, reason: &dyn std::fmt::Display) -> DbError {
        DbError::Column {
            statement: self.statement,
            column: column.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// A type that a column can hold.
pub trait FromColumn: Sized {
    /// Reads the column; null is `None`.
    ///
    /// # Errors
    /// When the column is missing or holds something else.
    fn read(row: &Row, column: &str) -> Result<Option<Self>>;
}

/// What [`Row::get`] can give: a [`FromColumn`] or its optional form.
pub trait ColumnType: Sized {
    #[doc(hidden)]
    fn read_column(row: &Row, column: &str) -> Result<Self>;
}

impl<T: FromColumn> ColumnType for T {
    fn read_column(row: &Row, column: &str) -> Result<Self> {
        T::read(row, column)?.ok_or_else(|| row.refuse(column, &"it is null"))
    }
}

impl<T: FromColumn> ColumnType for Option<T> {
    fn read_column(row: &Row, column: &str) -> Result<Self> {
        T::read(row, column)
    }
}

impl FromColumn for String {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        row.raw(column)
    }
}

impl FromColumn for i64 {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        row.raw(column)
    }
}

impl FromColumn for bool {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        row.raw(column)
    }
}

impl FromColumn for u32 {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        let number: Option<i64> = row.raw(column)?;
        number
            .map(|number| Self::try_from(number).map_err(|error| row.refuse(column, &error)))
            .transpose()
    }
}

impl FromColumn for Decimal {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        row.parse(column, str::parse)
    }
}

impl FromColumn for Date {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        row.parse(column, str::parse)
    }
}

impl FromColumn for Timestamp {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        let millis: Option<i64> = row.raw(column)?;
        millis
            .map(|millis| {
                Self::from_millisecond(millis).map_err(|error| row.refuse(column, &error))
            })
            .transpose()
    }
}
