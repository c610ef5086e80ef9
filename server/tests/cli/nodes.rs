//! Several servers on one Postgres behind a proxy that sends each connection to the next: any request on any of them, each
//! scheduled thing once, a dead one's work taken over, and a database that goes away for a while.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use db::{
    Database, Engine, args,
    testing::{TestDatabase, engines},
};
use pax8_sandbox::{Running, Sandbox, SandboxConfig};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::{
    postgres::Postgres,
    process::{PATIENCE, Place, Process, browser},
};

db::statements! {
    system SYNC_DUE = "update pax8_connection set next_sync_at = 0";
    system BILLING_DUE = "update organization set next_billing_at = 0";
    system SCHEDULED = "select (select count(*) from pax8_sync where trigger_kind = 'scheduled') as syncs,
        (select count(*) from billing_run where trigger_kind = 'scheduled') as runs,
        (select count(*) from job where state in ('ready', 'running')) as unfinished";
    system WHO_SYNCS = "select owner from pax8_sync_lease";
    system LATEST_SYNC = "select status from pax8_sync order by id desc limit 1";
    system CLIENTS = "select name from client order by name";
}

const SYNCS: &str = "/api/v1/integrations/pax8/syncs";

/// Nodes and the proxy before them.
struct Cluster {
    /// Its folder is there as long as its nodes.
    _place: Place,
    nodes: Vec<(Process, SocketAddr)>,
    url: String,
    token: String,
    database: Database,
    sandbox: Running,
}

/// Hands each connection to the next address, over those that do not answer.
async fn round_robin(addresses: Vec<SocketAddr>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let turn = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut inbound, _)) = listener.accept().await {
            let (addresses, turn) = (addresses.clone(), turn.clone());
            tokio::spawn(async move {
                for _ in 0..addresses.len() {
                    let next = turn.fetch_add(1, Ordering::Relaxed) % addresses.len();
                    if let Ok(mut outbound) = TcpStream::connect(addresses[next]).await {
                        let _ = copy_bidirectional(&mut inbound, &mut outbound).await;
                        return;
                    }
                }
            });
        }
    });
    url
}

/// A client that makes a connection for each request, so that each goes to another node.
fn wanderer() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .cookie_store(true)
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

impl Cluster {
    async fn start(database_url: &str, nodes: usize, config: SandboxConfig) -> Self {
        let sandbox = Sandbox::bind("127.0.0.1:0", config).await.unwrap();
        let place = Place::new()
            .on(database_url)
            .with("ASCENT_PAX8_URL", &sandbox.url());
        let made = place.set_up("Ours");
        let mut nodes: Vec<Process> = (0..nodes)
            .map(|_| place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start())
            .collect();
        let addresses: Vec<SocketAddr> = nodes
            .iter_mut()
            .map(|it| it.url().strip_prefix("http://").unwrap().parse().unwrap())
            .collect();
        Self {
            url: round_robin(addresses.clone()).await,
            nodes: nodes.into_iter().zip(addresses).collect(),
            token: made["api_token"].as_str().unwrap().to_owned(),
            database: Database::open(database_url).await.unwrap(),
            _place: place,
            sandbox,
        }
    }

    async fn connect(&self) {
        let body = json!({ "client_id": "sandbox-client", "client_secret": "sandbox-secret" });
        let request = wanderer().put(format!("{}/api/v1/integrations/pax8", self.url));
        let answer = request
            .bearer_auth(&self.token)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }

