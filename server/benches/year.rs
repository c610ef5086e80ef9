//! A simulated year of 200 clients and 3,000 subscriptions, or of the sizes and the seed given, on each engine; every invoice
//! is compared with a reference that reckons it a second time:
//!
//! ```text
//! cargo bench -p ascent --bench year
//! scripts/with-postgres cargo bench -p ascent --bench year -- 40 600 365 7
//! ```
//!
//! The numbers are clients, subscriptions, days and seed. It stops with an error where an invoice differs by a cent.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "a benchmark prints its figures, stops where something is wrong, and takes what it needs of what it shares"
)]

mod common;
#[path = "../tests/year/mod.rs"]
mod year;

use std::time::{Duration, Instant};

use ascent::clock::Clock;
use db::testing::{TestDatabase, engines};
use pax8_sandbox::{Sandbox, SandboxConfig};

use crate::{
    common::{app_at, organization},
    year::{Size, live},
};

#[tokio::main]
async fn main() {
    let (clients, subscriptions, days, seed) = match common::sizes()[..] {
        [clients, subscriptions, days, seed] => (clients, subscriptions, days, seed),
        _ => (200, 3_000, 365, 1),
    };
    let size = Size {
        seed: seed.try_into().unwrap(),
        clients,
        subscriptions,
        days: days.try_into().unwrap(),
    };
    let retry = pax8::RetryPolicy {
        max_attempts: 2,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
    };
    for engine in engines() {
        let sandbox = Sandbox::bind("127.0.0.1:0", SandboxConfig::demo()).await;
        let sandbox = sandbox.expect("the sandbox starts");
        let database = TestDatabase::new(engine).await;
        let clock = Clock::manual("2025-12-28T15:00:00Z".parse().unwrap());
        let app = app_at(&database, &sandbox, clock, retry);
        let organization = organization(&app).await;
        let begin = Instant::now();
        let figures = live(&app, &sandbox, organization, size).await;
        println!(
            "{engine:?}, {days} days in {:.0} s",
            begin.elapsed().as_secs_f64()
        );
        println!("{figures}\n");
        database.remove().await;
    }
}
