//! The pages: sending, issuing and sending, and what to do about what was not sent.

use serde_json::json;

use super::{deliveries, id_of, issued, send};
use crate::{
    billing::books::{Books, monthly, texts},
    post::How,
    world::with_mail,
};

#[tokio::test]
async fn a_question_names_the_address_before_an_invoice_is_sent() {
    with_mail(async |world, post| {
        let id = issued(&Books::ours(world)).await;
        let browser = &world.ours.browser;
        let path = format!("/invoices/{id}/send");
        for question in [browser.get(&path).await, browser.script().get(&path).await] {
            assert!(
                question.text.contains("value=\"accounts@client.example\""),
                "{}",
                question.text
            );
            assert!(question.text.contains("Answers go to"), "{}", question.text);
        }
        let refused = browser.submit(&path, &[("to", "nobody at all")]).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text.contains("value=\"nobody at all\"") && refused.text.contains("to-error")
        );
        assert_eq!(browser.submit(&path, &[("to", "")]).await.status, 422);
        let sent = browser
            .submit(&path, &[("to", "boss@client.example")])
            .await;
        assert_eq!(sent.location(), format!("/invoices/{id}"));
        world.work().await;
        assert_eq!(post.taken()[0].to, ["boss@client.example"]);
        let page = browser.get(&format!("/invoices/{id}")).await.text;
        for told in ["boss@client.example", "Sent", "Send again"] {
            assert!(page.contains(told), "{told} is not in {page}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_issued_and_sent_in_one_step_or_not_at_all() {
    with_mail(async |world, post| {
        let books = Books::ours(world);
        let browser = &world.ours.browser;
        let details = ascent::recurring::RecurringDetails {
            review_first: true,
            ..monthly()
        };
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, details.clone()).await;
        let nobody = books
            .client_like(super::client_like("No Address", None))
            .await;
        books.recurring(&nobody, details).await;
        books.run("2026-06-15").await;
        let invoices = books.invoices().await;
        let path = |name: &str| {
            let invoice = invoices
                .iter()
                .find(|it| it["client"]["name"] == name)
                .unwrap();
            format!("/invoices/{}/issue-and-send", id_of(invoice))
        };
        let question = browser.get(&path("Harbor Dental")).await.text;
        assert!(
            question.contains("It goes to accounts@client.example by e-mail"),
            "{question}"
        );
        let stale = format!("{}?version=7", path("Harbor Dental"));
        browser.submit(&stale, &[]).await.location();
        assert_eq!(
            texts(&books.invoices().await, "/status"),
            ["draft", "draft"]
        );
        browser.submit(&path("Harbor Dental"), &[]).await.location();
        browser.submit(&path("No Address"), &[]).await.location();
        world.work().await;
        let mut statuses = texts(&books.invoices().await, "/status");
        statuses.sort();
        assert_eq!(statuses, ["draft", "issued"]);
        assert_eq!(post.taken().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_dashboard_leads_to_what_was_not_sent_until_somebody_settles_it() {
    with_mail(async |world, post| {
        let id = issued(&Books::ours(world)).await;
        let browser = &world.ours.browser;
        post.fail("END", How::Close);
        send(&world.ours.owner, &id, json!({})).await.json(202);
        assert!(!browser.get("/").await.text.contains("perhaps not sent"));
        world.work().await;
        let page = browser.get("/").await.text;
        assert!(
            page.contains("<a href=\"/deliveries\">1 invoice perhaps not sent</a>"),
            "{page}"
        );
        let listed = browser.get("/deliveries").await.text;
        for told in [
            "INV-0001",
            "Harbor Dental",
            "accounts@client.example",
            "Unknown",
        ] {
            assert!(listed.contains(told), "{told} is not in {listed}");
        }
        let failed = deliveries(world, &id).await.remove(0);
        let path = format!("/deliveries/{}/settle", id_of(&failed));
        assert!(
            browser
                .get(&format!("/invoices/{id}"))
                .await
                .text
                .contains(&path)
        );
        browser.submit(&path, &[]).await.location();
        assert!(!browser.get("/").await.text.contains("perhaps not sent"));
        assert_eq!(texts(&deliveries(world, &id).await, "/state"), ["sent"]);
        let path = format!("/api/v1/deliveries/{}/settle", id_of(&failed));
        assert_eq!(
            world.ours.owner.post(&path, json!({})).await.refusal(409),
            "delivery_sent"
        );
        world.work().await;
        assert_eq!(post.connections(), 1);
    })
    .await;
}
