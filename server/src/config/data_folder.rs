//! Where the platform keeps a program's data.

use std::path::{Path, PathBuf};

use super::ConfigError;

/// `$XDG_DATA_HOME/ascent` or `~/.local/share/ascent`, and what other systems have in its place.
pub(super) fn default() -> Result<PathBuf, ConfigError> {
    let variable = if cfg!(windows) {
        "LOCALAPPDATA"
    } else {
        "XDG_DATA_HOME"
    };
    let named = std::env::var_os(variable).map(PathBuf::from);
    let folder = named
        // The XDG rules ignore relative paths.
        .filter(|folder| folder.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(below_home())))
        .ok_or(ConfigError::NoDataFolder)?;
    Ok(folder.join("ascent"))
}

fn below_home() -> &'static Path {
    Path::new(if cfg!(target_os = "macos") {
        "Library/Application Support"
    } else if cfg!(windows) {
        "AppData/Local"
    } else {
        ".local/share"
    })
}
