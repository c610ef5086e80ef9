//! What a search costs at scale: milliseconds on each engine, with 1,000 clients, 5,000 companies and 50,000 subscriptions or
//! the numbers given (clients, companies, subscriptions):
//!
//! ```text
//! cargo bench -p ascent --bench search
//! scripts/with-postgres cargo bench -p ascent --bench search -- 5000 10000 100000
//! ```
//!
//! Requests go through the whole router, in one process. Each is made once unmeasured, then measured as the middle of five.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures and stops where something is wrong"
)]

mod common;
#[path = "common/visitor.rs"]
mod visitor;

use ascent::{accounts::By, app::App, clients::create_client, ids::OrganizationId, jobs};
use db::testing::{TestDatabase, engines};
use pax8_sandbox::{Sandbox, SandboxConfig};

use crate::{
    common::{app, client, connect_to, organization},
    visitor::Visitor,
};

#[tokio::main]
async fn main() {
    let (clients, companies, subscriptions) = match common::sizes()[..] {
        [clients, companies, subscriptions] => (clients, companies, subscriptions),
        _ => (1_000, 5_000, 50_000),
    };
    println!(
        "{clients} clients, {companies} companies, {subscriptions} subscriptions; milliseconds"
    );
    for engine in engines() {
        let config = SandboxConfig::sized(companies, subscriptions, 200);
        let sandbox = Sandbox::bind("127.0.0.1:0", config).await;
        let sandbox = sandbox.expect("the sandbox starts");
        let database = TestDatabase::new(engine).await;
        let app = app(&database, &sandbox);
        let organization = organization(&app).await;
        connect_to(&sandbox, &app, organization, false).await;
        jobs::drain(&app, &ascent::job_registry()).await.unwrap();
        fill(&app, organization, clients).await;
        let visitor = Visitor::new(format!("{engine:?}"), &app).await;
        for (what, q) in [
            ("what nothing has", "zzqx"),
            ("what most have", "e"),
            ("a vendor", "microsoft"),
            ("a client", "supplies 49"),
            ("an id of Pax8", "0000-0000"),
        ] {
            let path = format!("/search?q={}", q.replace(' ', "+"));
            visitor.measure(what, &path, true).await;
        }
        for (what, q) in [
            ("subscriptions nothing has", "zzqx"),
            ("subscriptions of a vendor", "microsoft"),
        ] {
            let path = format!("/api/v1/integrations/pax8/subscriptions?q={q}");
            visitor.measure(what, &path, false).await;
        }
        database.remove().await;
    }
}

async fn fill(app: &App, organization: OrganizationId, clients: usize) {
    let by = By::command_line();
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await.unwrap();
    for number in 0..clients {
        let details = client(format!("Northern Supplies {number}"));
        create_client(&mut tx, &by, &details, now).await.unwrap();
    }
    tx.commit().await.unwrap();
}
