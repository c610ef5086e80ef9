//! The table of docs/performance.md: each target and what this machine reaches, on SQLite and, under `scripts/with-postgres`,
//! on Postgres. Every figure that can be one is a ratio to something measured in the same run.
//!
//! ```text
//! scripts/with-postgres cargo bench -p ascent --bench performance              # everything
//! scripts/with-postgres cargo bench -p ascent --bench performance -- sync pdf  # some of it
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints its figures and stops where something is wrong"
)]

mod billing;
#[path = "../common/mod.rs"]
mod common;
mod growth;
mod installation;
mod organizations;
mod pages;
mod pdf;
mod process;
mod requests;
mod rows;
mod sandbox;
#[path = "../load/server.rs"]
mod server;
mod sync;
mod table;
mod tenants;
#[path = "../common/visitor.rs"]
mod visitor;

use crate::table::Table;

/// What can be asked for by name, in the order of the table.
const PARTS: [&str; 9] = [
    "requests", "sync", "growth", "million", "process", "billing", "pdf", "tenants", "pages",
];

#[tokio::main]
async fn main() {
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    if let Some(unknown) = asked.iter().find(|name| !PARTS.contains(&name.as_str())) {
        panic!("there is no {unknown}: {}", PARTS.join(", "));
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut table = Table::default();
    for part in PARTS {
        if !asked.is_empty() && !asked.iter().any(|name| name == part) {
            continue;
        }
        match part {
            "requests" => requests::measure(&mut table).await,
            "sync" => sync::measure(&mut table).await,
            "growth" => growth::measure(&mut table).await,
            "million" => growth::measure_a_million(&mut table).await,
            "process" => process::measure(&mut table).await,
            "billing" => billing::measure(&mut table).await,
            "tenants" => tenants::measure(&mut table).await,
            "pdf" => pdf::measure(&mut table).await,
            "pages" => pages::measure(&mut table).await,
            _ => unreachable!(),
        }
    }
    table.print();
}
