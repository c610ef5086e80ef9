//! How the time of a sync grows with the estate.

use std::time::Duration;

use db::Engine;

use crate::{
    installation::Installation,
    rows::Rows,
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
        let mut before: Option<Times> = None;
        for size in sizes {
            let now = Times::of(engine, *size).await;
            if let Some(before) = before.replace(now) {
                add(table, engine, *size, &before, &now);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Times {
    first: Duration,
    unchanged: Duration,
    /// The rows of the first one written to the same engine by themselves: what of its growth is the engine's.
    bare: Duration,
}

impl Times {
    async fn of(engine: Engine, subscriptions: usize) -> Self {
        let pax8 = Pax8::start(Size(subscriptions / 10, subscriptions, 100), Duration::ZERO);
        let (installation, first) = Installation::connect(engine, &pax8).await;
        let rows = Rows::of(&installation, false).await;
        let unchanged = installation.sync().await;
        installation.database.remove().await;
        Self {
            first: first.wall,
            unchanged: unchanged.wall,
            bare: rows.insert(engine).await,
        }
    }
}

fn add(table: &mut Table, engine: Engine, size: usize, before: &Times, now: &Times) {
    let ratio = |of: fn(&Times) -> Duration| of(now).as_secs_f64() / of(before).as_secs_f64();
    let mut row = |which: &str, ratio: f64, measured: String| {
        table.add(
            format!(
                "{engine:?}: {which} sync of {size} subscriptions, against one of {}",
                size / 10
            ),
            "11 ×",
            format!("{measured}, {ratio:.1} ×"),
            ratio <= 11.0,
        );
    };
    let bare = format!(
        "{:.2} s (a bare insertion of its rows {:.2} s, {:.1} ×)",
        now.first.as_secs_f64(),
        now.bare.as_secs_f64(),
        ratio(|it| it.bare)
    );
    row("a first", ratio(|it| it.first), bare);
    let unchanged = format!("{:.2} s", now.unchanged.as_secs_f64());
    row("an unchanged", ratio(|it| it.unchanged), unchanged);
}
