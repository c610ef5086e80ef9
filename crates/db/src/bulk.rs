//! Statements over many rows, cut into pieces that an engine takes, and worded for it.
//!
//! Rows are placeholders. Only what Postgres inserts is a list of each column, so that the statement is one short text however many
//! rows there are, parsed and planned once a connection. What Postgres looks for stays rows: with lists it chose plans with which
//! a billing run took three to five times as long.

use std::{collections::VecDeque, iter};

use crate::{BulkStatement, OrganizationId, Value};

/// Placeholders in one statement. The engines' limits are 32,766 and 65,535; longer texts are no quicker.
const MOST_PLACEHOLDERS: usize = 4_000;
/// Placeholders in one statement of SQLite that stays compiled: each costs some 80 bytes for as long.
const MOST_KEPT: usize = 1_024;
/// Rows in one statement of Postgres that inserts.
const MOST_ROWS: usize = 1_000;

/// Rows as placeholders.
pub(crate) struct Rows {
    pub sql: String,
    pub args: Vec<Value>,
    /// Whether the statement stays compiled, because others of the same text will follow.
    pub kept: bool,
}

/// Rows as lists of their columns.
pub(crate) struct Columns {
    pub sql: String,
    pub columns: Vec<Column>,
}

/// The values of one column.
pub(crate) enum Column {
    Text(Vec<Option<String>>),
    Int(Vec<Option<i64>>),
    Bool(Vec<Option<bool>>),
}

/// Rows for SQLite to write. The sizes are a few for each statement, so that most of them are compiled once.
pub(crate) fn rows_to_write<E>(
    statement: &BulkStatement,
    organization: OrganizationId,
    rows: impl Iterator<Item = Result<Vec<Value>, E>>,
) -> impl Iterator<Item = Result<Rows, E>> {
    let most = largest_power(MOST_KEPT / statement.columns);
    cut(statement, organization, rows, false, most, |left| {
        // A few are not worth several statements.
        if left < 16 { left } else { largest_power(left) }
    })
}

/// Rows to look for, together as far as they can be: an order holds within a statement only. Postgres wants them numbered.
pub(crate) fn rows_to_find<E>(
    statement: &BulkStatement,
    organization: OrganizationId,
    rows: impl Iterator<Item = Result<Vec<Value>, E>>,
    numbered: bool,
) -> impl Iterator<Item = Result<Rows, E>> {
    let most = MOST_PLACEHOLDERS / statement.columns;
    cut(statement, organization, rows, numbered, most, |left| left)
}

/// Pieces of at most so many rows, made as they are asked for; `size` tells how many the next one has of those that are left.
fn cut<E>(
    statement: &BulkStatement,
    organization: OrganizationId,
    rows: impl Iterator<Item = Result<Vec<Value>, E>>,
    numbered: bool,
    most: usize,
    size: impl Fn(usize) -> usize,
) -> impl Iterator<Item = Result<Rows, E>> {
    let organization = crate::IntoValue::into_value(organization);
    let mut rows = rows.fuse();
    let mut left = VecDeque::new();
    iter::from_fn(move || {
        for row in rows.by_ref().take(most - left.len()) {
            match row {
                Ok(row) => left.push_back(row),
                Err(error) => return Some(Err(error)),
            }
        }
        let count = size(left.len());
        if count == 0 {
            return None;
        }
        let mut args = Vec::with_capacity(count * statement.columns);
        for row in left.drain(..count) {
            args.push(organization.clone());
            args.extend(row);
        }
        Some(Ok(Rows {
            sql: statement.text(count, numbered),
            kept: !numbered && count.is_power_of_two() && args.len() <= MOST_KEPT,
            args,
        }))
    })
}

/// The largest power of two that is no larger; 1 of nothing.
fn largest_power(number: usize) -> usize {
    1 << number.max(1).ilog2()
}

/// Rows for Postgres to insert. A statement has rows of the same types only: its text names them.
pub(crate) fn columns<E>(
    statement: &BulkStatement,
    rows: impl Iterator<Item = Result<Vec<Value>, E>>,
) -> impl Iterator<Item = Result<Columns, E>> {
    let mut rows = rows.peekable();
    iter::from_fn(move || {
        let first = match rows.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(error)),
        };
        let mut columns: Vec<_> = first.into_iter().map(Column::of).collect();
        for _ in 1..MOST_ROWS {
            let next = rows.next_if(|row| row.as_ref().is_ok_and(|row| fits(&columns, row)));
            let Some(Ok(row)) = next else { break };
            let values = columns.iter_mut().zip(row);
            values.for_each(|(column, value)| column.push(value));
        }
        let types: Vec<_> = columns.iter().map(Column::sql_type).collect();
        let sql = statement.text_of_columns(&types);
        Some(Ok(Columns { sql, columns }))
    })
}

