//! How the time of a sync grows with the estate.

use std::time::Duration;

use db::Engine;

use crate::{
    installation::Installation,
    sandbox::{Pax8, Size},
    table::Table,
};

/// From a thousand to a hundred thousand subscriptions.
pub async fn measure(table: &mut Table) {
    grow(table, &[1_000, 10_000, 100_000]).await;
}

/// From there to a million, which takes minutes.
pub async fn measure_a_million(table: &mut Table) {
    grow(table, &[100_000, 1_000_000]).await;
}

async fn grow(table: &mut Table, sizes: &[usize]) {
    for engine in db::testing::engines() {
        let mut before = None;
        for size in sizes {
            let now = times(engine, *size).await;
            if let Some(before) = before.replace(now) {
                add(table, engine, *size, before, now);
            }
        }
    }
}

/// A first and a later sync.
async fn times(engine: Engine, subscriptions: usize) -> [Duration; 2] {
    let pax8 = Pax8::start(Size(subscriptions / 10, subscriptions, 100), Duration::ZERO);
    let (installation, first) = Installation::connect(engine, &pax8).await;
    let later = installation.sync().await;
    installation.database.remove().await;
    [first.wall, later.wall]
}

fn add(table: &mut Table, engine: Engine, size: usize, before: [Duration; 2], now: [Duration; 2]) {
    for (which, (before, now)) in ["first", "unchanged"]
        .iter()
        .zip(before.into_iter().zip(now))
    {
        let ratio = now.as_secs_f64() / before.as_secs_f64();
        table.add(
            format!(
                "{engine:?}: a {which} sync of {size} subscriptions, against one of {}",
                size / 10
            ),
            "11 ×",
            format!("{:.2} s, {ratio:.1} ×", now.as_secs_f64()),
            ratio <= 11.0,
        );
    }
}
