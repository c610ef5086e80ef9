//! What a sync costs: requests, seconds and rows, first and unchanged, on each engine, against the sandbox's default estate
//! (1,000 companies, 5,000 subscriptions, 100 products) or the sizes given:
//!
//! ```text
//! cargo bench -p ascent --bench sync
//! scripts/with-postgres cargo bench -p ascent --bench sync -- 10000 100000 500
//! ```
//!
//! The sandbox answers at once and from the same process; Pax8's limit of requests a minute is lifted, so that what is
//! left is our own work and the sandbox's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures and stops where something is wrong"
)]

mod common;

use std::time::{Duration, Instant};

use ascent::{
    accounts::By,
    app::App,
    ids::OrganizationId,
    jobs,
    pax8::sync::{Scope, Sync, Trigger, list_syncs, request_sync},
};
use db::testing::{TestDatabase, engines};
use pax8_sandbox::{Running, Sandbox, SandboxConfig};

use crate::common::{app, connect_to, organization};

#[tokio::main]
async fn main() {
    let (companies, subscriptions, products) = match common::sizes()[..] {
        [companies, subscriptions, products] => (companies, subscriptions, products),
        _ => (1_000, 5_000, 100),
    };
    println!("{companies} companies, {subscriptions} subscriptions, {products} products");
    println!(
        "{:<10} {:<10} {:>8} {:>9} {:>9} {:>9} {:>10}",
        "engine", "sync", "seconds", "requests", "created", "updated", "unchanged"
    );
    for engine in engines() {
        let sandbox = Sandbox::bind(
            "127.0.0.1:0",
            SandboxConfig::sized(companies, subscriptions, products),
        )
        .await;
        let sandbox = sandbox.expect("the sandbox starts");
        let database = TestDatabase::new(engine).await;
        let app = app(&database, &sandbox);
        let organization = organization(&app).await;
        for label in ["first", "unchanged"] {
            let (sync, took) = sync(&app, organization, &sandbox, label == "first").await;
            assert_eq!(sync.status.as_str(), "succeeded", "{:?}", sync.error);
            let (c, s) = (sync.companies, sync.subscriptions);
            println!(
                "{:<10} {label:<10} {:>8.2} {:>9} {:>9} {:>9} {:>10}",
                format!("{engine:?}"),
                took.as_secs_f64(),
                sync.requests,
                c.created + s.created,
                c.updated + s.updated,
                c.unchanged + s.unchanged
            );
        }
        database.remove().await;
    }
}

/// Connects, or asks for a sync, and does all jobs; gives the latest sync and what it took.
async fn sync(
    app: &App,
    organization: OrganizationId,
    sandbox: &Running,
    first: bool,
) -> (Sync, Duration) {
    if first {
        connect_to(sandbox, app, organization, true).await;
    } else {
        request_sync(
            app,
            &By::command_line(),
            organization,
            Scope::Full,
            Trigger::Manual,
        )
        .await
        .unwrap();
    }
    let begin = Instant::now();
    jobs::drain(app, &ascent::job_registry()).await.unwrap();
    let took = begin.elapsed();
    let mut tx = app.database.read(organization).await.unwrap();
    let paging = ascent::http::PageQuery::default().paging().unwrap();
    (
        list_syncs(&mut tx, &paging)
            .await
            .unwrap()
            .data
            .swap_remove(0),
        took,
    )
}
