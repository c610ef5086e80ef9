//! When syncs happen, who runs them, and what becomes of those that do not end.

use std::time::Duration;

use ascent::{
    accounts::By,
    ids::SyncId,
    pax8::{
        connection::data_is_stale,
        sync::{Scope, Trigger, request_sync, run_sync, sync_now},
    },
};
use db::args;
use pax8_sandbox::{Fault, Place, What, demo};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::{
    estate::{PAX8, SYNCS},
    world::{Organization, World, on_each_engine},
};

db::statements! {
    org BREAK_KEY = "update organization set data_key = 'broken' where id = $1";
}

async fn show(world: &World, id: &str) -> Value {
    world
        .ours
        .owner
        .get(&format!("{SYNCS}/{id}"))
        .await
        .json(200)
}

async fn ask(organization: &Organization, body: Value) -> Value {
    organization.owner.post(SYNCS, body).await.json(202)
}

fn id(sync: &Value) -> &str {
    sync["id"].as_str().unwrap()
}

/// Runs a full sync of ours in a task of its own, whose subscriptions take their time, and waits until it is under way.
async fn run_slowly(world: &World) -> (String, JoinHandle<()>) {
    let slow = Fault::new(Place::Subscriptions, What::Slow { ms: 1_500 });
    world.sandbox.sandbox().faults().add(slow);
    let organization = world.ours.id;
    let by = By::job();
    let (sync, _) = request_sync(&world.app, &by, organization, Scope::Full, Trigger::Manual)
        .await
        .unwrap();
    let app = world.app.clone();
    let run = async move { run_sync(&app, organization, sync.id).await.unwrap() };
    let task = tokio::spawn(run);
    let id = sync.id.to_string();
    while show(world, &id).await["progress"]["stage"] != "subscriptions" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (id, task)
}

#[tokio::test]
async fn s17_s18_s19_i6_i11_due_syncs_run_by_themselves_for_active_organizations() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        world.connect(&world.theirs).await;
        let counts = async || {
            world.work().await;
            (
                world.count_syncs(&world.ours).await,
                world.count_syncs(&world.theirs).await,
            )
        };
        world.set_now("2026-06-15T15:59:00Z");
        assert_eq!(counts().await, (1, 1), "not before four hours");
        world.set_now("2026-06-15T16:25:00Z");
        assert_eq!(counts().await, (2, 2));
        for organization in [&world.ours, &world.theirs] {
            let sync = world.last_sync(organization).await;
            assert_eq!(
                (&sync["trigger"], &sync["status"]),
                (&json!("scheduled"), &json!("succeeded"))
            );
        }
        assert_eq!(counts().await, (2, 2), "once");
        world
            .ours
            .owner
            .put(PAX8, json!({ "active": false }))
            .await
            .json(200);
        world.set_now("2026-06-15T21:00:00Z");
        assert_eq!(counts().await, (2, 3), "not for an inactive one");
        world
            .ours
            .owner
            .put(PAX8, json!({ "active": true }))
            .await
            .json(200);
        assert_eq!(counts().await, (3, 3), "at once when it is active again");
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        world.set_now("2026-06-16T21:00:00Z");
        world.work().await;
        world
            .set_feature(&world.ours, "pax8Integration", true)
            .await;
        assert_eq!(
            world.count_syncs(&world.ours).await,
            3,
            "i11: not without the licence"
        );
        assert_eq!(world.count_syncs(&world.theirs).await, 4);
    })
    .await;
}

#[tokio::test]
async fn i6_one_organizations_failure_does_not_stop_the_others() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        world.connect(&world.theirs).await;
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&BREAK_KEY, args![]).await.unwrap();
        tx.commit().await.unwrap();
        world.set_now("2026-06-15T17:00:00Z");
        world.work().await;
        let ours = world.last_sync(&world.ours).await;
        assert_eq!(ours["status"], "failed");
        let told = ours["error"].as_str().unwrap();
        assert!(
            told.contains("the master key that they are sealed with"),
            "{told}"
        );
        assert_eq!(world.count_syncs(&world.theirs).await, 2);
        let theirs = world.last_sync(&world.theirs).await;
        assert_eq!(
            (&theirs["trigger"], &theirs["status"]),
            (&json!("scheduled"), &json!("succeeded"))
        );
    })
    .await;
}

