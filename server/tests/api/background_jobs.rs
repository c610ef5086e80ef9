//! What Ascent does by itself, shown and started through the API and the page.

use ascent::{
    error::Error,
    jobs::{self, Failure, NewJob, Registry},
};
use serde_json::{Value, json};

use crate::{
    clients::make_client,
    world::{World, on_each_engine},
};

const API: &str = "/api/v1/background-jobs";
const PAGE: &str = "/admin/jobs";

/// The scheduled thing of a kind.
fn task(overview: &Value, kind: &str) -> Value {
    let mut tasks = overview["data"].as_array().unwrap().iter();
    tasks
        .find(|task| task["kind"] == kind)
        .expect("it is scheduled")
        .clone()
}

/// Puts a job of a kind that cannot succeed into the queue and lets it be given up; gives its id.
async fn give_up(world: &World, unique_key: Option<&str>) -> String {
    let now = world.app.clock.now();
    let job = NewJob {
        kind: "test.fails",
        payload: json!({ "private": "payload" }),
        unique_key: unique_key.map(str::to_owned),
        heavy: false,
        run_at: now,
    };
    let mut tx = world.app.database.write(world.ours.id).await.unwrap();
    let id = jobs::enqueue(&mut tx, &job, now).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let registry = Registry::default().with("test.fails", async |_, _| {
        Err(Failure::GiveUp(Error::Unavailable(
            "It is away.".to_owned(),
        )))
    });
    jobs::drain(&world.app, &registry).await.unwrap();
    id.to_string()
}

#[tokio::test]
async fn the_schedule_tells_what_runs_next_and_what_ran_last() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let before = owner.get(API).await.json(200);
        let sync = task(&before, "pax8.sync");
        assert_eq!(sync["schedule"], "Every 4 hours");
        assert_eq!(sync["next_run_at"], Value::Null);
        assert_eq!(sync["paused"], "Pax8 is not connected.");
        assert_eq!(sync["can_run"], false);
        let billing = task(&before, "billing.run");
        assert_eq!(billing["schedule"], "Every day at 04:00");
        assert_eq!(
            billing["next_run_at"], "2026-06-16T08:00:00Z",
            "04:00 there"
        );
        assert_eq!(billing["last_run"], Value::Null);

        world.connect(&world.ours).await;
        let after = owner.get(API).await.json(200);
        let sync = task(&after, "pax8.sync");
        assert_eq!(sync["paused"], Value::Null);
        assert_eq!(sync["can_run"], true);
        assert_eq!(sync["last_run"]["outcome"], "succeeded");
        assert_eq!(sync["last_run"]["trigger"], "connect");
        let summary = sync["last_run"]["summary"].as_str().unwrap();
        assert!(summary.ends_with(" created"), "{summary}");
        assert_eq!(after["runs"].as_array().unwrap().len(), 1);
        let theirs = world.theirs.owner.get(API).await.json(200);
        assert_eq!(theirs["runs"], json!([]), "another organization's");
        assert_eq!(theirs["queue"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_sync_and_a_billing_run_start_now() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let sync = format!("{API}/pax8.sync/run");
        assert_eq!(
            owner.post(&sync, json!({})).await.status,
            409,
            "not connected"
        );
        world.connect(&world.ours).await;
        let started = owner.post(&sync, json!({})).await.json(202);
        assert_eq!(started["joined"], false);
        let again = owner.post(&sync, json!({})).await.json(202);
        assert_eq!(again["joined"], true);
        assert_eq!(again["sync_id"], started["sync_id"]);
        let waiting = owner.get(API).await.json(200);
        assert_eq!(waiting["runs"][0]["outcome"], "queued");
        assert_eq!(waiting["queue"][0]["state"], "waiting");
        world.work().await;
        let done = owner.get(API).await.json(200);
        assert_eq!(done["runs"][0]["outcome"], "succeeded");
        assert_eq!(done["runs"][0]["summary"], "Nothing changed");
        assert_eq!(done["queue"], json!([]));

        let billing = format!("{API}/billing.run/run");
        let started = owner.post(&billing, json!({})).await.json(202);
        let run = started["billing_run_id"].as_str().unwrap();
        let run = owner
            .get(&format!("/api/v1/billing-runs/{run}"))
            .await
            .json(200);
        assert_eq!(run["as_of"], "2026-06-15");
        assert_eq!(run["trigger"], "manual");
        assert_eq!(run["status"], "queued");
        let again = owner.post(&billing, json!({})).await.json(202);
        assert_eq!(again["joined"], true);
        assert_eq!(again["billing_run_id"], started["billing_run_id"]);
        assert_eq!(
            owner
                .post(&format!("{API}/coffee/run"), json!({}))
                .await
                .status,
            404
        );
    })
    .await;
}

