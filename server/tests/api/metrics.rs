//! What a monitor reads: in the format that Prometheus takes, whether anybody's billing is at risk, and nothing of anybody.

use std::collections::{BTreeMap, HashSet};

use db::args;
use jiff::SignedDuration;
use pax8_sandbox::{Fault, Place, What};
use serde_json::json;

use crate::{
    billing::books::{Books, monthly},
    world::{World, on_each_engine},
};

db::statements! {
    org LOSE_DELIVERY = "insert into delivery (organization_id, id, invoice_id, recipients, state, attempts, message_id, queued_by,
        queued_at, ended_at) select organization_id, id, id, 'a@b.example', 'unknown', 1, '<1@b.example>', 'Owner', created_at, created_at
        from invoice where organization_id = $1 and status = 'issued'";
    org GIVE_UP_JOB = "insert into job (organization_id, id, kind, payload, state, run_at, attempts, created_at, finished_at)
        values ($1, 'job', 'billing.run', '{}', 'failed', $2, 5, $2, $2)";
}

/// A reader of the text format that refuses what Prometheus would: names, labels and numbers of another form, a value without
/// its family's head, the same series twice, buckets that fall.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let name = |text: &str| {
        let mut letters = text.chars();
        letters
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    assert!(text.ends_with('\n'));
    let (mut kinds, mut helped) = (BTreeMap::new(), HashSet::new());
    let mut values = BTreeMap::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (family, words) = help.split_once(' ').unwrap();
            assert!(name(family) && !words.is_empty(), "{line}");
            assert!(helped.insert(family.to_owned()), "{line} twice");
            continue;
        }
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (family, kind) = kind.split_once(' ').unwrap();
            assert!(["gauge", "counter", "histogram"].contains(&kind), "{line}");
            assert!(helped.contains(family), "{line}");
            kinds.insert(family.to_owned(), kind.to_owned());
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let number: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
        let (called, labels) = match series.split_once('{') {
            Some((called, labels)) => (called, labels.strip_suffix('}').unwrap()),
            None => (series, ""),
        };
        assert!(name(called), "{line}");
        for label in labels.split("\",").filter(|it| !it.is_empty()) {
            let (label, text) = label.split_once("=\"").unwrap();
            assert!(name(label), "{line}");
            assert!(!text.trim_end_matches('"').contains('"'), "{line}");
        }
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|it| called.strip_suffix(it))
            .filter(|it| kinds.get(*it).is_some_and(|kind| kind == "histogram"))
            .unwrap_or(called);
        assert!(kinds.contains_key(family), "{line} belongs to no family");
        if kinds[family] == "counter" {
            assert!(family.ends_with("_total"), "{line}");
        }
        assert!(
            values.insert(series.to_owned(), number).is_none(),
            "{line} twice"
        );
    }
    values
}

async fn read(world: &World) -> BTreeMap<String, f64> {
    let answer = world.nobody().get("/metrics").await;
    assert_eq!(answer.status, 200);
    let kind = answer.headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    parse(&answer.text)
}

/// Reads again what is in the database, which is told again for a few seconds.
async fn read_anew(world: &World) -> BTreeMap<String, f64> {
    let then = world.app.clock.now() + SignedDuration::from_secs(6);
    world.set_now(&then.to_string());
    read(world).await
}

