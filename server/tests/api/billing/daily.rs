//! The daily run: enqueued once a day where the organization is, caught up after a standstill.

use super::books::{Books, monthly, texts};
use crate::world::{World, on_each_engine};

async fn the_clock_says(world: &World, instant: &str) {
    world.set_now(instant);
    world.work().await;
}

#[tokio::test]
async fn d24_the_daily_run_bills_at_four_in_the_morning_of_the_organization() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        the_clock_says(world, "2026-06-16T07:59:00Z").await;
        assert!(books.invoices().await.is_empty());
        the_clock_says(world, "2026-06-16T08:00:00Z").await;
        the_clock_says(world, "2026-06-16T08:01:00Z").await;
        assert_eq!(
            texts(&books.invoices().await, "/issue_date"),
            ["2026-06-16"]
        );
        let runs = world.ours.owner.get("/api/v1/billing-runs").await.json(200);
        assert_eq!(
            texts(runs["data"].as_array().unwrap(), "/trigger"),
            ["scheduled"]
        );
    })
    .await;
}

#[tokio::test]
async fn d23_after_a_standstill_one_run_catches_up() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        the_clock_says(world, "2026-08-20T12:00:00Z").await;
        let invoices = books.invoices().await;
        assert_eq!(
            texts(&invoices, "/period/start"),
            ["2026-06-01", "2026-07-01", "2026-08-01"]
        );
        let runs = world.ours.owner.get("/api/v1/billing-runs").await.json(200);
        assert_eq!(
            texts(runs["data"].as_array().unwrap(), "/as_of"),
            ["2026-08-20"]
        );
        the_clock_says(world, "2026-08-20T18:00:00Z").await;
        assert_eq!(books.invoices().await.len(), 3);
    })
    .await;
}
