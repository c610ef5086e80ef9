//! Every page and every list, asked at a steady pace where the organization has 10,000 companies and 100,000 subscriptions.
//!
//! The pages are those that links and filters lead to from the first one, the calls those of the API's own document, so that a
//! new one is measured by itself. A request is sent when its time has come, whether or not those before it were answered, and
//! what it waited counts. It goes through the whole router, in one process, and is answered compressed, as browsers ask for.

mod calls;
mod estate;
mod tally;
mod walk;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use db::{Engine, testing::TestDatabase};
use pax8_sandbox::{Sandbox, SandboxConfig};

use self::tally::Tally;
use crate::{
    common::{app, organization},
    table::Table,
    visitor::Visitor,
};

/// What the organization has: companies, subscriptions, products.
const SIZE: (usize, usize, usize) = (10_000, 100_000, 200);
/// Requests a second, and for how long.
const RATE: u32 = 100;
const LONG: Duration = Duration::from_secs(100);
/// The slowest that one of a hundred answers of a page may be.
const TARGET: Duration = Duration::from_millis(25);
/// How many of the slowest are told.
const TOLD: usize = 12;

/// Pages by what they are, with addresses of each.
pub type Pages = BTreeMap<String, Vec<String>>;

pub async fn measure(table: &mut Table) {
    for engine in db::testing::engines() {
        let (companies, subscriptions, products) = SIZE;
        let config = SandboxConfig::sized(companies, subscriptions, products);
        let sandbox = Sandbox::bind("127.0.0.1:0", config).await.unwrap();
        let database = TestDatabase::new(engine).await;
        let app = app(&database, &sandbox);
        let organization = organization(&app).await;
        estate::fill(&app, organization, &sandbox).await;
        let visitor = Arc::new(Visitor::new(format!("{engine:?}"), &app).await);
        let mut pages = walk::pages(&visitor).await;
        pages.extend(calls::lists(&visitor).await);
        alone(&visitor, &pages).await;
        let tally = ask(&visitor, &pages).await;
        add_row(table, engine, &tally);
        database.remove().await;
    }
}

/// Asks for every address by itself, with nothing beside it, and tells those that took longest: where to look first.
async fn alone(visitor: &Visitor, pages: &Pages) {
    let mut times = Vec::new();
    for address in pages.values().flatten() {
        visitor.browse(address).await;
        let begin = Instant::now();
        visitor.browse(address).await;
        times.push((begin.elapsed(), address));
    }
    times.sort_unstable_by_key(|(took, _)| std::cmp::Reverse(*took));
    println!("  alone, the slowest of {} addresses:", times.len());
    for (took, address) in times.iter().take(TOLD * 2) {
        println!("  {:>8.1} ms  {address}", took.as_secs_f64() * 1e3);
    }
}

/// Asks for every address in turn.
async fn ask(visitor: &Arc<Visitor>, pages: &Pages) -> Tally {
    let tally = Tally::default();
    let addresses = pages.iter().flat_map(|(page, addresses)| {
        let addresses = addresses.iter();
        addresses.map(move |address| (page.clone(), address.clone()))
    });
    let mut addresses = addresses.collect::<Vec<_>>().into_iter().cycle();
    let mut pace = tokio::time::interval(Duration::from_secs(1) / RATE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let mut asked = Vec::new();
    for _ in 0..LONG.as_secs() * u64::from(RATE) {
        let due = pace.tick().await;
        let (page, address) = addresses.next().expect("there are pages");
        let (visitor, tally) = (visitor.clone(), tally.clone());
        asked.push(tokio::spawn(async move {
            visitor.browse(&address).await;
            tally.count(&page, due.elapsed());
        }));
    }
    for request in asked {
        request.await.unwrap();
    }
    tally
}

fn add_row(table: &mut Table, engine: Engine, tally: &Tally) {
    let pages = tally.pages();
    for page in pages.iter().take(TOLD) {
        println!("  {page}");
    }
    let late = pages.iter().filter(|page| page.p99 >= TARGET).count();
    let slowest = pages.first().expect("something was asked");
    table.add(
        format!(
            "pages: {} pages and lists at {RATE} a second, {engine:?}",
            pages.len()
        ),
        "p99 of each < 25 ms",
        format!(
            "all: {}; slowest: {slowest}; {late} above the target",
            tally.all()
        ),
        late == 0,
    );
}
