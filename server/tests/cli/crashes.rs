//! The server killed in the middle of a sync, a billing run, a send and a migration, again and again, at moments that a seed
//! decides: afterwards nothing is half done, nothing happened twice, and a new start goes on by itself.
//!
//! A few kills each time; `ASCENT_KILLS=200` for many, `ASCENT_SEED=7` for other moments.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

use ascent::clock::Clock;
use db::{
    Database, Engine, args,
    testing::{TestDatabase, engines},
};
use jiff::{ToSpan as _, civil::Date};
use pax8_sandbox::{Running, Sandbox, SandboxConfig};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    post::Post,
    process::{PATIENCE, Place, Process, browser},
};

db::statements! {
    system LET_LEASES_END = "update job set lease_until = 0 where state = 'running'";
    system LET_SYNC_LEASES_END = "update pax8_sync_lease set until_at = 0";
    system UNFINISHED = "select (select count(*) from job where state = 'running' or (state = 'ready' and run_at <= $1))
        + (select count(*) from pax8_sync where status in ('queued', 'running'))
        + (select count(*) from billing_run where status in ('queued', 'running'))
        + (select count(*) from delivery where state = 'sending' or (state = 'queued' and next_attempt_at <= $1)) as n";
    system QUANTITIES = "select distinct quantity from pax8_subscription";
    system WRONG_SUMS = "select count(*) as n from invoice where subtotal_minor <>
        (select coalesce(sum(amount_minor), -1) from invoice_line where invoice_line.organization_id = invoice.organization_id
        and invoice_line.invoice_id = invoice.id)";
    system INVOICES = "select number, recurring_invoice_id, period_start from invoice where status <> 'void' order by id";
    system DELIVERIES = "select state, message_id from delivery";
    system MOST_OF_AN_INVOICE = "select coalesce(max(n), 0) as n from (select count(*) as n from delivery group by invoice_id) counted";
    system FAILED_JOBS = "select count(*) as n from job where state = 'failed'";
}

/// So many weeks ago billing begins. Each run bills one more; no more than 120 can be made up for.
const WEEKS: i64 = 110;
/// Clients that are billed each week.
const CLIENTS: usize = 4;

fn first_day() -> Date {
    let today = Clock::system()
        .now()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date();
    today - WEEKS.weeks()
}

fn wanted(usual: u32) -> u32 {
    let kills = std::env::var("ASCENT_KILLS").ok();
    kills.map_or(usual, |text| {
        text.parse().expect("ASCENT_KILLS is a number")
    })
}

/// Moments and choices that come again with the same seed.
struct Chance(u64);

impl Chance {
    fn seeded() -> Self {
        let seed = std::env::var("ASCENT_SEED").ok();
        Self(seed.map_or(1, |text| text.parse().expect("ASCENT_SEED is a number")))
    }

    fn below(&mut self, end: u64) -> u64 {
        // Multiplier and increment of Knuth's MMIX.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}

/// An installation whose server is killed.
struct Rig {
    place: Place,
    postgres: Option<TestDatabase>,
    database: Database,
    sandbox: Running,
    post: Post,
    token: String,
    /// Weeks that were billed of the clients that are billed now.
    weeks: AtomicI64,
}

/// What is under way when the kill comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Sync,
    Billing,
    Sending,
}

impl Rig {
    async fn new(engine: Engine) -> Self {
        let sandbox = Sandbox::bind("127.0.0.1:0", SandboxConfig::sized(60, 400, 8))
            .await
            .unwrap();
        let post = Post::start().await;
        let mut place = Place::new()
            .with("ASCENT_PAX8_URL", &sandbox.url())
            .with("ASCENT_SMTP_URL", &post.url())
            .with("ASCENT_MAIL_FROM", "billing@msp.example");
        let mut postgres = None;
        if engine == Engine::Postgres {
            let empty = TestDatabase::empty(engine).await;
            place = place.on(&empty.url);
            postgres = Some(empty);
        }
        let made = place.set_up("Ours");
        let database = Database::open(&place.database_url()).await.unwrap();
        let it = Self {
            place,
            postgres,
            database,
            sandbox,
            post,
            token: made["api_token"].as_str().unwrap().to_owned(),
            weeks: AtomicI64::new(0),
        };
        it.furnish().await;
        it
    }

    fn serve(&self) -> (Process, String) {
        let mut server = self
            .place
            .ascent(&["serve", "--listen", "127.0.0.1:0"])
            .start();
        let url = server.url();
        (server, url)
    }

