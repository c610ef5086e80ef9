//! A setting that cannot be used.

use std::{fmt, path::PathBuf};

/// Where a setting's value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag(&'static str),
    /// The environment.
    Variable(&'static str),
    /// The file of settings.
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "the flag --{flag}"),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value is malformed.
    #[error("The setting {key}, given by {origin}, cannot be used{shown}: {reason}", shown = shown(value))]
    Malformed {
        /// The setting.
        key: &'static str,
        /// Where its value came from.
        origin: Origin,
        /// The value; none when it may hold a password.
        value: Option<String>,
        /// What is wrong and what to write.
        reason: String,
    },
    /// A value says nothing without another.
    #[error("The setting {key} is given without {other}. {reason}")]
    Alone {
        /// The setting.
        key: &'static str,
        /// The one that is missing.
        other: &'static str,
        /// What the two are for.
        reason: &'static str,
    },
    /// The file holds a key that is no setting.
    #[error("The file of settings {path} has the key {key}, which is no setting. The keys are {known}.", path = path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// The keys that there are.
        known: String,
    },
    /// The file cannot be read.
    #[error("The file of settings {path} cannot be read: {cause}. Correct it, or the path in --config or ASCENT_CONFIG.", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// The platform names no folder for data.
    #[error(
        "This system names no home folder to keep data in. Choose a folder with --data-dir or ASCENT_DATA_DIR."
    )]
    NoDataFolder,
}

fn shown(value: &Option<String>) -> String {
    value
        .as_ref()
        .map(|value| format!(" ({value:?})"))
        .unwrap_or_default()
}
