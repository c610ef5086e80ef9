//! What a process bears: a steady 200 requests a second of mixed pages and calls on the sandbox's default estate, while one
//! sync follows the other and a billing run begins each second, and then more than it can answer. It starts the real program,
//! on SQLite or on the Postgres of `ASCENT_TEST_POSTGRES_URL`. The numbers are seconds of the steady load and requests a second:
//!
//! ```text
//! cargo bench -p ascent --bench load
//! scripts/with-postgres cargo bench -p ascent --bench load -- 600 200
//! ```
//!
//! A request is sent when its time has come, whether or not those before it were answered, and what it waited counts. An
//! answer of 5xx under the steady load is an error, and so is a process that does not answer after the flood.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints its figures and stops where something is wrong"
)]

#[path = "load/estate.rs"]
mod estate;
#[path = "load/server.rs"]
mod server;
#[path = "load/tally.rs"]
mod tally;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use db::testing::TestDatabase;
use pax8_sandbox::{Sandbox, SandboxConfig};

use crate::{
    estate::Estate,
    server::{Server, Visitor},
    tally::Tally,
};

/// How long the flood lasts, and how many ask at once.
const FLOOD: (Duration, usize) = (Duration::from_secs(10), 1_500);

/// So often each kind of request is sent alone.
const ALONE: u32 = 20;

#[tokio::main]
async fn main() {
    let numbers: Vec<u32> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let (seconds, rate) = match numbers[..] {
        [seconds, rate] => (seconds, rate),
        [seconds] => (seconds, 200),
        _ => (20, 200),
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    for engine in db::testing::engines() {
        let sandbox = Sandbox::bind("127.0.0.1:0", SandboxConfig::default())
            .await
            .expect("the sandbox starts");
        let database = TestDatabase::empty(engine).await;
        let place = tempfile::tempdir().unwrap();
        let server = Server::start(place.path(), &database.url, &sandbox.url(), "0").await;
        let visitor = Visitor::new(&server, place.path(), &database.url).await;
        let estate = Estate::prepare(&visitor, &sandbox).await;
        println!(
            "{engine:?}: {} clients, {} linked subscriptions",
            estate.clients.len(),
            estate.linked
        );
        one_at_a_time(&visitor, &estate).await;
        steady(&server, &visitor, &estate, seconds, rate).await;
        flood(&server, &visitor).await;
        server.stop();
        // The same again with the usual limit of requests a minute from one sender.
        let server = Server::start(place.path(), &database.url, &sandbox.url(), "3000").await;
        let visitor = visitor.at(&server);
        flood(&server, &visitor).await;
        server.stop();
        database.remove().await;
    }
}

/// What each kind of request takes where nothing else goes on.
async fn one_at_a_time(visitor: &Visitor, estate: &Estate) {
    println!("one at a time, milliseconds:");
    for path in estate.one_of_each_kind() {
        let begin = Instant::now();
        for _ in 0..ALONE {
            assert_eq!(visitor.ask(path).await, "200", "{path}");
        }
        let each = begin.elapsed() / ALONE;
        println!("  {:>6.1}  {path}", each.as_secs_f64() * 1e3);
    }
}

/// So many requests a second for so long, while syncs and billing runs go on.
async fn steady(server: &Server, visitor: &Visitor, estate: &Estate, seconds: u32, rate: u32) {
    let over = Arc::new(AtomicBool::new(false));
    let (syncs, runs) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let beside = [
        tokio::spawn(keep_syncing(visitor.clone(), over.clone(), syncs.clone())),
        tokio::spawn(keep_billing(
            visitor.clone(),
            estate.clients.clone(),
            over.clone(),
            runs.clone(),
        )),
    ];
    let tally = Tally::default();
    let memory = server.watch_memory(over.clone());
    let mut pace = tokio::time::interval(Duration::from_secs(1) / rate);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let begin = Instant::now();
    let mut asked = Vec::new();
    for number in 0..u64::from(seconds) * u64::from(rate) {
        let due = pace.tick().await;
        let (visitor, tally) = (visitor.clone(), tally.clone());
        let request = estate.request(number);
        asked.push(tokio::spawn(async move {
            let status = visitor.ask(&request).await;
            tally.count(&status, due.elapsed());
        }));
    }
    for request in asked {
        request.await.unwrap();
    }
    let took = begin.elapsed();
    over.store(true, Ordering::SeqCst);
    for work in beside {
        work.await.unwrap();
    }
    println!(
        "steady: {rate} a second for {seconds} s (took {:.1} s); {} syncs and {} billing runs went on",
        took.as_secs_f64(),
        syncs.load(Ordering::SeqCst),
        runs.load(Ordering::SeqCst)
    );
    tally.print();
    println!("  memory at most {} MB", memory.await.unwrap() / 1_048_576);
    assert_eq!(tally.failures(), 0, "no answer of 5xx and none missing");
}

async fn keep_syncing(visitor: Visitor, over: Arc<AtomicBool>, done: Arc<AtomicU32>) {
    while !over.load(Ordering::SeqCst) {
        visitor.sync().await;
        done.fetch_add(1, Ordering::SeqCst);
    }
}

/// Makes a recurring invoice and bills it, every second.
async fn keep_billing(
    visitor: Visitor,
    clients: Vec<String>,
    over: Arc<AtomicBool>,
    done: Arc<AtomicU32>,
) {
    let mut pace = tokio::time::interval(Duration::from_secs(1));
    for client in clients.iter().cycle() {
        pace.tick().await;
        if over.load(Ordering::SeqCst) {
            return;
        }
        estate::bill_something_new(&visitor, client).await;
        done.fetch_add(1, Ordering::SeqCst);
    }
}

/// As much as many can ask at once, each again as soon as it is answered.
async fn flood(server: &Server, visitor: &Visitor) {
    let (long, many) = FLOOD;
    let tally = Tally::default();
    let end = Instant::now() + long;
    let askers = (0..many).map(|_| {
        let (visitor, tally) = (visitor.clone(), tally.clone());
        tokio::spawn(async move {
            while Instant::now() < end {
                let begin = Instant::now();
                let status = visitor.ask("/api/v1/clients?limit=50").await;
                tally.count(&status, begin.elapsed());
            }
        })
    });
    for asker in askers.collect::<Vec<_>>() {
        asker.await.unwrap();
    }
    println!("flood: {many} at once for {} s", long.as_secs());
    tally.print();
    let memory = server.memory().unwrap_or(0);
    println!("  memory afterwards {} MB", memory / 1_048_576);
    assert!(tally.only(&["200", "429", "503", "no connection"]));
    let begin = Instant::now();
    assert_eq!(visitor.ask("/healthz").await, "200", "it lives");
    println!(
        "  /healthz afterwards in {:.0} ms",
        begin.elapsed().as_secs_f64() * 1e3
    );
}
