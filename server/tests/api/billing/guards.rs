//! What billing refuses, foresees and keeps to itself.

use ascent::recurring::RecurringDetails;
use serde_json::{Value, json};

use super::books::{Books, Linked, monthly};
use crate::world::on_each_engine;

#[tokio::test]
async fn d23_invoices_are_made_a_quarter_ahead_at_most_and_rehearsed_three_years() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let owner = &world.ours.owner;
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        let run = async |as_of: &str, dry_run: bool| {
            let body = json!({ "as_of": as_of, "dry_run": dry_run });
            owner.post("/api/v1/billing-runs", body).await
        };
        assert_eq!(run("2029-06-15", true).await.status, 200);
        assert_eq!(run("2029-06-16", true).await.status, 422);
        let refused = run("2026-09-16", false).await.json(422);
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(
            message.contains("2026-09-15") && message.contains("dry run"),
            "{message}"
        );
        assert!(books.invoices().await.is_empty());
        assert_eq!(run("2026-09-15", false).await.status, 201);
    })
    .await;
}

#[tokio::test]
async fn d23_a_next_date_that_was_sent_is_kept_when_the_start_moves() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        let path = format!("/api/v1/recurring-invoices/{}", recurring.id);
        let change = async |body: Value| {
            let changed = world.ours.owner.patch(&path, body).await.json(200);
            changed["next_invoice_date"].as_str().unwrap().to_owned()
        };
        let both = json!({ "start_date": "2026-05-20", "next_invoice_date": "2026-06-01" });
        assert_eq!(change(both).await, "2026-06-01");
        assert_eq!(
            change(json!({ "start_date": "2026-05-25" })).await,
            "2026-05-25"
        );
    })
    .await;
}

#[tokio::test]
async fn d24_the_preview_of_a_paused_recurring_invoice_says_that_no_run_makes_it() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let owner = &world.ours.owner;
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        let path = format!("/api/v1/recurring-invoices/{}", recurring.id);
        owner
            .post(&format!("{path}/pause"), json!({}))
            .await
            .json(200);
        let preview = owner.get(&format!("{path}/preview")).await.json(200);
        assert_eq!(preview["made"], false);
        assert_eq!(
            preview["period"]["start"], "2026-07-01",
            "where it would go on"
        );
        let page = world
            .ours
            .browser
            .get(&format!("/recurring/{}", recurring.id))
            .await
            .page();
        assert!(
            page.html()
                .contains("no invoice is made until it is resumed")
        );
        assert_eq!(books.run("2026-07-01").await.created, 0);
        owner
            .post(&format!("{path}/resume"), json!({}))
            .await
            .json(200);
        let preview = owner.get(&format!("{path}/preview")).await.json(200);
        assert_eq!(preview["made"], true);
    })
    .await;
}

#[tokio::test]
async fn d30_costs_and_markups_are_shown_to_those_who_may_manage_integrations() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        books.link(&recurring, Linked::default()).await;
        books.run("2026-06-15").await;
        let id = books.invoices().await[0]["id"].as_str().unwrap().to_owned();
        let paths = [
            format!("/api/v1/recurring-invoices/{}", recurring.id),
            format!("/api/v1/recurring-invoices/{}/preview", recurring.id),
            format!("/api/v1/invoices/{id}"),
            "/api/v1/invoices".to_owned(),
        ];
        for path in &paths {
            let (owner, member) = (&world.ours.owner, &world.ours.member);
            let open = owner.get(path).await.json(200).to_string();
            assert!(open.contains("18.50"), "{path}");
            let closed = member.get(path).await.json(200).to_string();
            for secret in ["18.50", "20 %", "\"percentage\"", "exact_price"] {
                assert!(!closed.contains(secret), "{path}: {secret}");
            }
            assert!(closed.contains("22.20"), "{path}");
        }
        let pages = [
            format!("/invoices/{id}"),
            format!("/recurring/{}", recurring.id),
            "/".to_owned(),
        ];
        let browser = &world.ours.browser;
        assert!(browser.get("/").await.page().html().contains("Pax8 cost"));
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        for path in &pages {
            let html = browser.get(path).await.page().html();
            for secret in ["18.50", "92.50", "Pax8 cost"] {
                assert!(!html.contains(secret), "{path}: {secret}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn d23_the_question_before_resuming_names_what_a_running_term_will_charge() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books
            .recurring(&client, RecurringDetails { ..monthly() })
            .await;
        let path = format!("/recurring/{}", recurring.id);
        world
            .ours
            .browser
            .submit(&format!("{path}/pause"), &[])
            .await;
        let page = world
            .ours
            .browser
            .get(&format!("{path}/resume"))
            .await
            .page();
        assert!(page.html().contains("yearly or longer term"));
    })
    .await;
}