fn fits(columns: &[Column], row: &[Value]) -> bool {
    columns.len() == row.len()
        && columns
            .iter()
            .zip(row)
            .all(|(column, value)| column.takes(value))
}

impl Column {
    fn of(first: Value) -> Self {
        match first {
            Value::Text(it) => Self::Text(vec![it]),
            Value::Int(it) => Self::Int(vec![it]),
            Value::Bool(it) => Self::Bool(vec![it]),
        }
    }

    fn takes(&self, value: &Value) -> bool {
        matches!(
            (self, value),
            (Self::Text(_), Value::Text(_))
                | (Self::Int(_), Value::Int(_))
                | (Self::Bool(_), Value::Bool(_))
        )
    }

    fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Text(column), Value::Text(it)) => column.push(it),
            (Self::Int(column), Value::Int(it)) => column.push(it),
            (Self::Bool(column), Value::Bool(it)) => column.push(it),
            _ => {}
        }
    }

    fn sql_type(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Int(_) => "bigint",
            Self::Bool(_) => "boolean",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::args;

    const INSERT: BulkStatement = BulkStatement {
        name: "INSERT",
        head: "insert into line (organization_id, id, n) values",
        columns: 3,
        tail: "on conflict do nothing",
    };

    fn rows(count: u32) -> impl Iterator<Item = Result<Vec<Value>, ()>> {
        (0..count).map(|n| Ok(args![n.to_string(), n]))
    }

    fn organization() -> OrganizationId {
        OrganizationId::from_digest([0; 16])
    }

    #[test]
    fn what_sqlite_writes_is_cut_to_a_few_sizes_that_stay_compiled() {
        let sizes = |count: u32| -> Vec<_> {
            let pieces = rows_to_write(&INSERT, organization(), rows(count));
            let size = |it: Rows| (it.args.len() / INSERT.columns, it.kept);
            pieces.map(|it| size(it.unwrap())).collect()
        };
        assert_eq!(sizes(0), []);
        assert_eq!(sizes(1), [(1, true)]);
        assert_eq!(sizes(15), [(15, false)]);
        assert_eq!(sizes(50), [(32, true), (16, true), (2, true)]);
        assert_eq!(sizes(513), [(256, true), (256, true), (1, true)]);
        let wide = BulkStatement {
            columns: 200,
            ..INSERT
        };
        let mut widest = rows_to_write(&wide, organization(), rows(20));
        assert!(widest.all(|it| it.unwrap().sql.matches('?').count() <= MOST_KEPT));
    }

    #[test]
    fn what_is_looked_for_is_kept_together() {
        let pieces = rows_to_find(&INSERT, organization(), rows(1_400), false);
        let size = |it: Rows| (it.args.len() / 3, it.kept);
        let sizes: Vec<_> = pieces.map(|it| size(it.unwrap())).collect();
        assert_eq!(sizes, [(1_333, false), (67, false)]);
    }

    #[test]
    fn postgres_gets_lists_and_a_statement_of_its_own_for_other_types() {
        let mixed = rows(1_001).chain([Ok(args![1_u32, "x"])]);
        let pieces: Vec<_> = columns(&INSERT, mixed).map(Result::unwrap).collect();
        assert_eq!(
            pieces[0].sql,
            "insert into line (organization_id, id, n) select $1, it.* from unnest($2::text[], $3::bigint[]) as it on conflict do nothing"
        );
        assert!(pieces[2].sql.contains("unnest($2::bigint[], $3::text[])"));
        let length = |it: &Columns| match &it.columns[0] {
            Column::Text(it) => it.len(),
            Column::Int(it) => it.len(),
            Column::Bool(it) => it.len(),
        };
        assert_eq!(pieces.iter().map(length).collect::<Vec<_>>(), [1_000, 1, 1]);
    }

    #[test]
    fn rows_are_made_a_statement_at_a_time() {
        let made = Cell::new(0);
        let counted = || rows(1_500).inspect(|_| made.set(made.get() + 1));
        let mut pieces = rows_to_write(&INSERT, organization(), counted());
        pieces.next();
        assert_eq!(made.replace(0), 256);
        let mut pieces = columns(&INSERT, counted());
        pieces.next();
        assert_eq!(made.get(), 1_000);
    }

    #[test]
    fn a_row_that_cannot_be_made_is_told() {
        let rows = || rows(300).chain([Err(())]);
        assert!(rows_to_write(&INSERT, organization(), rows()).any(|it| it.is_err()));
        assert!(columns(&INSERT, rows()).any(|it| it.is_err()));
    }
}
