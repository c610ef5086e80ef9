//! Why a command did not do its work: one sentence with what is wrong, one with what to do.

use std::path::PathBuf;

use db::DbError;

use crate::{
    config::{ConfigError, MASTER_KEY_VARIABLE, NEW_MASTER_KEY_VARIABLE},
    error::Error,
    secrets::MasterKeyError,
};

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder cannot be made or written.
    #[error("The data folder {path} cannot be used: {cause}. Make it writable, or choose another one with --data-dir or ASCENT_DATA_DIR.", path = path.display())]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The database cannot be opened or reached.
    #[error(
        "The database {address} cannot be opened: {cause}. {}",
        advice(address)
    )]
    DatabaseAway {
        /// Its address without a password.
        address: String,
        /// What the driver said.
        cause: String,
    },
    /// The database belongs to another version.
    #[error("Sorry, {0}.")]
    Database(DbError),
    /// The master key cannot be used.
    #[error("Sorry, {0}.")]
    MasterKey(#[from] MasterKeyError),
    /// A master key in the environment cannot be used.
    #[error("The environment variable {variable} cannot be used: {cause}.")]
    MasterKeyVariable {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it.
        cause: MasterKeyError,
    },
    /// A new master key in the environment, while the present one is in a file.
    #[error(
        "The environment variable {NEW_MASTER_KEY_VARIABLE} goes with {MASTER_KEY_VARIABLE}. The master key of this installation is in the \
         file {path}: `ascent rotate-key` makes the new one itself. Take the variable away.", path = path.display()
    )]
    NewMasterKeyAlone {
        /// The file.
        path: PathBuf,
    },
    /// There is no new master key.
    #[error(
        "Give the new master key in {NEW_MASTER_KEY_VARIABLE}, another one than in {MASTER_KEY_VARIABLE} (make one with: head -c 32 \
         /dev/urandom | base64), to every process first, and then to this command."
    )]
    NoNewMasterKey,
    /// The master key is not the one that the database was sealed with.
    #[error(
        "The master key from {origin} is not the one that the credentials in the database {address} were sealed with. Start with the key of that database."
    )]
    WrongMasterKey {
        /// Where the key came from.
        origin: String,
        /// The database.
        address: String,
    },
    /// The master key file is gone although it is needed.
    #[error("The master key file {path} is missing, and the credentials in the database {address} were sealed with it. Put it back, or give the key in {MASTER_KEY_VARIABLE}.", path = path.display())]
    MissingMasterKey {
        /// Where it should be.
        path: PathBuf,
        /// The database.
        address: String,
    },
    /// Another program listens there.
    #[error(
        "The address {address} is in use already. Stop the program that uses it, or choose another address with --listen."
    )]
    AddressInUse {
        /// The address.
        address: String,
    },
    /// Nobody can listen there.
    #[error(
        "Listening on {address} is not possible: {cause}. Choose another address with --listen."
    )]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// There is no such organization.
    #[error("There is no organization {asked:?}. {known}")]
    UnknownOrganization {
        /// What was asked for.
        asked: String,
        /// Which there are, as a sentence.
        known: String,
    },
    /// A verb refused or failed.
    #[error("{}", told(.0))]
    Verb(#[from] Error),
    /// Anything else, in a sentence.
    #[error("{0}")]
    Said(String),
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        match error.is_another_schema() {
            true => Self::Database(error),
            false => Self::Said(format!("The database failed: {error}.")),
        }
    }
}

fn advice(address: &str) -> &'static str {
    if address.starts_with("sqlite:") {
        "Check that its folder exists and can be written, and the path in --database-url or ASCENT_DATABASE_URL."
    } else {
        "Check that it runs and lets this user in, and the address in --database-url or ASCENT_DATABASE_URL."
    }
}

/// On the command line there is no log to look into: the cause is told.
fn told(error: &Error) -> String {
    match error {
        Error::Internal(cause) => format!("This failed: {cause}."),
        Error::Refused { fields, .. } if !fields.is_empty() => fields
            .iter()
            .map(|refused| format!("{}: {}", refused.field, refused.message))
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    }
}
