//! A run as a job: asked for, followed, carried on after a death, given up.

use std::time::Duration;

use ascent::{
    app::App,
    billing_runs,
    error::Error,
    jobs::{self, Failure, Job, Registry},
};
use serde_json::{Value, json};

use super::books::{Books, monthly, texts};
use crate::{
    client_pages::{attribute, texts as page_texts},
    world::{World, on_each_engine},
};

const DAY: (&str, &str) = ("as_of", "2026-06-15");

/// So many clients with a due recurring invoice each; gives the page of a run that was asked for.
async fn ask(world: &World, clients: usize) -> String {
    let books = Books::ours(world);
    for number in 0..clients {
        let client = books.client(&format!("Client {number:02}")).await;
        books.recurring(&client, monthly()).await;
    }
    let asked = world.ours.browser.submit("/billing-runs", &[DAY]).await;
    asked.location().to_owned()
}

async fn of_api(world: &World, page: &str) -> Value {
    world
        .ours
        .owner
        .get(&format!("/api/v1{page}"))
        .await
        .json(200)
}

#[tokio::test]
async fn d24_a_run_asked_for_on_its_page_is_a_job_that_the_page_follows() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let path = ask(world, 2).await;
        let page = browser.get(&path).await;
        assert!(page.text.contains("<noscript><meta http-equiv=\"refresh\""));
        let page = page.page();
        assert_eq!(page_texts(&page, "#run-stage"), ["Waiting for its turn"]);
        let events = attribute(&page, ".progress", "data-events");
        assert_eq!(of_api(world, &path).await["status"], "queued");
        assert!(Books::ours(world).invoices().await.is_empty());
        let again = browser.submit("/billing-runs", &[DAY]).await;
        assert_eq!(again.location(), path, "it is joined");

        world.work().await;
        let run = of_api(world, &path).await;
        assert_eq!(run["status"], "succeeded");
        assert_eq!(run["progress"], json!({ "done": 2, "total": 2 }));
        assert_eq!(
            (&run["created"], &run["trigger"]),
            (&json!(2), &json!("manual"))
        );
        let told = browser.get(&events).await.text;
        assert!(told.contains("\"status\":\"succeeded\"") && told.contains("\"created\":2"));
        let page = browser.get(&path).await;
        assert!(!page.text.contains("http-equiv") && page.text.contains("Client 01"));
        assert_eq!(world.theirs.browser.get(&events).await.status, 404);
        let log = world
            .ours
            .owner
            .get("/api/v1/audit-events?action=invoice.issued");
        let log = log.await.json(200);
        assert!(
            log["data"][0]["summary"]
                .as_str()
                .unwrap()
                .starts_with("Owner")
        );
    })
    .await;
}

/// Bills until the first invoice is made, and then says nothing more, like a process that was killed.
async fn die_on_the_way(app: App, job: Job) -> jobs::Outcome {
    let organization = job.organization;
    let first = async {
        loop {
            // As a writer, in turn with the run: it ends before the run's next transaction begins.
            let mut tx = app.database.write(organization).await.unwrap();
            if ascent::invoices::any_invoice(&mut tx).await.unwrap() {
                return;
            }
            drop(tx);
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = billing_runs::perform(app.clone(), job) => {}
        () = first => {}
    }
    std::future::pending().await
}

#[tokio::test]
async fn d24_d27_a_run_whose_process_was_killed_is_carried_on_to_its_end() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let path = ask(world, 60).await;
        let registry = Registry::default().with(billing_runs::JOB, die_on_the_way);
        let app = world.app.clone();
        let dying = tokio::spawn(async move { jobs::drain(&app, &registry).await });
        while books.invoices().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        dying.abort();
        let _ = dying.await;
        let half = of_api(world, &path).await;
        assert_eq!(half["status"], "running", "its job is to be taken over");
        assert_eq!(world.work().await, 0, "not while the lease lasts");

        let lease = jobs::LEASE + jiff::SignedDuration::from_secs(1);
        world.app.clock.set(world.app.clock.now() + lease);
        assert_eq!(world.work().await, 1);
        let run = of_api(world, &path).await;
        assert_eq!(
            (&run["status"], &run["created"]),
            (&json!("succeeded"), &json!(60))
        );
        assert_eq!(run["progress"], json!({ "done": 60, "total": 60 }));
        let mut numbers = texts(&books.invoices().await, "/number");
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 60, "each is billed once");
    })
    .await;
}

#[tokio::test]
async fn d24_a_run_that_was_given_up_does_not_run_for_ever_and_can_be_tried_again() {
    on_each_engine(async |world| {
        let path = ask(world, 1).await;
        let registry = Registry::default().with(billing_runs::JOB, async |_, _| {
            Err(Failure::GiveUp(Error::Unavailable(
                "It is away.".to_owned(),
            )))
        });
        jobs::drain(&world.app, &registry).await.unwrap();
        let run = of_api(world, &path).await;
        assert_eq!(run["status"], "interrupted");
        assert_ne!(run["finished_at"], Value::Null);
        let page = world.ours.browser.get(&path).await.page();
        assert!(page_texts(&page, "h1")[0].contains("Interrupted"));
        let jobs = world.ours.owner.get("/api/v1/background-jobs").await;
        let job = jobs.json(200)["queue"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let retry = format!("/api/v1/background-jobs/queue/{job}/retry");
        world.ours.owner.post(&retry, json!({})).await.json(200);
        assert_eq!(of_api(world, &path).await["status"], "queued");
        world.work().await;
        assert_eq!(of_api(world, &path).await["status"], "succeeded");
        assert_eq!(of_api(world, &path).await["created"], 1);
    })
    .await;
}

#[tokio::test]
async fn d24_a_failure_of_a_run_that_is_carried_on_is_told_once() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let spoilt = books.recurring(&client, monthly()).await;
        books.spoil(spoilt.id, true).await;
        let path = ask(world, 1).await;
        let registry = Registry::default().with(billing_runs::JOB, async |app: App, job: Job| {
            billing_runs::perform(app, job).await.unwrap();
            Err(Failure::Retry(Error::Unavailable(
                "The process ended.".to_owned(),
            )))
        });
        jobs::drain(&world.app, &registry).await.unwrap();
        let failed = of_api(world, &path).await;
        assert_eq!(failed["status"], "partly_failed");
        assert_eq!(
            failed["failed"][0]["recurring_invoice_id"],
            json!(spoilt.id)
        );
        world
            .app
            .clock
            .set(world.app.clock.now() + jobs::RETRY_AFTER[0]);
        assert_eq!(world.work().await, 1);
        assert_eq!(
            of_api(world, &path).await,
            failed,
            "what has ended is left alone"
        );
    })
    .await;
}
