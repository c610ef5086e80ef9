//! Drafts: computed anew, issued as they were seen, made void and billed again.

use ascent::{
    ids::InvoiceId,
    invoices::{load_invoice, waiting_drafts},
    recurring::RecurringDetails,
};
use serde_json::{Value, json};

use super::books::{Books, Linked, monthly, texts};
use crate::world::{User, on_each_engine};

async fn act(user: &User, id: &str, verb: &str, body: Value) -> crate::world::Answer {
    user.post(&format!("/api/v1/invoices/{id}/{verb}"), body)
        .await
}

fn id_of(invoice: &Value) -> String {
    invoice["id"].as_str().unwrap().to_owned()
}

fn missing() -> Linked {
    Linked {
        missing: true,
        ..Linked::default()
    }
}

fn bare() -> RecurringDetails {
    RecurringDetails {
        lines: Vec::new(),
        ..monthly()
    }
}

#[tokio::test]
async fn d25_a_first_draft_on_which_all_was_held_keeps_its_first_days() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let between = RecurringDetails {
            start_date: "2026-05-22".to_owned(),
            next_invoice_date: Some("2026-06-01".to_owned()),
            prorate_first: true,
            ..bare()
        };
        let recurring = books.recurring(&client, between).await;
        let gone = books.link(&recurring, missing()).await;
        books.run("2026-06-15").await;
        let id = id_of(&books.invoices().await[0]);
        books.found_again(gone).await;
        let again = act(&world.ours.owner, &id, "recalculate", json!({}))
            .await
            .json(200);
        // 5 × 22.20 for June, and 10 of the 31 days from 1 May.
        assert_eq!(
            texts(again["lines"].as_array().unwrap(), "/amount"),
            ["111.00", "35.81"]
        );
    })
    .await;
}

#[tokio::test]
async fn d27_a_draft_without_lines_or_changed_meanwhile_is_not_issued() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let owner = &world.ours.owner;
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let gone = books.link(&recurring, missing()).await;
        books.run("2026-06-15").await;
        let seen = books.invoices().await.remove(0);
        let id = id_of(&seen);
        let refused = act(owner, &id, "issue", json!({})).await;
        assert_eq!(refused.refusal(409), "nothing_to_issue");
        let asked = world
            .ours
            .browser
            .get(&format!("/invoices/{id}/issue"))
            .await;
        assert_eq!(asked.location(), format!("/invoices/{id}"));

        books.found_again(gone).await;
        let now = act(owner, &id, "recalculate", json!({})).await.json(200);
        let version = json!({ "version": seen["version"] });
        let stale = act(owner, &id, "issue", version).await;
        assert_eq!(stale.refusal(409), "changed_meanwhile");
        let path = format!("/invoices/{id}/issue?version={}", seen["version"]);
        world.ours.browser.submit(&path, &[]).await;
        assert_eq!(books.invoices().await[0]["status"], "draft");
        let version = json!({ "version": now["version"] });
        act(owner, &id, "issue", version).await.json(200);
    })
    .await;
}

#[tokio::test]
async fn d26_a_repaired_draft_still_waits_for_a_person() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let gone = books.link(&recurring, missing()).await;
        books.run("2026-06-15").await;
        let id = id_of(&books.invoices().await[0]);
        books.found_again(gone).await;
        let after = act(&world.ours.owner, &id, "recalculate", json!({}))
            .await
            .json(200);
        assert_eq!(
            (&after["needs_review"], &after["review_reasons"]),
            (&json!(true), &json!([]))
        );
        let waiting = waiting_drafts(&mut books.read().await).await.unwrap();
        assert_eq!(waiting[0].count, 1);
        let list = world
            .ours
            .browser
            .get("/invoices?status=review")
            .await
            .page();
        assert!(list.html().contains(&id));
    })
    .await;
}

#[tokio::test]
async fn d19_a_draft_in_the_clients_former_currency_is_not_recalculated() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let owner = &world.ours.owner;
        let client = books.client("Harbor Dental").await;
        let first = RecurringDetails {
            review_first: true,
            ..monthly()
        };
        let recurring = books.recurring(&client, first).await;
        books.run("2026-06-15").await;
        let id = id_of(&books.invoices().await[0]);
        owner
            .delete(&format!("/api/v1/recurring-invoices/{}", recurring.id))
            .await
            .json(200);
        let path = format!("/api/v1/clients/{}", client.id);
        owner
            .patch(&path, json!({ "currency": "EUR" }))
            .await
            .json(200);
        let refused = act(owner, &id, "recalculate", json!({})).await;
        assert_eq!(refused.refusal(409), "currency_changed");
        let unchanged = &books.invoices().await[0];
        assert_eq!(
            (&unchanged["currency"], &unchanged["total"]),
            (&json!("USD"), &json!("100.00"))
        );
    })
    .await;
}

