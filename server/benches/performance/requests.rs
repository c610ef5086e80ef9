//! How many requests a sync sends and how long it waits for them, at 100 ms an answer; and a loop of one call per company.

use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::{
    installation::{Done, Installation},
    sandbox::{Pax8, Size},
    table::Table,
};

const LATENCY: Duration = Duration::from_millis(100);
const ESTATE: Size = Size(1_000, 5_000, 100);
/// Requests in flight, as the client is set up.
const PARALLELISM: f64 = 5.0;
/// So many companies are asked for one by one; the loop takes as long for each of the others.
const SAMPLE: usize = 100;

pub async fn measure(table: &mut Table) {
    let pax8 = Pax8::start(ESTATE, LATENCY);
    let mut naive = None;
    for engine in db::testing::engines() {
        let (installation, first) = Installation::connect(engine, &pax8).await;
        let later = installation.sync().await;
        installation.database.remove().await;
        // A page is 200 rows, and a token is asked for once.
        let lists = pages(ESTATE.0) + pages(ESTATE.1) + 1;
        for (which, done, expected) in [
            ("first", &first, lists + ESTATE.2),
            ("later", &later, lists),
        ] {
            add(table, &format!("{engine:?}: {which} sync"), done, expected);
        }
        let naive = match naive {
            Some(naive) => naive,
            None => *naive.insert(one_call_per_company(&pax8).await),
        };
        let ratio = naive.as_secs_f64() / later.wall.as_secs_f64();
        table.add(
            format!("{engine:?}: a loop of one call per company, against a later sync"),
            "",
            format!("{:.1} s, {ratio:.0} ×", naive.as_secs_f64()),
            true,
        );
    }
}

fn pages(rows: usize) -> usize {
    rows.div_ceil(200)
}

fn add(table: &mut Table, what: &str, done: &Done, listed: usize) {
    let requests = usize::try_from(done.sync.requests).unwrap();
    let unlisted = unlisted(done);
    table.add(
        format!("{what} of 1,000 + 5,000 + 100: requests"),
        &format!("{listed}"),
        format!("{requests}, of which {unlisted} for companies that the list leaves out"),
        requests == listed + unlisted,
    );
    let ideal = f64::from(done.sync.requests) * LATENCY.as_secs_f64() / PARALLELISM;
    let ratio = done.wall.as_secs_f64() / ideal;
    table.add(
        format!("{what} at 100 ms an answer, against requests × latency ÷ parallelism"),
        "1.3 ×",
        format!("{:.2} s, {ratio:.2} ×", done.wall.as_secs_f64()),
        ratio <= 1.3,
    );
}

/// Companies that have subscriptions and are asked for one by one, because Pax8's list leaves them out.
fn unlisted(done: &Done) -> usize {
    let said = done.sync.warnings.iter();
    let mut said = said.filter(|it| it.contains("missing from Pax8's list of companies"));
    let number = said.next().and_then(|it| it.split(' ').next());
    number.map_or(0, |number| number.parse().unwrap())
}

/// What a script does that asks for each company's subscriptions, one after the other. Nothing is stored.
async fn one_call_per_company(pax8: &Pax8) -> Duration {
    #[derive(Deserialize)]
    struct Companies {
        content: Vec<Company>,
    }
    #[derive(Deserialize)]
    struct Company {
        id: String,
    }
    let token = pax8.token().await;
    let first = pax8.get(&token, "companies?page=0&size=200").await;
    let first: Companies = serde_json::from_slice(&first).unwrap();
    let began = Instant::now();
    for company in first.content.iter().take(SAMPLE) {
        let path = format!("subscriptions?companyId={}&page=0&size=200", company.id);
        pax8.get(&token, &path).await;
    }
    let lists = LATENCY * u32::try_from(pages(ESTATE.0) + 1).unwrap();
    lists + began.elapsed() * u32::try_from(ESTATE.0 / SAMPLE).unwrap()
}
