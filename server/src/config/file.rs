//! The file of settings: TOML, one key a setting.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{ConfigError, Declared, declared};

/// The settings that a file holds.
#[derive(Debug)]
pub(super) struct SettingsFile {
    pub path: PathBuf,
    values: BTreeMap<String, String>,
}

impl SettingsFile {
    pub(super) fn find(&self, setting: &Declared) -> Option<&str> {
        self.values.get(setting.key).map(String::as_str)
    }
}

/// Reads a file whose keys are all settings.
pub(super) fn read(path: &Path) -> Result<SettingsFile, ConfigError> {
    let refused = |cause: String| ConfigError::File {
        path: path.to_owned(),
        cause,
    };
    let text = std::fs::read_to_string(path).map_err(|cause| refused(cause.to_string()))?;
    let table: toml::Table = text
        .parse()
        .map_err(|error| refused(located(&error, &text)))?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let toml::Value::String(value) = value else {
            return Err(refused(format!("{key} must be a text in quotes")));
        };
        if !keys().any(|known| known == key) {
            return Err(ConfigError::UnknownKey {
                path: path.to_owned(),
                key,
                known: keys().collect::<Vec<_>>().join(", "),
            });
        }
        values.insert(key, value);
    }
    Ok(SettingsFile {
        path: path.to_owned(),
        values,
    })
}

fn keys() -> impl Iterator<Item = &'static str> {
    let in_a_file = |setting: &&Declared| *setting != &declared::CONFIG;
    let settings = super::SERVER.iter().copied().filter(in_a_file);
    settings.map(|setting| setting.key)
}

/// What is wrong and in which line, without quoting the line: it may hold a password.
fn located(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count() + 1);
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    }
}
