//! One set of SQL on two engines.
//!
//! SQLite (the default) and Postgres run the same statement text. What makes that safe:
//!
//! - Every statement is declared with [`statements!`] and so registers itself; the census test prepares each of them on
//!   both engines, and there is no way to run text that was not declared.
//! - A statement of kind `org` runs only inside an [`OrgTx`], which binds the organization's id as `$1` by itself. Rows of
//!   another organization cannot be asked for by accident. On Postgres row-level security stands behind it: the
//!   transaction says whose rows it is about, and the server shows and takes no others.
//! - Only four column types exist: `text`, `bigint`, `boolean` and null. Decimals are text, dates are `YYYY-MM-DD`,
//!   instants are milliseconds since the Unix epoch, structured values are JSON text. [`Value`] writes them, [`Row::get`] reads them.
//! - Writers of one organization follow each other on both engines: SQLite by `begin immediate`, Postgres by an advisory
//!   lock. Readers see one snapshot.

mod analyze;
mod bulk;
mod engine_tx;
mod error;
mod id;
mod kept;
mod migrate;
mod pool;
mod row;
mod row_security;
mod sqlite_file;
mod statement;
pub mod testing;
mod tx;
mod value;

pub use error::{DbError, Result};
pub use id::OrganizationId;
pub use kept::{KEPT_OF, written};
pub use migrate::MigrationReport;
pub use pool::{Database, Engine};
pub use row::{FromColumn, Row};
pub use sqlite_file::SqliteFile;
pub use statement::{BulkStatement, OrgStatement, Registered, SystemStatement, registered};
pub use tx::{OrgTx, SystemTx};
pub use value::{Bind, IntoValue, Value};

#[doc(hidden)]
pub mod private {
    pub use inventory;
    pub use uuid;
}
