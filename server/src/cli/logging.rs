//! The log, on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Begins to log; `usual` holds where the operator said nothing.
pub(super) fn start(config: &Config, usual: &str) {
    let filter = config.log.as_deref().unwrap_or(usual);
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

/// For the server.
pub(super) const OF_A_SERVER: &str = "info";
/// For commands that end by themselves.
pub(super) const OF_A_COMMAND: &str = "warn";