#[tokio::test]
async fn a_monitor_sees_whether_billing_is_at_risk() {
    on_each_engine(async |world| {
        let calm = read(world).await;
        assert_eq!(calm["ascent_database_up"], 1.0);
        assert_eq!(calm["ascent_organizations{state=\"not_connected\"}"], 2.0);
        for none in [
            "ascent_billing_overdue",
            "ascent_billing_runs_late",
            "ascent_drafts_waiting{reason=\"any\"}",
            "ascent_deliveries{state=\"unknown\"}",
            "ascent_failed_syncs_in_a_row",
            "ascent_jobs_failed{kind=\"billing.run\"}",
            "ascent_alerts{condition=\"billing_overdue\"}",
            "ascent_oldest_waiting_job_seconds",
        ] {
            assert_eq!(calm[none], 0.0, "{none}");
        }

        world.connect(&world.ours).await;
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        let due = read_anew(world).await;
        assert_eq!(due["ascent_organizations{state=\"connected\"}"], 1.0);
        assert_eq!(due["ascent_billing_due"], 1.0);
        assert_eq!(due["ascent_billing_overdue"], 0.0, "it met no run yet");
        books.run("2026-06-15").await;
        let mut reviewed = monthly();
        reviewed.review_first = true;
        books.recurring(&client, reviewed).await;
        books.run("2026-06-15").await;
        let broken = books.recurring(&client, monthly()).await;
        books.spoil(broken.id, true).await;
        let now = world.app.clock.now();
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&LOSE_DELIVERY, args![]).await.unwrap();
        tx.execute(&GIVE_UP_JOB, args![now]).await.unwrap();
        tx.commit().await.unwrap();
        let away = Fault::new(Place::Companies, What::ServerError { status: 500 });
        world.sandbox.sandbox().faults().add(away.always());
        world.sync(&world.ours).await;
        world
            .ours
            .owner
            .post("/api/v1/integrations/pax8/syncs", json!({}))
            .await
            .json(202);

        let then = world.app.clock.now() + SignedDuration::from_hours(50);
        world.set_now(&then.to_string());
        let risk = read(world).await;
        for (series, value) in [
            ("ascent_organizations{state=\"failing\"}", 1.0),
            ("ascent_failed_syncs_in_a_row", 1.0),
            ("ascent_billing_overdue", 1.0),
            ("ascent_billing_runs_late", 2.0),
            ("ascent_drafts_waiting{reason=\"any\"}", 1.0),
            ("ascent_drafts_waiting{reason=\"review\"}", 1.0),
            ("ascent_deliveries{state=\"unknown\"}", 1.0),
            ("ascent_jobs_failed{kind=\"billing.run\"}", 1.0),
            ("ascent_jobs{kind=\"pax8.sync\",state=\"waiting\"}", 1.0),
        ] {
            assert_eq!(risk[series], value, "{series}");
        }
        let hours = |series: &str| risk[series] / 3600.0;
        assert!((50.0..51.0).contains(&hours("ascent_oldest_waiting_job_seconds")));
        assert!((50.0..51.0).contains(&hours("ascent_drafts_waiting_oldest_seconds")));
        let age = hours("ascent_last_sync_age_seconds{state=\"failing\"}");
        assert!((50.0..51.0).contains(&age), "{age}");
        let overdue = hours("ascent_billing_overdue_oldest_seconds");
        assert!(
            (16.0 * 24.0..17.0 * 24.0).contains(&overdue),
            "since 1 June: {overdue}"
        );
    })
    .await;
}

#[tokio::test]
async fn requests_are_counted_by_route_and_nothing_of_anybody_is_told() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let path = format!("/clients/{}?secret=word", client.id);
        for _ in 0..3 {
            world.ours.browser.get(&path).await.page();
        }
        world.nobody().get("/nothing/here").await;
        world.nobody().get("/api/v1/me").await;
        let text = world.nobody().get("/metrics").await.text;
        let values = parse(&text);
        let total = |labels: &str| values[&format!("ascent_http_requests_total{{{labels}}}")];
        assert_eq!(
            total("route=\"/clients/{id}\",method=\"GET\",status=\"200\""),
            3.0
        );
        assert_eq!(total("route=\"none\",method=\"GET\",status=\"404\""), 1.0);
        assert_eq!(
            total("route=\"/api/v1/me\",method=\"GET\",status=\"401\""),
            1.0
        );
        let bucket =
            "ascent_http_request_duration_seconds_bucket{route=\"/clients/{id}\",le=\"+Inf\"}";
        assert_eq!(values[bucket], 3.0);
        assert!(values["process_resident_memory_bytes"] > 1e6);
        assert_eq!(values["process_start_time_seconds"], 1_781_524_800.0);
        assert!(
            values
                .keys()
                .any(|it| it.starts_with("ascent_database_connections{"))
        );
        let (ours, client) = (world.ours.id.to_string(), client.id.to_string());
        for hidden in [
            "Ours",
            "Harbor",
            ours.as_str(),
            client.as_str(),
            "word",
            "127.0.0.1",
        ] {
            assert!(!text.contains(hidden), "{hidden}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_has_an_id_that_is_taken_if_it_is_sane() {
    on_each_engine(async |world| {
        let asked = world
            .nobody()
            .with_header("x-request-id", "lb-17.a_b")
            .get("/sign-in")
            .await;
        assert_eq!(asked.headers["x-request-id"], "lb-17.a_b");
        let mut made = HashSet::new();
        for odd in ["a b", "{\"a\":1}", "x".repeat(65).as_str(), ""] {
            for path in ["/sign-in", "/api/v1/me", "/nothing"] {
                let asked = world
                    .nobody()
                    .with_header("x-request-id", odd)
                    .get(path)
                    .await;
                let id = asked.headers["x-request-id"].to_str().unwrap().to_owned();
                assert_eq!(id.len(), 36, "{odd}");
                assert!(made.insert(id), "each its own");
            }
        }
    })
    .await;
}
