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

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use ascent::{
    accounts::By,
    app::{App, Parts, Settings},
    clock::Clock,
    ids::OrganizationId,
    jobs::{self, Wake},
    organizations::{NewOrganization, create_organization},
    pax8::{
        connection::{ConnectionChange, TypedCredentials, connect},
        sync::{Scope, Sync, Trigger, list_syncs, request_sync},
    },
    secrets::{MasterKey, Vault},
};
use db::testing::{TestDatabase, engines};
use jiff::ToSpan as _;
use pax8_sandbox::{Running, Sandbox, SandboxConfig};
use secrecy::SecretString;

/// Requests a minute, far above what is sent.
const LIFTED: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();

#[tokio::main]
async fn main() {
    let sizes: Vec<usize> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let (companies, subscriptions, products) = match sizes[..] {
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

fn app(database: &TestDatabase, sandbox: &Running) -> App {
    App::new(Parts {
        database: database.database.clone(),
        clock: Clock::system(),
        vault: Vault::new(&MasterKey::from_bytes([7; 32])),
        settings: Settings {
            pax8_url: sandbox.url(),
            public_url: "http://localhost".to_owned(),
            sync_interval: 4.hours(),
            pax8_retry: pax8::RetryPolicy::default(),
        },
        pax8_budget: pax8::RateBudget::new(LIFTED),
        wake: Wake::default(),
        metrics: metrics_exporter_prometheus::PrometheusBuilder::new()
            .build_recorder()
            .handle(),
        node: "benchmark".to_owned(),
    })
}

async fn organization(app: &App) -> OrganizationId {
    let new = NewOrganization {
        name: "Benchmark".to_owned(),
        owner_name: "Owner".to_owned(),
        owner_email: "owner@benchmark.example".to_owned(),
        owner_password: SecretString::from("a password for benchmarks"),
        currency: "USD".to_owned(),
        timezone: "UTC".to_owned(),
        features: vec!["pax8Integration".to_owned()],
    };
    create_organization(app, new, &By::command_line())
        .await
        .unwrap()
        .organization
}

/// Connects, or asks for a sync, and does all jobs; gives the latest sync and what it took.
async fn sync(
    app: &App,
    organization: OrganizationId,
    sandbox: &Running,
    first: bool,
) -> (Sync, Duration) {
    if first {
        let config = sandbox.sandbox().config();
        let credentials = TypedCredentials {
            client_id: Some(SecretString::from(config.client_id.clone())),
            client_secret: Some(SecretString::from(config.client_secret.clone())),
        };
        let change = ConnectionChange {
            credentials,
            auto_map: Some(true),
            active: None,
        };
        connect(app, &By::command_line(), organization, change)
            .await
            .unwrap();
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
