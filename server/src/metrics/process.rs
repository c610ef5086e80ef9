//! This process: version, start, memory, files, connections to the database.

use jiff::Timestamp;

use super::text::Text;
use crate::app::App;

pub(super) fn write(text: &mut Text, started_at: Timestamp, app: &App) {
    text.gauge("ascent_build_info", "The version of the program.")
        .value(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    text.gauge(
        "process_start_time_seconds",
        "When the process began, in seconds since the Unix epoch.",
    )
    .value(&[], started_at.as_second());
    // Where the system tells none of them they are left out, not zero.
    if let Some(bytes) = resident_bytes() {
        text.gauge("process_resident_memory_bytes", "Memory that is in use.")
            .value(&[], bytes);
    }
    if let Some(files) = open_files() {
        text.gauge("process_open_fds", "Files and connections that are open.")
            .value(&[], files);
    }
    let pools = app.database.connections();
    let mut family = text.gauge(
        "ascent_database_connections",
        "Connections to the database, by what they are used for and whether they are in use.",
    );
    for pool in &pools {
        family.value(
            &[("pool", pool.name), ("state", "used")],
            pool.open - pool.idle,
        );
        family.value(&[("pool", pool.name), ("state", "idle")], pool.idle);
    }
    let mut family = text.gauge(
        "ascent_database_connections_most",
        "As many connections as there may be.",
    );
    for pool in &pools {
        family.value(&[("pool", pool.name)], pool.most);
    }
}

fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

fn open_files() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count())
}