    async fn post_json(&self, url: &str, path: &str, body: Value) -> Option<(u16, Value)> {
        let request = browser()
            .post(format!("{url}/api/v1{path}"))
            .bearer_auth(&self.token);
        let answer = request.json(&body).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    /// Connects Pax8 and makes clients who are sent their invoices at once.
    async fn furnish(&self) {
        let (server, url) = self.serve();
        let connect = json!({ "client_id": "sandbox-client", "client_secret": "sandbox-secret" });
        let request = browser()
            .put(format!("{url}/api/v1/integrations/pax8"))
            .bearer_auth(&self.token);
        assert_eq!(request.json(&connect).send().await.unwrap().status(), 200);
        self.make_clients(&url).await;
        self.settled().await;
        drop(server);
    }

    /// Clients who are billed each week from so many weeks ago.
    async fn make_clients(&self, url: &str) {
        for number in 0..CLIENTS {
            let client = json!({ "name": format!("Client {number}"), "currency": "USD", "email": "accounts@client.example" });
            let (status, client) = self.post_json(url, "/clients", client).await.unwrap();
            assert_eq!(status, 201, "{client}");
            let recurring = json!({
                "client_id": client["id"], "name": "Care", "frequency": "weekly", "start_date": first_day().to_string(),
                "auto_send": true,
                "lines": [{ "description": "Care", "quantity": "3", "unit_price": "7.40", "taxable": false }],
            });
            let (status, made) = self
                .post_json(url, "/recurring-invoices", recurring)
                .await
                .unwrap();
            assert_eq!(status, 201, "{made}");
        }
    }

    /// Gives every subscription of the estate the same new quantity.
    fn change_estate(&self, quantity: u32) {
        let estate = self.sandbox.sandbox().estate();
        for subscription in estate.subscriptions() {
            estate
                .set_quantity(&subscription.id, Decimal::from(quantity))
                .unwrap();
        }
    }

    /// Asks for work and does not wait for its end.
    async fn begin(&self, url: &str, work: Work, round: u32) {
        match work {
            Work::Sync => {
                self.change_estate(round + 10);
                self.post_json(url, "/integrations/pax8/syncs", json!({}))
                    .await
                    .unwrap();
            }
            Work::Billing | Work::Sending => {
                if self.weeks.load(Ordering::Relaxed) == WEEKS {
                    self.make_clients(url).await;
                    self.weeks.store(0, Ordering::Relaxed);
                }
                let week = self.weeks.fetch_add(1, Ordering::Relaxed);
                let as_of = first_day() + week.weeks();
                let body = json!({ "as_of": as_of.to_string() });
                let request = browser()
                    .post(format!("{url}/api/v1/billing-runs"))
                    .bearer_auth(&self.token);
                let run = tokio::spawn(request.json(&body).send());
                if work == Work::Sending {
                    // It answers at the end of the run, when mails are on their way.
                    run.await.unwrap().unwrap();
                }
            }
        }
    }

    async fn number(&self, statement: &'static db::SystemStatement, args: Vec<db::Value>) -> i64 {
        let mut tx = self.database.system_read().await.unwrap();
        let row = tx.fetch_one(statement, args).await.unwrap();
        row.get("n").unwrap()
    }

    async fn is_settled(&self) -> bool {
        // What is tried again in some seconds is under way too.
        let soon = Clock::system().now() + jiff::SignedDuration::from_secs(30);
        self.number(&UNFINISHED, args![soon]).await == 0
    }

    /// Waits until nothing waits or runs any more.
    async fn settled(&self) {
        let end = Instant::now() + PATIENCE;
        while !self.is_settled().await {
            assert!(Instant::now() < end, "something is stuck");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What a dead process held is not held for ever: the time until then is over.
    async fn let_leases_end(&self) {
        let mut tx = self.database.system_write().await.unwrap();
        for statement in [&LET_LEASES_END, &LET_SYNC_LEASES_END] {
            tx.execute(statement, args![]).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// What must be true at every moment, whatever was killed.
    async fn is_whole(&self, quantities: &[u32]) {
        let mut tx = self.database.system_read().await.unwrap();
        let stored = tx.fetch_all(&QUANTITIES, args![]).await.unwrap();
        let stored: Vec<String> = stored
            .iter()
            .map(|row| row.get("quantity").unwrap())
            .collect();
        let known = quantities.iter().any(|it| stored == [it.to_string()]);
        assert!(known, "half a sync: {stored:?} of {quantities:?}");
        assert_eq!(
            tx.fetch_one(&WRONG_SUMS, args![])
                .await
                .unwrap()
                .get::<i64>("n")
                .unwrap(),
            0
        );
        let (mut numbers, mut periods) = (Vec::new(), BTreeSet::new());
        let invoices = tx.fetch_all(&INVOICES, args![]).await.unwrap();
        for row in &invoices {
            let number: Option<String> = row.get("number").unwrap();
            let number = number.expect("what is sent by itself is issued with it");
            numbers.push(number.trim_start_matches("INV-").parse::<usize>().unwrap());
            let period: (String, String) = (
                row.get("recurring_invoice_id").unwrap(),
                row.get("period_start").unwrap(),
            );
            assert!(periods.insert(period), "a period was billed twice");
        }
        numbers.sort_unstable();
        assert!(
            numbers.iter().copied().eq(1..=numbers.len()),
            "gaps or repetitions in {numbers:?}"
        );
        assert!(
            tx.fetch_one(&MOST_OF_AN_INVOICE, args![])
                .await
                .unwrap()
                .get::<i64>("n")
                .unwrap()
                <= 1
        );
        let mails: Vec<String> = self
            .post
            .came()
            .iter()
            .map(|it| it.header("Message-ID"))
            .collect();
        let distinct: BTreeSet<&String> = mails.iter().collect();
        assert_eq!(distinct.len(), mails.len(), "a mail was sent twice");
    }

    /// What must be true when nothing is under way.
    async fn is_done(&self, quantity: Option<u32>) {
        let mut tx = self.database.system_read().await.unwrap();
        let sent = tx.fetch_all(&DELIVERIES, args![]).await.unwrap();
        let mails: BTreeSet<String> = self
            .post
            .taken()
            .iter()
            .map(|it| it.header("Message-ID"))
            .collect();
        for row in &sent {
            let (state, id): (String, String) =
                (row.get("state").unwrap(), row.get("message_id").unwrap());
            assert!(["sent", "unknown"].contains(&state.as_str()), "{state}");
            let came = mails
                .iter()
                .any(|it| it.contains(id.trim_matches(['<', '>'])));
            assert!(came || state == "unknown", "said to be sent and was not");
        }
        assert_eq!(
            tx.fetch_one(&FAILED_JOBS, args![])
                .await
                .unwrap()
                .get::<i64>("n")
                .unwrap(),
            0
        );
        drop(tx);
        if let Some(quantity) = quantity {
            self.is_whole(&[quantity]).await;
        }
    }

    async fn end(self) {
        self.database.close().await;
        if let Some(postgres) = self.postgres {
            postgres.remove().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_at_any_moment_leaves_nothing_half_done_and_the_next_goes_on() {
    for engine in engines() {
        let rig = Rig::new(engine).await;
        let mut chance = Chance::seeded();
        let (mut server, mut url) = rig.serve();
        let mut quantity = 10;
        // Uninterrupted, to know how long each takes.
        let mut longest = Vec::new();
        for (round, work) in (0..).zip([Work::Sync, Work::Billing, Work::Sending]) {
            let begin = Instant::now();
            rig.begin(&url, work, round).await;
            rig.settled().await;
            longest.push((work, begin.elapsed()));
        }
        rig.is_whole(&[quantity]).await;
        let kills = wanted(6);
        let mut under_way = 0;
        for round in 3..3 + kills {
            let (work, longest) = longest[usize::try_from(chance.below(3)).unwrap()];
            let before = quantity;
            rig.begin(&url, work, round).await;
            if work == Work::Sync {
                quantity = round + 10;
            }
            // The first kill comes as soon as there is work.
            let under_way_by = Instant::now() + longest;
            while round == 3 && Instant::now() < under_way_by && rig.is_settled().await {
                tokio::task::yield_now().await;
            }
            let most = u64::try_from(longest.as_millis()).unwrap();
            let moment = if round == 3 { 0 } else { chance.below(most) };
            tokio::time::sleep(Duration::from_millis(moment)).await;
            // Dropping a process kills it with SIGKILL and waits for its end.
            drop(server);
            under_way += u32::from(!rig.is_settled().await);
            rig.is_whole(&[before, quantity]).await;
            rig.let_leases_end().await;
            (server, url) = rig.serve();
            rig.settled().await;
            rig.is_done(Some(quantity)).await;
        }
        let mut tx = rig.database.system_read().await.unwrap();
        let invoices = tx.fetch_all(&INVOICES, args![]).await.unwrap().len();
        drop(tx);
        eprintln!(
            "{engine:?}: {kills} kills, {under_way} of them with work under way; {invoices} invoices, {} mails",
            rig.post.taken().len()
        );
        assert!(under_way > 0, "no kill met any work");
        drop(server);
        rig.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_killed_at_any_moment_is_done_by_the_next_start() {
    for engine in engines() {
        let mut chance = Chance::seeded();
        let kills = wanted(6).div_ceil(2);
        let (mut longest, mut unfinished) = (Duration::ZERO, 0);
        for round in 0..=kills {
            let mut place = Place::new();
            let mut postgres = None;
            if engine == Engine::Postgres {
                let empty = TestDatabase::empty(engine).await;
                place = place.on(&empty.url);
                postgres = Some(empty);
            }
            let begin = Instant::now();
            let migrate = place.ascent(&["migrate"]);
            if round == 0 {
                assert!(migrate.run().status.success());
                longest = begin.elapsed();
            } else {
                let process = migrate.start();
                let most = u64::try_from(longest.as_millis()).unwrap();
                tokio::time::sleep(Duration::from_millis(chance.below(most))).await;
                drop(process);
                let again = place.ascent(&["migrate"]).run();
                assert!(again.status.success(), "{}", again.stderr);
                unfinished += u32::from(again.stdout.contains("applied "));
            }
            let database = Database::open(&place.database_url()).await.unwrap();
            database.check_migrated().await.unwrap();
            database.close().await;
            // What it is for works.
            place.set_up("Ours");
            if let Some(postgres) = postgres {
                postgres.remove().await;
            }
        }
        eprintln!("{engine:?}: {kills} migrations killed, {unfinished} of them before their end");
    }
}
