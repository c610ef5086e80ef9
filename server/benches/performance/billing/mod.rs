//! A billing run over recurring invoices of ten lines, five typed by hand and five of linked, priced subscriptions, against
//! the bare insertion of the very rows that it wrote, into the same database; and how both a tenth and the whole fare.

mod estate;
mod floor;

use std::time::{Duration, Instant};

use ascent::{
    app::App,
    billing_runs::{RunStatus, Trigger, load_run, request_run},
    ids::{BillingRunId, OrganizationId},
    jobs,
};
use db::testing::{TestDatabase, engines};
use jiff::tz::TimeZone;
use pax8_sandbox::{Sandbox, SandboxConfig};

pub use self::estate::Estate;
use crate::{common::app, organizations::another, table::Table};

/// Recurring invoices of the large run, each with ten lines; the small one has a tenth.
const RECURRING: usize = 10_000;

pub async fn measure(table: &mut Table) {
    let small = RECURRING / 10;
    let sandbox = Sandbox::bind("127.0.0.1:0", SandboxConfig::sized(1, 1, 1)).await;
    let sandbox = sandbox.expect("the sandbox starts");
    for engine in engines() {
        let database = TestDatabase::new(engine).await;
        let app = app(&database, &sandbox);
        let today = today(&app);
        let [tenth, whole, bare] = ["tenth", "whole", "bare"].map(|name| another(&app, name));
        let (tenth, whole, bare) = (tenth.await, whole.await, bare.await);
        let now = app.clock.now();
        Estate::new(small, today, now).insert(&app, tenth).await;
        let estate = Estate::new(RECURRING, today, now);
        estate.insert(&app, whole).await;
        estate.insert(&app, bare).await;
        let few = bill(&app, tenth, small).await;
        let many = bill(&app, whole, RECURRING).await;
        let written = floor::Written::by(&app, whole).await;
        let begin = Instant::now();
        written.insert(&app, bare).await;
        let floor = begin.elapsed();
        let ratio = many.div_duration_f64(floor);
        table.add(
            format!("billing run of {RECURRING} × 10 lines, {engine:?}"),
            "≤ 2 × the bare insertion",
            format!(
                "{ratio:.1} × ({:.1} s; bare {:.1} s)",
                many.as_secs_f64(),
                floor.as_secs_f64()
            ),
            ratio <= 2.0,
        );
        let growth = many.div_duration_f64(few);
        table.add(
            format!("billing runs of {small} and {RECURRING}, {engine:?}"),
            "10 × the data ≤ 11 × the time",
            format!("{growth:.1} × ({:.2} s)", few.as_secs_f64()),
            growth <= 11.0,
        );
        database.remove().await;
    }
}

fn today(app: &App) -> jiff::civil::Date {
    app.clock.now().to_zoned_datetime(TimeZone::UTC).date()
}

/// Asks for the run and makes it, as a worker does.
async fn bill(app: &App, organization: OrganizationId, expected: usize) -> Duration {
    let begin = Instant::now();
    let requested = request_run(app, organization, today(app), &Trigger::Scheduled).await;
    let run: BillingRunId = requested.unwrap().id;
    jobs::drain(app, &ascent::job_registry()).await.unwrap();
    let took = begin.elapsed();
    let mut tx = app.database.read(organization).await.unwrap();
    let run = load_run(&mut tx, run).await.unwrap();
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.failed.first());
    assert_eq!(run.created, expected);
    took
}