#[tokio::test]
async fn i6_i11_a_sync_that_waits_does_not_run_once_licence_or_switch_is_gone() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let owner = &world.ours.owner;
        let requests = || world.sandbox.sandbox().counters().requests;
        let before = (world.snapshot(world.ours.id).await, requests());

        let waiting = ask(&world.ours, json!({})).await;
        owner.put(PAX8, json!({ "active": false })).await.json(200);
        world.work().await;
        let ended = show(world, id(&waiting)).await;
        assert_eq!(ended["status"], "failed");
        let sentence = ended["error"].as_str().unwrap();
        assert!(sentence.contains("switched off"), "{sentence}");
        let connection = world.connection(&world.ours).await;
        assert_eq!(
            connection["last_error"],
            json!(null),
            "nothing is wrong with it"
        );

        owner.put(PAX8, json!({ "active": true })).await.json(200);
        let waiting = ask(&world.ours, json!({})).await;
        let feature = "pax8Integration";
        world.set_feature(&world.ours, feature, false).await;
        world.work().await;
        world.set_feature(&world.ours, feature, true).await;
        let ended = show(world, id(&waiting)).await;
        assert_eq!(ended["status"], "failed");
        let sentence = ended["error"].as_str().unwrap();
        assert!(sentence.contains("licence feature"), "{sentence}");

        let after = (world.snapshot(world.ours.id).await, requests());
        assert_eq!(after, before, "Pax8 was not asked");
        assert_eq!(world.sync(&world.ours).await["status"], "succeeded");
    })
    .await;
}

#[tokio::test]
async fn s20_d10_two_requests_for_the_same_join() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let first = ask(&world.ours, json!({})).await;
        let second = ask(&world.ours, json!({})).await;
        assert_eq!(
            (&first["joined"], &second["joined"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(first["id"], second["id"]);
        assert_eq!(
            world.connection(&world.ours).await["running_sync_id"],
            first["id"]
        );
        let company = json!({ "company_id": world.company_id(&demo::company_id(1)) });
        let one = ask(&world.ours, company.clone()).await;
        assert_eq!(
            one["joined"], false,
            "a full sync may have passed that company"
        );
        assert_eq!(ask(&world.ours, company).await["id"], one["id"]);
        let other = json!({ "company_id": world.company_id(&demo::company_id(2)) });
        assert_ne!(ask(&world.ours, other).await["id"], one["id"]);
        world.work().await;
        let syncs = world.ours.owner.get(SYNCS).await.json(200);
        let syncs = syncs["data"].as_array().unwrap();
        assert_eq!(syncs.len(), 4);
        assert!(
            syncs.iter().all(|it| it["status"] == "succeeded"),
            "{syncs:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn d10_at_most_one_runs_and_the_next_follows_when_it_is_done() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let (full, task) = run_slowly(world).await;
        assert_eq!(ask(&world.ours, json!({})).await["id"], json!(full));
        let company = json!({ "company_id": world.company_id(&demo::company_id(1)) });
        let one = ask(&world.ours, company).await;
        world.work().await;
        assert_eq!(show(world, &full).await["status"], "running");
        assert_eq!(show(world, id(&one)).await["status"], "queued");
        task.await.unwrap();
        assert_eq!(show(world, &full).await["status"], "succeeded");
        world.work().await;
        assert_eq!(show(world, id(&one)).await["status"], "succeeded");
    })
    .await;
}

#[tokio::test]
async fn d10_whoever_comes_second_does_not_run_it_again() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let sync = ask(&world.ours, json!({})).await;
        let id = SyncId::parse(id(&sync)).unwrap();
        let before = world.sandbox.sandbox().counters();
        let run = || run_sync(&world.app, world.ours.id, id);
        let (one, two, three) = tokio::join!(run(), run(), run());
        one.and(two).and(three).unwrap();
        let after = world.sandbox.sandbox().counters();
        assert_eq!(after.of(Place::Companies) - before.of(Place::Companies), 1);
        assert_eq!(world.last_sync(&world.ours).await["status"], "succeeded");
    })
    .await;
}

#[tokio::test]
async fn d26_data_is_stale_when_no_complete_sync_confirmed_it_for_two_days() {
    on_each_engine(async |world| {
        let stale = async || {
            let mut tx = world.app.database.read(world.ours.id).await.unwrap();
            let now = world.app.clock.now();
            data_is_stale(&mut tx, now).await.unwrap()
        };
        assert!(stale().await, "never confirmed");
        world.connect(&world.ours).await;
        assert!(!stale().await);
        world.set_now("2026-06-15T15:00:00Z");
        world.sync_company(&demo::company_id(1)).await;
        world.app.clock.set("2026-06-17T12:00:00Z".parse().unwrap());
        assert!(!stale().await);
        world.app.clock.set("2026-06-17T12:00:01Z".parse().unwrap());
        assert!(stale().await, "one company is not everything");
    })
    .await;
}

#[tokio::test]
async fn d10_a_sync_whose_process_died_is_marked_and_a_new_one_does_the_work() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let before = world.snapshot(world.ours.id).await;
        let (dead, task) = run_slowly(world).await;
        task.abort();
        let _ = task.await;
        world.work().await;
        assert_eq!(
            show(world, &dead).await["status"],
            "running",
            "its lease still holds"
        );
        world.set_now("2026-06-15T12:00:46Z");
        world.work().await;
        let interrupted = show(world, &dead).await;
        assert_eq!(interrupted["status"], "failed");
        assert!(
            interrupted["error"]
                .as_str()
                .unwrap()
                .contains("ended before")
        );
        assert_eq!(world.snapshot(world.ours.id).await, before);
        let new = world.last_sync(&world.ours).await;
        assert_ne!(new["id"], json!(dead));
        assert_eq!(new["status"], "succeeded");

        let requests = world.sandbox.sandbox().counters().requests;
        let dead = SyncId::parse(&dead).unwrap();
        run_sync(&world.app, world.ours.id, dead).await.unwrap();
        assert_eq!(
            world.sandbox.sandbox().counters().requests,
            requests,
            "a finished sync never runs again"
        );
    })
    .await;
}

