//! A second wall between organizations, on Postgres: row-level security.
//!
//! The first wall is the statement: one of kind `org` is bound to its organization. Behind it each table of an
//! organization's rows has a policy, which compares the row with a setting of the transaction: the organization's id in an
//! [`OrgTx`](crate::OrgTx), `*` in a [`SystemTx`](crate::SystemTx), nothing outside of both, where no row is to be seen. Policies are
//! forced on the tables' owner too, who is normally the one that connects; a superuser passes them all the same.
//!
//! SQLite has no such thing. There the file belongs to one process, and the statement is the only wall.

use crate::{Database, DbError, OrganizationId, Result, pool::Pools};

/// Gives each table of an organization's rows its policy, if it lacks one. Runs with each migration, so that no table
/// is ever without.
pub(crate) const POLICIES: &str = include_str!("row_security.sql");

/// Whose rows a transaction is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope {
    Organization(OrganizationId),
    Installation,
}

impl Scope {
    /// As the policies read it.
    pub(crate) fn setting(self) -> String {
        match self {
            Self::Organization(id) => id.to_string(),
            Self::Installation => "*".to_owned(),
        }
    }

    /// Begins a transaction in this scope. Ids are hexadecimal digits and dashes, so that nothing is to be escaped.
    pub(crate) fn begin(self, begin: &str) -> String {
        format!(
            "{begin}; set local ascent.organization = '{}'",
            self.setting()
        )
    }
}

impl Database {
    /// Whether the engine keeps organizations apart by itself too: it is Postgres and the user that connects is no superuser.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn is_walled(&self) -> Result<bool> {
        const SQL: &str =
            "select not (rolsuper or rolbypassrls) from pg_roles where rolname = current_user";
        match &self.pools {
            Pools::Sqlite { .. } => Ok(false),
            Pools::Postgres(pool) => sqlx::query_scalar(SQL)
                .fetch_one(pool)
                .await
                .map_err(|error| DbError::of("is_walled", error)),
        }
    }
}