#[tokio::test]
async fn the_question_before_billing_says_how_many_invoices_are_due() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "Harbor").await;
        let recurring = json!({ "client_id": client, "name": "Support", "frequency": "monthly", "start_date": "2026-05-01",
            "lines": [{ "description": "Support", "quantity": "1", "unit_price": "100" }] });
        owner.post("/api/v1/recurring-invoices", recurring).await.json(201);
        let browser = &world.ours.browser;
        let ask = format!("{PAGE}/billing.run/run");
        let question = browser.get(&ask).await;
        assert!(
            question.text.contains("2 invoices of 1 recurring invoice are due on 15 Jun 2026.")
                && question.text.contains("href=\"/billing-runs\">See it first in a dry run"),
            "{}",
            question.text
        );
        let invoices = owner.get("/api/v1/invoices").await.json(200);
        assert_eq!(invoices["data"], json!([]), "asking makes nothing");
        let done = browser.submit(&ask, &[]).await;
        assert!(done.location().starts_with("/billing-runs/"));
        world.work().await;
        let invoices = owner.get("/api/v1/invoices").await.json(200);
        assert_eq!(invoices["data"].as_array().unwrap().len(), 2);
        let question = browser.get(&ask).await;
        assert!(question.text.contains("Nothing is due on 15 Jun 2026."));
        assert!(browser.get(PAGE).await.text.contains("2 invoices made"));
    })
    .await;
}

#[tokio::test]
async fn what_was_given_up_is_shown_and_tried_again_when_asked() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let id = give_up(world, None).await;
        let shown = owner.get(API).await;
        assert!(
            !shown.text.contains("private"),
            "what a job is about stays inside"
        );
        let job = shown.json(200)["queue"][0].clone();
        assert_eq!((&job["id"], &job["state"]), (&json!(id), &json!("failed")));
        assert_eq!(job["last_error"], "It is away.");
        let page = world.ours.browser.get(PAGE).await.text;
        assert!(
            page.contains("Test fails") && page.contains("Try again"),
            "{page}"
        );

        let retry = format!("{API}/queue/{id}/retry");
        assert_eq!(world.theirs.owner.post(&retry, json!({})).await.status, 404);
        let queued = owner.post(&retry, json!({})).await.json(200);
        assert_eq!(
            (&queued["state"], &queued["attempts"]),
            (&json!("waiting"), &json!(0))
        );
        let refused = owner.post(&retry, json!({})).await;
        assert_eq!(refused.refusal(409), "job_not_failed");
        let log = owner
            .get("/api/v1/audit-events?action=background_job.retried")
            .await
            .json(200);
        assert_eq!(
            log["data"][0]["summary"],
            "Owner retried the background job Test fails"
        );
        let registry = Registry::default().with("test.fails", async |_, _| Ok(()));
        assert_eq!(jobs::drain(&world.app, &registry).await.unwrap(), 1);
        assert_eq!(owner.get(API).await.json(200)["queue"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_is_in_the_queue_already_is_not_put_there_again() {
    on_each_engine(async |world| {
        let id = give_up(world, Some("one")).await;
        let now = world.app.clock.now();
        let job = NewJob {
            kind: "test.fails",
            payload: json!({}),
            unique_key: Some("one".to_owned()),
            heavy: false,
            run_at: now,
        };
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        jobs::enqueue(&mut tx, &job, now).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let retry = format!("{API}/queue/{id}/retry");
        let refused = world.ours.owner.post(&retry, json!({})).await;
        assert_eq!(refused.refusal(409), "job_queued");
        let told = world
            .ours
            .browser
            .submit(&format!("{PAGE}/queue/{id}/retry"), &[])
            .await;
        assert_eq!(told.location(), PAGE);
    })
    .await;
}

#[tokio::test]
async fn background_jobs_need_their_permission() {
    on_each_engine(async |world| {
        let member = &world.ours.member;
        for answer in [
            member.get(API).await,
            member
                .post(&format!("{API}/billing.run/run"), json!({}))
                .await,
        ] {
            let refused = answer.json(403);
            assert_eq!(refused["code"], "permission_denied");
            assert!(
                refused["detail"]
                    .as_str()
                    .unwrap()
                    .contains("owners and administrators")
            );
        }
        let member = world.sign_in("member@Ours.example").await;
        assert_eq!(member.get(PAGE).await.status, 403);
        assert_eq!(
            member
                .submit(&format!("{PAGE}/pax8.sync/run"), &[])
                .await
                .status,
            403
        );
        assert!(!member.get("/").await.text.contains("Background Jobs"));
        let owner = &world.ours.owner;
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        let refused = owner.post(&format!("{API}/pax8.sync/run"), json!({})).await;
        assert_eq!(refused.refusal(403), "license_feature_required");
    })
    .await;
}

#[tokio::test]
async fn the_page_of_jobs_is_asked_again_while_something_is_under_way() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let idle = browser.get(PAGE).await;
        assert!(!idle.text.contains("data-watch") && !idle.text.contains("http-equiv"));
        browser
            .submit(&format!("{PAGE}/billing.run/run"), &[])
            .await;
        let page = browser.get(PAGE).await;
        assert!(page.text.contains("<noscript><meta http-equiv=\"refresh\""));
        let watch = crate::client_pages::attribute(&page.page(), "#jobs", "data-watch");
        assert_eq!(
            browser.script().get(&watch).await.status,
            204,
            "nothing happened"
        );
        world.work().await;
        let part = browser.script().get(&watch).await;
        assert_eq!(part.status, 200);
        assert!(
            part.text
                .trim_start()
                .starts_with("<div class=\"stack-lg\" id=\"jobs\">"),
            "{}",
            part.text
        );
        assert!(part.text.contains("No invoice was due"));
    })
    .await;
}
