//! What can go wrong between us and a database.

/// A result of this crate.
pub type Result<T, E = DbError> = std::result::Result<T, E>;

/// A failure of the database or of what was asked of it.
///
/// The sentence is for people; the cause below it is for the log.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The address is not one of a database that we know.
    #[error("the database address must begin with sqlite: or postgres://")]
    UnknownUrl,
    /// The database cannot be opened or reached, or another writer was waited for too long.
    #[error("the database cannot be opened: {0}")]
    Unreachable(String),
    /// The database was brought up to date by a newer version of the program, so that this one cannot run on it any more.
    #[error(
        "the database was migrated by a newer version of Ascent (it has the migration {migration}, which needs a program that knows {oldest}): start that version or a newer one"
    )]
    NewerSchema {
        /// The migration.
        migration: String,
        /// The last migration of the oldest program that can run on its result.
        oldest: String,
    },
    /// An applied migration differs from the file of the same name in this program.
    #[error(
        "the migration {0} was applied with another content: this program does not belong to this database"
    )]
    EditedMigration(String),
    /// The database lacks migrations.
    #[error("the database is not up to date (it lacks {0}): run `ascent migrate`")]
    NotMigrated(String),
    /// There is no room for what was to be written.
    #[error("there is no room left where the database is: {0}")]
    Full(String),
    /// The database takes no changes: its file or disk is read-only, or its server is a copy of another one.
    #[error("the database takes no changes: {0}")]
    ReadOnly(String),
    /// The file is damaged, or no database of this program.
    #[error("the database file cannot be used: {0}")]
    Damaged(String),
    /// A unique rule of the schema refused a row.
    #[error("{statement}: the row exists already")]
    Duplicate {
        /// Name of the statement.
        statement: &'static str,
        /// Name of the constraint or its columns, as the engine tells it.
        constraint: String,
    },
    /// A row points to another one that is not there, or is still pointed to.
    #[error("{statement}: the row refers to another one that does not exist, or is referred to")]
    ForeignKey {
        /// Name of the statement.
        statement: &'static str,
    },
    /// A text has the character NUL, which Postgres does not store, and which is therefore stored nowhere.
    #[error("{statement}: a text has the character NUL")]
    Unstorable {
        /// Name of the statement.
        statement: &'static str,
    },
    /// Exactly one row was expected.
    #[error("{statement}: expected one row and found none")]
    NoRow {
        /// Name of the statement.
        statement: &'static str,
    },
    /// A column holds something that its type does not allow.
    #[error("{statement}: the column {column} cannot be read: {reason}")]
    Column {
        /// Name of the statement.
        statement: &'static str,
        /// Name of the column.
        column: String,
        /// Why, without the value: it may be a secret.
        reason: String,
    },
    /// A statement failed for another reason.
    #[error("{statement}: the database refused: {source}")]
    Statement {
        /// Name of the statement.
        statement: &'static str,
        /// The driver's error.
        source: sqlx::Error,
    },
}

impl DbError {
    /// Sorts a driver's error under the statement that met it.
    pub(crate) fn of(statement: &'static str, source: sqlx::Error) -> Self {
        if let sqlx::Error::Database(error) = &source {
            if error.is_unique_violation() {
                let constraint = error
                    .constraint()
                    .map_or_else(|| error.message().to_owned(), str::to_owned);
                return Self::Duplicate {
                    statement,
                    constraint,
                };
            }
            if error.is_foreign_key_violation() {
                return Self::ForeignKey { statement };
            }
            match error.code().as_deref() {
                Some(NUL) => return Self::Unstorable { statement },
                Some(code) if is_passing(code) => return Self::Unreachable(source.to_string()),
                Some(code) if is_full(code) => return Self::Full(source.to_string()),
                Some(code) if is_read_only(code) => return Self::ReadOnly(source.to_string()),
                _ => {}
            }
        }
        if is_unreachable(&source) {
            return Self::Unreachable(source.to_string());
        }
        Self::Statement { statement, source }
    }

    /// Whether the schema is one that this program cannot run on.
    #[must_use]
    pub fn is_another_schema(&self) -> bool {
        matches!(
            self,
            Self::NewerSchema { .. } | Self::EditedMigration(_) | Self::NotMigrated(_)
        )
    }

    /// Whether a unique rule refused the row.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Duplicate { .. })
    }

    /// Whether the database could not be reached or was busy, so that the same call may succeed later.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }
}

fn is_unreachable(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_)
            // The connection ended in the middle of an answer, or before there was one.
            | sqlx::Error::Protocol(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::BeginFailed
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
    )
}

/// Postgres: a character that its encoding does not have. What we send is UTF-8, of which it lacks NUL alone.
const NUL: &str = "22021";

/// Whether an engine's code says that it is busy, starting or ending, which passes.
fn is_passing(code: &str) -> bool {
    // SQLite: busy, busy recovering, busy with a snapshot too old, busy beyond the timeout.
    let sqlite = ["5", "261", "517", "773"];
    // Postgres: lock not available in time, deadlock, too many connections, paused too long inside a transaction, ended by its
    // administrator or a crash, starting.
    let postgres = [
        "55P03", "40P01", "53300", "25P03", "57P01", "57P02", "57P03",
    ];
    // The whole class 08 is about connections.
    sqlite.contains(&code) || postgres.contains(&code) || code.len() == 5 && code.starts_with("08")
}

/// Whether an engine's code says that its disk is full.
fn is_full(code: &str) -> bool {
    // SQLite: full, no room for the memory that its processes share. Postgres: disk full.
    ["13", "4874", "53100"].contains(&code)
}

/// Whether an engine's code says that it may not write.
fn is_read_only(code: &str) -> bool {
    // SQLite: read-only, and its kinds: the log, a lock, a journal, the folder; moved away. Postgres: a read-only transaction.
    let sqlite = ["8", "264", "520", "776", "1032", "1288", "1544"];
    sqlite.contains(&code) || code == "25006"
}

#[cfg(test)]
mod tests {
    use super::{is_full, is_passing, is_read_only};

    #[test]
    fn what_passes_is_told_from_what_stays() {
        for code in ["5", "517", "55P03", "57P01", "57P03", "08006"] {
            assert!(is_passing(code), "{code}");
        }
        // A constraint, a syntax error, a full disk.
        for code in ["19", "1", "13", "23505", "42601", "53100"] {
            assert!(!is_passing(code), "{code}");
        }
        let kinds = ["13", "53100", "8", "25006", "19"].map(|it| (is_full(it), is_read_only(it)));
        let (full, read_only, other) = ((true, false), (false, true), (false, false));
        assert_eq!(kinds, [full, full, read_only, read_only, other]);
    }
}