#[tokio::test]
async fn d10_a_sync_that_takes_its_process_down_is_not_tried_for_ever() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let mut now: jiff::Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
        let mut waiting = Value::Null;
        for round in 1..=3 {
            let (_, task) = run_slowly(world).await;
            if round == 3 {
                let company = json!({ "company_id": world.company_id(&demo::company_id(1)) });
                waiting = ask(&world.ours, company).await;
                world.work().await;
                assert_eq!(show(world, id(&waiting)).await["status"], "queued");
            }
            task.abort();
            let _ = task.await;
            world.sandbox.sandbox().faults().clear();
            now += jiff::SignedDuration::from_secs(46);
            world.app.clock.set(now);
            // What `work` does, without running what is enqueued.
            ascent::pax8::sync::enqueue_due(world.app.clone())
                .await
                .unwrap();
        }
        let shown = world.connection(&world.ours).await;
        assert_eq!(shown["running_sync_id"], waiting["id"], "no new full one");
        let error = shown["last_error"].as_str().unwrap();
        assert!(error.contains("ended before"), "{error}");
        world.work().await;
        let waiting = show(world, id(&waiting)).await;
        assert_eq!(waiting["status"], "succeeded", "its turn has come");
        assert_eq!(
            world.sync(&world.ours).await["status"],
            "succeeded",
            "a person may"
        );
        let shown = world.connection(&world.ours).await;
        assert_eq!(shown["last_error"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn d34_a_running_sync_ends_when_its_connection_is_gone() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let (running, task) = run_slowly(world).await;
        world.ours.owner.delete(PAX8).await;
        let ended = show(world, &running).await;
        assert_eq!(ended["status"], "failed");
        assert!(
            ended["error"]
                .as_str()
                .unwrap()
                .contains("removed or changed"),
            "{ended}"
        );
        task.await.unwrap();
        assert_eq!(show(world, &running).await, ended);
        assert!(world.companies(world.ours.id).await.is_empty());
        assert_eq!(
            world.connection(&world.ours).await["status"],
            "not_connected"
        );
    })
    .await;
}

#[tokio::test]
async fn d33_new_credentials_end_the_sync_of_the_old_ones() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let (running, task) = run_slowly(world).await;
        let again = world.connect(&world.ours).await;
        assert_eq!(again["status"], "succeeded");
        assert_eq!(show(world, &running).await["status"], "failed");
        task.await.unwrap();
        assert_eq!(show(world, &running).await["status"], "failed");
    })
    .await;
}

#[tokio::test]
async fn the_events_of_a_sync_tell_it_until_it_ends() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let (running, task) = run_slowly(world).await;
        let path = format!("{SYNCS}/{running}/events");
        let (answer, _) = tokio::join!(world.ours.owner.get(&path), task);
        assert_eq!(answer.headers["content-type"], "text/event-stream");
        let events: Vec<Value> = answer
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(|json| serde_json::from_str(json).unwrap())
            .collect();
        assert!(events.len() >= 2, "{events:?}");
        assert_eq!(events[0]["status"], "running");
        assert_eq!(*events.last().unwrap(), show(world, &running).await);
    })
    .await;
}

#[tokio::test]
async fn a_sync_in_the_foreground_tells_how_it_stands_and_ends() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let mut told = Vec::new();
        let sync = sync_now(&world.app, world.ours.id, |sync| told.push(sync.status));
        let sync = sync.await.unwrap();
        assert_eq!((sync.trigger, sync.scope), (Trigger::Cli, Scope::Full));
        assert_eq!(sync.status.as_str(), "succeeded");
        assert_eq!(told.last(), Some(&sync.status));

        let (running, task) = run_slowly(world).await;
        let (joined, ()) = tokio::join!(sync_now(&world.app, world.ours.id, |_| {}), async {
            task.await.unwrap()
        });
        assert_eq!(
            joined.unwrap().id.to_string(),
            running,
            "it joins the running one"
        );
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        let refused = sync_now(&world.app, world.ours.id, |_| {})
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "license_feature_required");
    })
    .await;
}

#[tokio::test]
async fn s1_s11_the_only_calls_are_for_tokens_and_reads() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        world.sync(&world.ours).await;
        world.sync_company(&demo::company_id(1)).await;
        world.ours.owner.delete(PAX8).await;
        let counters = world.sandbox.sandbox().counters();
        assert!(counters.token_requests > 0);
        assert_eq!(counters.refused_writes, 0);
    })
    .await;
}
