//! The real program as a process: the memory of it at rest and in syncs, and how soon it is ready.

use std::time::{Duration, Instant};

use db::{Engine, testing::TestDatabase};
use reqwest::Method;
use serde_json::json;

use crate::server::{Server, Visitor};
use crate::{
    sandbox::{CLIENT_ID, CLIENT_SECRET, Pax8, Size},
    table::Table,
};

const ESTATE: Size = Size(10_000, 100_000, 100);
/// How long a process is left alone before its memory counts as that of one at rest.
const REST: Duration = Duration::from_secs(5);

pub async fn measure(table: &mut Table) {
    let pax8 = Pax8::start(ESTATE, Duration::ZERO);
    for engine in db::testing::engines() {
        let database = TestDatabase::empty(engine).await;
        let place = tempfile::tempdir().unwrap();
        let start = async || Server::start(place.path(), &database.url, &pax8.url, "0").await;

        let server = start().await;
        let visitor = Visitor::new(&server, place.path(), &database.url).await;
        let credentials = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        let path = "/integrations/pax8";
        visitor.call(Method::PUT, path, credentials).await;
        // The one that connecting asked for.
        visitor.sync().await;
        add_memory(table, engine, "in a first sync", server.peak_memory(), 300);
        server.stop();

        add_start(table, engine, &start, &visitor).await;

        let server = start().await;
        tokio::time::sleep(REST).await;
        add_memory(table, engine, "at rest", server.memory(), 60);
        visitor.at(&server).sync().await;
        add_memory(
            table,
            engine,
            "in an unchanged sync",
            server.peak_memory(),
            300,
        );
        server.stop();
        database.remove().await;
    }
}

/// The middle of five starts.
async fn add_start(
    table: &mut Table,
    engine: Engine,
    start: &impl AsyncFn() -> Server,
    visitor: &Visitor,
) {
    let mut times = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        let server = start().await;
        while visitor.at(&server).ask("/readyz").await != "200" {}
        times.push(began.elapsed());
        server.stop();
    }
    times.sort();
    table.add(
        format!("{engine:?}: ready on a database of 100,000 subscriptions"),
        "300 ms",
        format!("{} ms", times[2].as_millis()),
        times[2] < Duration::from_millis(300),
    );
}

fn add_memory(table: &mut Table, engine: Engine, when: &str, bytes: Option<u64>, most: u64) {
    let megabytes = bytes.unwrap() / 1_000_000;
    table.add(
        format!("{engine:?}: memory of the process {when}"),
        &format!("{most} MB"),
        format!("{megabytes} MB"),
        megabytes < most,
    );
}
