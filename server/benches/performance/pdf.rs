//! An invoice of one page on paper, by the verb behind the download and the mail.

use std::time::{Duration, Instant};

use ascent::{
    app::App,
    billing_runs::{Trigger, run},
    ids::{InvoiceId, OrganizationId},
    invoices::{load_invoice, pdf},
};
use db::testing::{TestDatabase, engines};
use jiff::tz::TimeZone;
use pax8_sandbox::{Sandbox, SandboxConfig};

use crate::{billing::Estate, common::app, organizations::another, table::Table};

/// Documents that are made; the first ones warm up.
const DOCUMENTS: usize = 500;
const WARM_UP: usize = 50;

pub async fn measure(table: &mut Table) {
    let sandbox = Sandbox::bind("127.0.0.1:0", SandboxConfig::sized(1, 1, 1)).await;
    let sandbox = sandbox.expect("the sandbox starts");
    for engine in engines() {
        let database = TestDatabase::new(engine).await;
        let app = app(&database, &sandbox);
        let (organization, draft) = draft(&app).await;
        let mut times = Vec::new();
        for _ in 0..DOCUMENTS {
            times.push(make(&app, organization, draft).await);
        }
        let mut warm = times.split_off(WARM_UP);
        warm.sort();
        let (median, late) = (warm[warm.len() / 2], warm[warm.len() * 99 / 100]);
        table.add(
            format!("PDF of an invoice of one page, {engine:?}"),
            "≤ 5 ms",
            format!("{} (99 of 100 within {})", ms(median), ms(late)),
            median <= Duration::from_millis(5),
        );
        database.remove().await;
    }
}

/// A draft of ten lines: what was issued is kept as a file, a draft is put on paper each time.
async fn draft(app: &App) -> (OrganizationId, InvoiceId) {
    let organization = another(app, "paper").await;
    let now = app.clock.now();
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    let estate = Estate::new(1, today, now).reviewed_first();
    estate.insert(app, organization).await;
    let run = run(app, organization, today, false, Trigger::Cli).await;
    (organization, run.unwrap().invoice_ids[0])
}

async fn make(app: &App, organization: OrganizationId, id: InvoiceId) -> Duration {
    let begin = Instant::now();
    let mut tx = app.database.read(organization).await.unwrap();
    let invoice = load_invoice(&mut tx, id).await.unwrap();
    let bytes = pdf(app, tx, &invoice).await.unwrap();
    let took = begin.elapsed();
    assert!(bytes.starts_with(b"%PDF"));
    took
}

fn ms(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1e3)
}
