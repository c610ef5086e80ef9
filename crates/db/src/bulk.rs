//! Statements over many rows, cut into pieces that an engine takes, and worded for it.
//!
//! Rows are placeholders. Only what Postgres inserts is a list of each column, so that the statement is one short text however many
//! rows there are, parsed and planned once a connection. What Postgres looks for stays rows: with lists it chose plans with which
//! a billing run took three to five times as long.

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
pub(crate) fn rows_to_write(
    statement: &BulkStatement,
    organization: OrganizationId,
    rows: Vec<Vec<Value>>,
) -> Vec<Rows> {
    cut(statement, organization, rows, false, |left| {
        let most = largest_power(MOST_KEPT / statement.columns);
        match largest_power(left) {
            // A few are not worth several statements.
            ..16 => left.min(most),
            usual => usual.min(most),
        }
    })
}

/// Rows to look for, together as far as they can be: an order holds within a statement only. Postgres wants them numbered.
pub(crate) fn rows_to_find(
    statement: &BulkStatement,
    organization: OrganizationId,
    rows: Vec<Vec<Value>>,
    numbered: bool,
) -> Vec<Rows> {
    let most = MOST_PLACEHOLDERS / statement.columns;
    cut(statement, organization, rows, numbered, |left| {
        left.min(most)
    })
}

fn cut(
    statement: &BulkStatement,
    organization: OrganizationId,
    rows: Vec<Vec<Value>>,
    numbered: bool,
    next: impl Fn(usize) -> usize,
) -> Vec<Rows> {
    let organization = crate::IntoValue::into_value(organization);
    let mut pieces = Vec::new();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let count = next(rows.len());
        let mut args = Vec::with_capacity(count * statement.columns);
        for row in rows.by_ref().take(count) {
            args.push(organization.clone());
            args.extend(row);
        }
        pieces.push(Rows {
            sql: statement.text(count, numbered),
            kept: !numbered && count.is_power_of_two() && args.len() <= MOST_KEPT,
            args,
        });
    }
    pieces
}

/// The largest power of two that is no larger; 1 of nothing.
fn largest_power(number: usize) -> usize {
    1 << number.max(1).ilog2()
}

/// Rows for Postgres to insert. A statement has rows of the same types only: its text names them.
pub(crate) fn columns(statement: &BulkStatement, rows: Vec<Vec<Value>>) -> Vec<Columns> {
    let mut pieces: Vec<Columns> = Vec::new();
    let mut left = 0;
    for row in rows {
        let fits = |piece: &&mut Columns| left > 0 && fits(&piece.columns, &row);
        match pieces.last_mut().filter(fits) {
            Some(piece) => {
                left -= 1;
                piece
                    .columns
                    .iter_mut()
                    .zip(row)
                    .for_each(|(column, value)| column.push(value));
            }
            None => {
                left = MOST_ROWS - 1;
                let columns: Vec<_> = row.into_iter().map(Column::of).collect();
                let types: Vec<_> = columns.iter().map(Column::sql_type).collect();
                let sql = statement.text_of_columns(&types);
                pieces.push(Columns { sql, columns });
            }
        }
    }
    pieces
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
    use super::*;
    use crate::args;

    const INSERT: BulkStatement = BulkStatement {
        name: "INSERT",
        head: "insert into line (organization_id, id, n) values",
        columns: 3,
        tail: "on conflict do nothing",
    };

    fn rows(count: u32) -> Vec<Vec<Value>> {
        (0..count).map(|n| args![n.to_string(), n]).collect()
    }

    fn organization() -> OrganizationId {
        OrganizationId::from_digest([0; 16])
    }

    #[test]
    fn what_sqlite_writes_is_cut_to_a_few_sizes_that_stay_compiled() {
        let sizes = |count: u32| -> Vec<_> {
            let pieces = rows_to_write(&INSERT, organization(), rows(count));
            let size = |it: &Rows| (it.args.len() / INSERT.columns, it.kept);
            pieces.iter().map(size).collect()
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
        let widest = rows_to_write(&wide, organization(), rows(20));
        assert!(
            widest
                .iter()
                .all(|it| it.sql.matches('?').count() <= MOST_KEPT)
        );
    }

    #[test]
    fn what_is_looked_for_is_kept_together() {
        let pieces = rows_to_find(&INSERT, organization(), rows(1_400), false);
        let sizes: Vec<_> = pieces
            .iter()
            .map(|it| (it.args.len() / 3, it.kept))
            .collect();
        assert_eq!(sizes, [(1_333, false), (67, false)]);
    }

    #[test]
    fn postgres_gets_lists_and_a_statement_of_its_own_for_other_types() {
        let mut mixed = rows(1_001);
        mixed.push(args![1_u32, "x"]);
        let pieces = columns(&INSERT, mixed);
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
}