#[tokio::test]
async fn d24_d27_the_period_of_a_void_invoice_is_billed_again_once() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let owner = &world.ours.owner;
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        books.link(&recurring, Linked::default()).await;
        books.run("2026-06-15").await;
        let id = id_of(&books.invoices().await[0]);
        let early = act(owner, &id, "rebill", json!({})).await;
        assert_eq!(early.refusal(409), "invoice_status");
        act(owner, &id, "void", json!({})).await.json(200);

        let page = world
            .ours
            .browser
            .get(&format!("/invoices/{id}/rebill"))
            .await
            .page();
        assert!(page.html().contains("Bill this period again?"));
        let both = [
            act(owner, &id, "rebill", json!({})),
            act(owner, &id, "rebill", json!({})),
        ];
        let [one, other] = both;
        let (one, other) = tokio::join!(one, other);
        let (made, refused) = if one.status == 201 {
            (one, other)
        } else {
            (other, one)
        };
        assert_eq!(refused.refusal(409), "period_billed");
        let draft = made.json(201);
        assert_eq!(
            (&draft["status"], &draft["total"]),
            (&json!("draft"), &json!("211.00"))
        );
        assert_eq!(draft["period"]["start"], "2026-06-01");
        assert_eq!(books.run("2026-06-15").await.created, 0);
        act(owner, draft["id"].as_str().unwrap(), "issue", json!({}))
            .await
            .json(200);
        // July is billed as ever.
        books.run("2026-07-01").await;
        assert_eq!(texts(&books.invoices().await, "/total"), ["211.00"; 3]);
        let events = owner
            .get("/api/v1/audit-events?action=invoice.rebilled")
            .await
            .json(200);
        assert_eq!(events["data"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn d23_a_recurring_invoice_that_ends_ends_its_links_and_its_draft_stays_whole() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let owner = &world.ours.owner;
        let client = books.client("Harbor Dental").await;
        let last = RecurringDetails {
            end_date: Some("2026-07-01".to_owned()),
            review_first: true,
            ..bare()
        };
        let recurring = books.recurring(&client, last).await;
        books.link(&recurring, Linked::default()).await;
        books.run("2026-06-15").await;
        let all = owner
            .get("/api/v1/integrations/pax8/subscriptions")
            .await
            .json(200);
        let now = &all["data"][0];
        assert_eq!(
            (&now["recurring_invoice"], &now["billing"]["state"]),
            (&Value::Null, &json!("not_linked"))
        );
        let events = owner
            .get("/api/v1/audit-events?action=recurring_invoice.ended")
            .await
            .json(200);
        assert_eq!(events["data"][0]["after"]["links_ended"], 1);
        let draft = id_of(&books.invoices().await[0]);
        let again = act(owner, &draft, "recalculate", json!({})).await.json(200);
        assert_eq!(again["total"], "111.00");

        // The same where a changed end date ends it.
        let other = books.recurring(&client, bare()).await;
        books.link(&other, Linked::default()).await;
        books.run("2026-06-15").await;
        let path = format!("/api/v1/recurring-invoices/{}", other.id);
        let changed = owner
            .patch(&path, json!({ "end_date": "2026-06-20" }))
            .await
            .json(200);
        assert_eq!(
            (&changed["status"], &changed["links_ended"]),
            (&json!("ended"), &json!(1))
        );
        assert_eq!(changed["linked_subscriptions"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn d7_a_line_says_since_when_its_quantity_stands_and_that_a_sync_confirmed_it() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        books.link(&recurring, Linked::default()).await;
        world.set_now("2026-07-01T12:00:00Z");
        books
            .pulled_at("2026-07-01T04:00:00Z".parse().unwrap())
            .await;
        books.run("2026-07-01").await;
        let invoice = books.invoices().await.pop().unwrap();
        let id = InvoiceId::parse(&id_of(&invoice)).unwrap();
        let stored = load_invoice(&mut books.read().await, id).await.unwrap();
        let sentences = stored.lines[0].explanation.sentences();
        let told =
            "The quantity of 5 is unchanged since 2026-06-15, confirmed by the sync of 2026-07-01.";
        assert!(sentences.iter().any(|it| it == told), "{sentences:?}");
    })
    .await;
}

#[tokio::test]
async fn d23_a_moved_invoice_date_bills_the_days_in_between_once_also_when_computed_anew() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let owner = &world.ours.owner;
        let client = books.client("Harbor Dental").await;
        let details = RecurringDetails {
            review_first: true,
            ..monthly()
        };
        let recurring = books.recurring(&client, details).await;
        books.link(&recurring, Linked::default()).await;
        books.run("2026-06-15").await;
        let path = format!("/api/v1/recurring-invoices/{}", recurring.id);
        let moved = json!({ "next_invoice_date": "2026-07-15" });
        owner.patch(&path, moved).await.json(200);
        books.run("2026-08-15").await;
        let invoices = books.invoices().await;
        let amounts = |invoice: &Value| texts(invoice["lines"].as_array().unwrap(), "/amount");
        // 2 × 50.00 for the month from 15 July, 14 of 30 days from 1 July, and July's term of the subscription.
        assert_eq!(amounts(&invoices[1]), ["100.00", "46.67", "111.00"]);
        assert_eq!(amounts(&invoices[2]), ["100.00", "111.00"]);
        let id = id_of(&invoices[1]);
        let again = act(owner, &id, "recalculate", json!({})).await.json(200);
        assert_eq!(again["lines"], invoices[1]["lines"]);
    })
    .await;
}
