//! Syncs of a large estate: what they cost beside what cannot be avoided, which is reading what Pax8 sends and writing what is
//! new.

use std::time::Duration;

use db::Engine;
use pax8::{Company, Subscription};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    installation::{Done, Installation, processor_time},
    rows::Rows,
    sandbox::{Pax8, Size},
    table::Table,
};

const ESTATE: Size = Size(10_000, 100_000, 100);

pub async fn measure(table: &mut Table) {
    let pax8 = Pax8::start(ESTATE, Duration::ZERO);
    let parsing = parsing(&pax8).await;
    for engine in db::testing::engines() {
        let (installation, first) = Installation::connect(engine, &pax8).await;
        // Asks for the companies that the list leaves out and the first sync did not come to.
        installation.sync().await;
        let rows = Rows::of(&installation, false).await;
        let before = Rows::of(&installation, true).await;
        let later = least_of_three(&installation).await;
        let untouched = Rows::of(&installation, true).await == before;
        installation.database.remove().await;
        add_unchanged(table, engine, &later, parsing, untouched);
        add_first(table, engine, &first, rows).await;
    }
}

/// The one that took the least of our processor time, as with parsing.
async fn least_of_three(installation: &Installation) -> Done {
    let mut least = installation.sync().await;
    for _ in 0..2 {
        let next = installation.sync().await;
        if next.processor < least.processor {
            least = next;
        }
    }
    least
}

fn add_unchanged(
    table: &mut Table,
    engine: Engine,
    later: &Done,
    parsing: Duration,
    untouched: bool,
) {
    let ratio = later.processor.as_secs_f64() / parsing.as_secs_f64();
    table.add(
        format!("{engine:?}: an unchanged sync of 10,000 + 100,000: our processor time, against parsing the same bytes"),
        "3 ×",
        format!(
            "{:.2} s and {:.2} s, {ratio:.1} × ({:.2} s from beginning to end)",
            later.processor.as_secs_f64(),
            parsing.as_secs_f64(),
            later.wall.as_secs_f64()
        ),
        ratio <= 3.0,
    );
    table.add(
        format!("{engine:?}: rows of the estate that it wrote"),
        "0",
        if untouched { "0" } else { "some" }.to_owned(),
        untouched,
    );
}

async fn add_first(table: &mut Table, engine: Engine, first: &Done, rows: Rows) {
    let number = rows.len();
    let bare = rows.clone().insert(engine).await;
    let ratio = first.wall.as_secs_f64() / bare.as_secs_f64();
    table.add(
        format!(
            "{engine:?}: a first sync of the same, against a bare bulk insert of its {number} rows"
        ),
        "2 ×",
        format!(
            "{:.1} s and {:.1} s, {ratio:.2} ×",
            first.wall.as_secs_f64(),
            bare.as_secs_f64()
        ),
        ratio <= 2.0,
    );
    let one_by_one = rows.insert_one_by_one(engine).await;
    let ratio = one_by_one.as_secs_f64() / first.wall.as_secs_f64();
    table.add(
        format!("{engine:?}: storing them row by row, against the whole first sync"),
        "",
        format!("{:.1} s, {ratio:.1} ×", one_by_one.as_secs_f64()),
        true,
    );
}

/// The processor time of reading all that Pax8 sends into what the client makes of it; the least of three readings.
async fn parsing(pax8: &Pax8) -> Duration {
    let companies = pax8.pages("companies").await;
    let subscriptions = pax8.pages("subscriptions").await;
    let reading = || {
        let before = processor_time();
        read::<Company>(&companies);
        read::<Subscription>(&subscriptions);
        processor_time() - before
    };
    (0..3).map(|_| reading()).min().unwrap()
}

fn read<T: DeserializeOwned>(pages: &[Vec<u8>]) {
    #[derive(Deserialize)]
    struct Page<T> {
        content: Vec<T>,
    }
    for page in pages {
        let page: Page<T> = serde_json::from_slice(page).unwrap();
        std::hint::black_box(page.content);
    }
}
