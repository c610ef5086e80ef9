//! Recurring invoices that are sent by themselves.

use ascent::recurring::RecurringDetails;
use serde_json::{Value, json};

use super::{client_like, deliveries, id_of};
use crate::{
    billing::books::{Books, Linked, monthly, texts},
    world::{World, on_each_engine, with_mail},
};

fn by_itself() -> RecurringDetails {
    RecurringDetails {
        auto_send: true,
        ..monthly()
    }
}

/// What the API says of a run.
fn told(run: &impl serde::Serialize) -> Value {
    serde_json::to_value(run).unwrap()
}

async fn preview(world: &World, id: &impl std::fmt::Display) -> Value {
    let path = format!("/api/v1/recurring-invoices/{id}/preview");
    world.ours.owner.get(&path).await.json(200)
}

#[tokio::test]
async fn a_run_issues_and_sends_what_waits_for_nobody_once() {
    with_mail(async |world, post| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, by_itself()).await;
        let quiet = books.client("Quiet Client").await;
        books.recurring(&quiet, monthly()).await;
        let before = books.count_everything().await;
        let dry = told(&books.dry_run("2026-06-15").await);
        assert_eq!(books.count_everything().await, before);
        let foreseen = preview(world, &recurring.id).await;
        assert_eq!(
            (&foreseen["status"], &foreseen["send_to"]),
            (&json!("issued"), &json!("accounts@client.example"))
        );
        let page = world
            .ours
            .browser
            .get(&format!("/recurring/{}", recurring.id))
            .await;
        assert!(
            page.text
                .contains("issued at once and sent to accounts@client.example"),
            "{}",
            page.text
        );

        let run = told(&books.run("2026-06-15").await);
        for run in [&dry, &run] {
            let sent = texts(run["invoices"].as_array().unwrap(), "/send_to");
            let mut sent: Vec<_> = sent.iter().map(String::as_str).collect();
            sent.sort_unstable();
            assert_eq!(sent, ["accounts@client.example", "null"]);
        }
        books.run("2026-06-15").await;
        world.work().await;
        books.run("2026-06-15").await;
        world.work().await;
        assert_eq!(post.taken().len(), 1);
        let page = world
            .ours
            .browser
            .get(&format!("/billing-runs/{}", run["id"].as_str().unwrap()))
            .await;
        assert!(
            page.text
                .contains("sent by itself to accounts@client.example"),
            "{}",
            page.text
        );
        let mut states = Vec::new();
        for invoice in books.invoices().await {
            assert_eq!(invoice["status"], "issued");
            states.extend(texts(&deliveries(world, &id_of(&invoice)).await, "/state"));
        }
        assert_eq!(states, ["sent"]);
    })
    .await;
}

#[tokio::test]
async fn what_needs_a_look_or_has_no_address_waits_as_a_draft_that_says_so() {
    with_mail(async |world, post| {
        let books = Books::ours(world);
        let nobody = books.client_like(client_like("No Address", None)).await;
        let without = books.recurring(&nobody, by_itself()).await;
        let client = books.client("Harbor Dental").await;
        let looked_at = RecurringDetails {
            review_first: true,
            ..by_itself()
        };
        books.recurring(&client, looked_at).await;
        let held = books.recurring(&client, by_itself()).await;
        let missing = Linked {
            missing: true,
            ..Linked::default()
        };
        books.link(&held, missing).await;
        let foreseen = preview(world, &without.id).await;
        assert_eq!(
            (
                &foreseen["status"],
                &foreseen["review_reasons"],
                &foreseen["send_to"]
            ),
            (&json!("draft"), &json!(["no_address"]), &Value::Null)
        );
        books.run("2026-06-15").await;
        world.work().await;
        assert_eq!(post.connections(), 0);
        let invoices = books.invoices().await;
        assert_eq!(texts(&invoices, "/status"), ["draft"; 3]);
        let mut reasons = texts(&invoices, "/review_reasons");
        reasons.sort();
        assert_eq!(
            reasons,
            ["[\"held\"]", "[\"no_address\"]", "[\"review_first\"]"]
        );
        let draft = invoices
            .iter()
            .find(|it| it["client"]["name"] == "No Address")
            .unwrap();
        let page = world
            .ours
            .browser
            .get(&format!("/invoices/{}", id_of(draft)))
            .await;
        assert!(
            page.text.contains("the client has no e-mail address"),
            "{}",
            page.text
        );
    })
    .await;
}

#[tokio::test]
async fn without_a_mail_server_what_is_to_be_sent_waits_and_the_rest_does_not() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, by_itself()).await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-15").await;
        let mut found = Vec::new();
        for invoice in books.invoices().await {
            found.push(format!(
                "{} {}",
                invoice["status"], invoice["review_reasons"]
            ));
        }
        found.sort();
        assert_eq!(
            found,
            ["\"draft\" [\"mail_not_configured\"]", "\"issued\" []"]
        );
    })
    .await;
}