    async fn sync(&self) -> Value {
        let request = wanderer()
            .post(format!("{}{SYNCS}", self.url))
            .bearer_auth(&self.token);
        request
            .json(&json!({}))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn execute(&self, statement: &'static db::SystemStatement) {
        let mut tx = self.database.system_write().await.unwrap();
        tx.execute(statement, args![]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What a statement's row says, if there is a row.
    async fn text(&self, statement: &'static db::SystemStatement, column: &str) -> Option<String> {
        let mut tx = self.database.system_read().await.unwrap();
        let row = tx.fetch_optional(statement, args![]).await.unwrap()?;
        Some(row.get(column).unwrap())
    }

    /// Ends the nodes and tells what their logs call an error.
    async fn end(self) -> Vec<String> {
        self.database.close().await;
        let mut errors = Vec::new();
        for (node, _) in self.nodes {
            node.signal("TERM");
            let ended = node.wait();
            assert!(ended.status.success(), "{}", ended.stderr);
            let lines = ended.stderr.lines().filter(|line| line.contains("ERROR"));
            errors.extend(lines.map(str::to_owned));
        }
        errors
    }
}

/// Waits until something is so.
async fn until<F: AsyncFnMut() -> bool>(what: &str, patience: Duration, mut is_so: F) {
    let end = Instant::now() + patience;
    while !is_so().await {
        assert!(Instant::now() < end, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_request_goes_to_any_node_and_each_scheduled_thing_happens_once() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let postgres = TestDatabase::empty(Engine::Postgres).await;
    let config = SandboxConfig {
        latency: Duration::from_millis(100),
        ..SandboxConfig::sized(30, 60, 6)
    };
    let cluster = Cluster::start(&postgres.url, 3, config).await;

    // Signed in on one node, known on the others.
    let browser = wanderer();
    let form = "email=owner%40ours.example&password=a+password+for+tests";
    let signed_in = browser
        .post(format!("{}/sign-in", cluster.url))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", &cluster.url)
        .body(form)
        .send()
        .await
        .unwrap();
    assert_eq!(signed_in.status(), StatusCode::SEE_OTHER);
    for _ in 0..6 {
        let page = browser
            .get(format!("{}/clients", cluster.url))
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), 200);
    }

    // Asked for on one node, run by any, followed on each.
    cluster.connect().await;
    let sync = cluster.sync().await;
    let id = sync["id"].as_str().unwrap();
    let events = (0..3).map(async |_| {
        let request = browser.get(format!("{}{SYNCS}/{id}/events", cluster.url));
        request.send().await.unwrap().text().await.unwrap()
    });
    for followed in futures::future::join_all(events).await {
        let last = followed
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .next_back();
        let last: Value = serde_json::from_str(last.unwrap()).unwrap();
        assert_eq!(last["status"], "succeeded", "{followed}");
    }

    // All nodes look at the clock; what is due comes once.
    for round in 1..=3_i64 {
        cluster.execute(&SYNC_DUE).await;
        cluster.execute(&BILLING_DUE).await;
        until("what is due was done", PATIENCE, async || {
            let mut tx = cluster.database.system_read().await.unwrap();
            let row = tx.fetch_one(&SCHEDULED, args![]).await.unwrap();
            let [syncs, runs, unfinished] =
                ["syncs", "runs", "unfinished"].map(|it| row.get::<i64>(it).unwrap());
            assert!(
                syncs <= round && runs <= round,
                "{syncs} syncs and {runs} runs in {round} rounds"
            );
            (syncs, runs, unfinished) == (round, round, 0)
        })
        .await;
    }
    cluster.end().await;
    postgres.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_killed_in_the_middle_of_a_sync_is_taken_over_within_a_minute() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let postgres = TestDatabase::empty(Engine::Postgres).await;
    let config = SandboxConfig {
        latency: Duration::from_millis(400),
        ..SandboxConfig::sized(30, 1_000, 20)
    };
    let mut cluster = Cluster::start(&postgres.url, 3, config).await;
    cluster.connect().await;
    let mut owner = None;
    until("the sync runs", PATIENCE, async || {
        owner = cluster.text(&WHO_SYNCS, "owner").await;
        owner.is_some()
    })
    .await;
    // A node signs with the number of its process.
    let owner: u32 = owner.unwrap().split('-').next().unwrap().parse().unwrap();
    let at = cluster
        .nodes
        .iter()
        .position(|(node, _)| node.id() == owner);
    let (node, _) = cluster.nodes.remove(at.expect("it is one of ours"));
    let begin = Instant::now();
    drop(node);
    until(
        "another node has synced",
        Duration::from_secs(60),
        async || {
            let page = wanderer()
                .get(format!("{}/healthz", cluster.url))
                .send()
                .await;
            assert_eq!(
                page.unwrap().status(),
                200,
                "the others answer all the time"
            );
            cluster.text(&LATEST_SYNC, "status").await.as_deref() == Some("succeeded")
        },
    )
    .await;
    eprintln!(
        "taken over and done {:.1} s after the kill",
        begin.elapsed().as_secs_f64()
    );
    assert!(cluster.sandbox.sandbox().counters().requests > 0);
    cluster.end().await;
    postgres.remove().await;
}

/// What came back under load.
#[derive(Default)]
struct Seen {
    answered: AtomicUsize,
    refused: AtomicUsize,
    made: Mutex<Vec<String>>,
    other: Mutex<Vec<String>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_restarts_under_load_is_said_clearly_and_forgotten_by_itself() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let postgres = Postgres::start();
    let cluster = Cluster::start(&postgres.url(), 2, SandboxConfig::sized(10, 10, 3)).await;
    let (seen, stop) = (Arc::new(Seen::default()), Arc::new(AtomicBool::new(false)));
    let visitors: Vec<_> = (0..6)
        .map(|visitor| {
            let (seen, stop) = (seen.clone(), stop.clone());
            let (url, token) = (cluster.url.clone(), cluster.token.clone());
            tokio::spawn(async move {
                let client = wanderer();
                for turn in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let clients = format!("{url}/api/v1/clients");
                    let name = format!("Client {visitor} {turn}");
                    let request = match turn % 2 {
                        0 => client.get(clients),
                        _ => client
                            .post(clients)
                            .json(&json!({ "name": name, "currency": "USD" })),
                    };
                    let answer = request.bearer_auth(&token).send().await.unwrap();
                    match answer.status().as_u16() {
                        200 => drop(seen.answered.fetch_add(1, Ordering::Relaxed)),
                        201 => seen.made.lock().unwrap().push(name),
                        503 if answer.headers().contains_key("retry-after") => {
                            seen.refused.fetch_add(1, Ordering::Relaxed);
                        }
                        status => {
                            let text = answer.text().await.unwrap_or_default();
                            seen.other.lock().unwrap().push(format!("{status} {text}"));
                        }
                    }
                }
            })
        })
        .collect();
    let grown = async |what: &str, by: usize| {
        let before = seen.answered.load(Ordering::Relaxed);
        until(what, PATIENCE, async || {
            seen.answered.load(Ordering::Relaxed) >= before + by
        })
        .await;
    };
    let mut longest = Duration::ZERO;
    for _ in 0..3 {
        grown("requests are answered", 20).await;
        let begin = Instant::now();
        tokio::task::block_in_place(|| postgres.restart());
        grown("requests are answered again", 20).await;
        longest = longest.max(begin.elapsed());
    }
    stop.store(true, Ordering::Relaxed);
    for visitor in visitors {
        visitor.await.unwrap();
    }
    // What was confirmed is there, once.
    let mut tx = cluster.database.system_read().await.unwrap();
    let rows = tx.fetch_all(&CLIENTS, args![]).await.unwrap();
    drop(tx);
    let there: Vec<String> = rows.iter().map(|row| row.get("name").unwrap()).collect();
    let made = seen.made.lock().unwrap().clone();
    for name in &made {
        assert_eq!(there.iter().filter(|it| *it == name).count(), 1, "{name}");
    }
    eprintln!(
        "3 restarts: {} reads and {} writes answered, {} refused with 503; as before after {:.1} s at most",
        seen.answered.load(Ordering::Relaxed),
        made.len(),
        seen.refused.load(Ordering::Relaxed),
        longest.as_secs_f64()
    );
    let errors = cluster.end().await;
    let other = seen.other.lock().unwrap().clone();
    assert!(other.is_empty(), "{other:?}: {errors:#?}");
}

db::statements! {
    system ADD_MIGRATION = "insert into schema_migration (name, digest, oldest) values ($1, 'x', $2)";
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_goes_on_while_the_database_is_newer_but_compatible_and_ends_when_it_is_not() {
    for engine in engines() {
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(TestDatabase::empty(engine).await),
        };
        let place = Place::new();
        let place = match &postgres {
            Some(postgres) => place.on(&postgres.url),
            None => place,
        };
        place.set_up("Ours");
        let start = || {
            let mut node = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
            let url = node.url();
            (node, url)
        };
        let (node, url) = start();
        let database = Database::open(&place.database_url()).await.unwrap();
        let apply = async |name: &str, oldest: &str| {
            let mut tx = database.system_write().await.unwrap();
            tx.execute(&ADD_MIGRATION, args![name, oldest])
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        let ready = async |url: &str| {
            browser()
                .get(format!("{url}/readyz"))
                .send()
                .await
                .unwrap()
                .status()
        };
        apply("9998_expand", "0001_foundation").await;
        assert_eq!(ready(&url).await, 200, "it goes on");
        let (second, second_url) = start();
        assert_eq!(ready(&second_url).await, 200, "another may start");
        second.signal("TERM");
        assert!(second.wait().status.success());

        apply("9999_contract", "9998_expand").await;
        let ended = node.wait();
        assert_eq!(ended.status.code(), Some(1));
        let why = "newer version of Ascent (it has the migration 9999_contract, which needs a program that knows 9998_expand)";
        assert!(ended.stderr.contains(why), "{}", ended.stderr);
        let refused = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).fails();
        assert!(refused.contains(why), "{refused}");
        database.close().await;
        if let Some(postgres) = postgres {
            postgres.remove().await;
        }
    }
}
