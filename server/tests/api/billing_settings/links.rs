//! What billing gets to see of linked subscriptions.

use ascent::{
    ids::RecurringInvoiceId,
    organizations::load_organization,
    pax8::subscriptions::{end_links_of_recurring, linked_subscriptions, linked_summaries},
};
use serde_json::{Value, json};

use super::*;
use crate::world::on_each_engine;

/// A company mapped to a client with one monthly invoice that all its subscriptions feed; gives the company, the client,
/// the invoice and the subscriptions.
pub async fn linked(world: &World, sold: &[Sold]) -> (String, String, String, Vec<String>) {
    let owner = &world.ours.owner;
    connect(world, &world.ours).await;
    let (company, subscriptions) = add_estate(world, &world.ours, "Harbor", sold).await;
    let harbor = client(owner, json!({ "name": "Harbor" })).await;
    map(owner, &company, &harbor).await;
    let monthly = recurring(owner, &harbor, "monthly").await;
    for id in &subscriptions {
        let settings = json!({ "markup": { "type": "percentage", "value": "20" }, "recurring_invoice_id": monthly });
        save(owner, id, settings).await;
    }
    (company, harbor, monthly, subscriptions)
}

async fn billing_input(world: &World, invoice: &str) -> Vec<::billing::LinkedSubscription> {
    let mut tx = world.app.database.read(world.ours.id).await.unwrap();
    let id = RecurringInvoiceId::parse(invoice).unwrap();
    let zone = load_organization(&mut tx).await.unwrap().timezone;
    let linked = linked_subscriptions(&mut tx, &[id], &zone).await;
    linked.unwrap().remove(&id).unwrap_or_default()
}

#[tokio::test]
async fn s139_d26_the_rules_of_billing_get_everything_they_ask_for() {
    on_each_engine(async |world| {
        let missing = Sold {
            missing: true,
            ..YEARLY
        };
        let (_, _, invoice, sold) = linked(world, &[SEATS, missing]).await;
        let input = billing_input(world, &invoice).await;
        let ids: Vec<_> = input.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, [&*sold[1], &*sold[0]], "by product");
        let seats = &input[1];
        assert_eq!(seats.product, "Microsoft 365 Business Premium");
        assert_eq!(seats.quantity, Some(37.into()));
        assert_eq!(
            seats
                .bill_price(money::Currency::USD)
                .unwrap()
                .unit
                .to_string(),
            "22.20"
        );
        assert_eq!(seats.dates.start, Some("2026-01-01".parse().unwrap()));
        assert_eq!(seats.seen_at.as_deref(), Some("2026-06-15T12:00:00Z"));
        assert!(seats.sync_id.is_some() && seats.taxable);
        assert!(!seats.moved && !seats.product_changed && !seats.one_time_billed);
        assert_eq!(input[0].missing_since, Some("2026-06-15".parse().unwrap()));

        let mut tx = world.app.database.read(world.ours.id).await.unwrap();
        let id = RecurringInvoiceId::parse(&invoice).unwrap();
        let summaries = linked_summaries(&mut tx, id).await.unwrap();
        assert_eq!(summaries.len(), 2);
        assert_eq!(summaries[0].company_name.as_deref(), Some("Harbor"));
    })
    .await;
}

#[tokio::test]
async fn d22_d26_standing_says_what_the_next_invoice_will_say() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let sold = [
            SEATS,
            Sold {
                missing: true,
                ..SEATS
            },
            Sold {
                status: Some("Trial"),
                ..SEATS
            },
            Sold {
                status: Some("PendingManual"),
                ..SEATS
            },
            Sold {
                status: Some("PendingCancel"),
                end: Some("2026-07-15"),
                ..SEATS
            },
            Sold {
                quantity: None,
                ..SEATS
            },
            Sold {
                term: Some("5-Year"),
                ..SEATS
            },
            Sold {
                start: Some("2026-09-01"),
                ..SEATS
            },
            Sold {
                quantity: Some("0"),
                ..SEATS
            },
            Sold {
                price: None,
                partner_cost: None,
                ..SEATS
            },
        ];
        let (_, _, _, ids) = linked(world, &sold).await;
        let expected = [
            ("billable", None),
            ("held", Some("Not found in Pax8 since 2026-06-15.")),
            ("not_billable", Some("A trial is not billed.")),
            (
                "held",
                Some("The status in Pax8 is PendingManual although billing has started."),
            ),
            ("billable", None),
            ("held", Some("Pax8 gives no quantity.")),
            (
                "held",
                Some("The billing term in Pax8, “5-Year”, is not known here."),
            ),
            ("not_billable", Some("Billing starts on 2026-09-01.")),
            ("not_billable", Some("The quantity is zero.")),
            (
                "held",
                Some("Pax8 gives no cost or price, and no override is set."),
            ),
        ];
        for (id, (state, reason)) in ids.iter().zip(expected) {
            let billing = shown(owner, id).await["billing"].clone();
            assert_eq!(billing, json!({ "state": state, "reason": reason }));
        }
    })
    .await;
}

#[tokio::test]
async fn d26_data_older_than_two_days_is_held() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, _, _, sold) = linked(world, &[SEATS]).await;
        world.app.clock.set("2026-06-17T12:00:00Z".parse().unwrap());
        assert_eq!(shown(owner, &sold[0]).await["billing"]["state"], "billable");
        world.app.clock.set("2026-06-17T12:00:01Z".parse().unwrap());
        let billing = shown(owner, &sold[0]).await["billing"].clone();
        assert_eq!(
            billing,
            json!({ "state": "held", "reason": "The data from Pax8 is more than 48 hours old." })
        );
    })
    .await;
}

#[tokio::test]
async fn d23_a_paused_recurring_invoice_bills_nothing_and_that_is_told() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, _, invoice, sold) = linked(world, &[SEATS]).await;
        let path = format!("/api/v1/recurring-invoices/{invoice}/pause");
        owner.post(&path, json!({})).await.json(200);
        let billing = shown(owner, &sold[0]).await["billing"].clone();
        assert_eq!(
            billing,
            json!({ "state": "not_billable", "reason": "The recurring invoice “monthly services” is paused." })
        );
    })
    .await;
}

#[tokio::test]
async fn d22_a_price_that_is_paid_once_is_not_billable_any_more_once_it_was_billed() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let once = Sold {
            term: Some("One-Time"),
            ..SEATS
        };
        let (_, _, invoice, sold) = linked(world, &[once]).await;
        assert_eq!(shown(owner, &sold[0]).await["billing"]["state"], "billable");
        let run = owner
            .post("/api/v1/billing-runs", json!({ "as_of": "2026-07-01" }))
            .await;
        assert!(run.status.is_success(), "{}", run.text);
        let billing = shown(owner, &sold[0]).await["billing"].clone();
        assert_eq!(
            billing,
            json!({ "state": "not_billable", "reason": "Billed once already." })
        );
        assert!(billing_input(world, &invoice).await[0].one_time_billed);
    })
    .await;
}

#[tokio::test]
async fn d21_a_term_that_renews_later_is_billable_and_says_when() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, _, invoice, sold) = linked(world, &[YEARLY]).await;
        let saved = save(
            owner,
            &sold[0],
            json!({ "recurring_invoice_id": invoice, "charge": "on_renewal" }),
        )
        .await;
        assert_eq!(saved["charge"], "on_renewal");
        assert_eq!(
            saved["billing"],
            json!({ "state": "billable", "reason": "Renews on 2027-03-01." })
        );
    })
    .await;
}

#[tokio::test]
async fn d14_d26_a_subscription_that_moved_is_held_until_a_person_looks_and_then_its_old_link_ends()
{
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, _, invoice, sold) = linked(world, &[SEATS]).await;
        let (other, _) = add_estate(world, &world.ours, "Other", &[]).await;
        let others = client(owner, json!({ "name": "Other" })).await;
        map(owner, &other, &others).await;
        execute(world, &MOVE, args![sold[0].as_str(), other.as_str()]).await;

        let billing = shown(owner, &sold[0]).await["billing"].clone();
        assert_eq!(
            billing,
            json!({ "state": "held", "reason": "Moved to another company in Pax8." })
        );
        assert!(billing_input(world, &invoice).await[0].moved);
        // Even with the mark gone, an old client does not pay for a new one.
        execute(world, &SET_ATTENTION, args![sold[0].as_str(), None::<&str>]).await;
        assert!(billing_input(world, &invoice).await[0].moved);
        let unmarked = shown(owner, &sold[0]).await;
        assert_eq!(unmarked["billing"]["state"], "held");
        assert_eq!(
            unmarked["to_accept"]["change"], "moved",
            "and it can be decided"
        );

        execute(world, &SET_ATTENTION, args![sold[0].as_str(), "moved"]).await;
        assert_eq!(accept(world, &sold[0]).await["link_ended"], true);
        let (_, before, after) = latest_event(world, &sold[0]).await;
        assert_eq!(
            (&before["held"], &before["recurring_invoice_id"]),
            (&json!("moved"), &json!(invoice))
        );
        assert_eq!(after["recurring_invoice_id"], Value::Null);
        let subscription = shown(owner, &sold[0]).await;
        assert_eq!(subscription["recurring_invoice"], Value::Null);
        assert_eq!(subscription["markup"]["value"], "20");
        assert!(billing_input(world, &invoice).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn d26_linking_anew_is_a_look_too() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, harbor, _, sold) = linked(world, &[SEATS]).await;
        execute(
            world,
            &SET_ATTENTION,
            args![sold[0].as_str(), "product_changed"],
        )
        .await;
        let other = recurring(owner, &harbor, "quarterly").await;
        let saved = save(owner, &sold[0], json!({ "recurring_invoice_id": other })).await;
        assert_eq!(saved["billing"]["state"], "billable");
        assert_eq!(warnings(&saved), ["term_differs"]);
        assert_eq!(shown(owner, &sold[0]).await["billing"]["state"], "billable");
        execute(
            world,
            &SET_ATTENTION,
            args![sold[0].as_str(), "product_changed"],
        )
        .await;
        let priced = json!({ "override_price": "20", "recurring_invoice_id": other });
        assert_eq!(
            save(owner, &sold[0], priced).await["billing"]["state"],
            "held",
            "a price is no look"
        );
    })
    .await;
}

#[tokio::test]
async fn d26_a_changed_product_is_held_until_a_person_accepts_it() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, _, invoice, sold) = linked(world, &[SEATS]).await;
        execute(
            world,
            &SET_ATTENTION,
            args![sold[0].as_str(), "product_changed"],
        )
        .await;
        let billing = shown(owner, &sold[0]).await["billing"].clone();
        assert_eq!(
            billing,
            json!({ "state": "held", "reason": "The product changed in Pax8." })
        );
        let seen = shown(owner, &sold[0]).await["to_accept"].clone();
        assert_eq!(accept(world, &sold[0]).await["link_ended"], false);
        let subscription = shown(owner, &sold[0]).await;
        assert_eq!(subscription["to_accept"], Value::Null);
        assert_eq!(subscription["recurring_invoice"]["id"], invoice);
        assert_eq!(subscription["billing"]["state"], "billable");
        let (action, before, _) = latest_event(world, &sold[0]).await;
        assert_eq!(
            (action.as_str(), &before["held"]),
            (
                "pax8_subscription.change_accepted",
                &json!("product_changed")
            )
        );
        let events = count_events(world).await;
        let again = owner.post(&accept_path(&sold[0]), seen).await;
        assert_eq!(again.refusal(409), "changed_meanwhile");
        assert_eq!(
            count_events(world).await,
            events,
            "there was nothing to accept"
        );
    })
    .await;
}

#[tokio::test]
async fn the_links_of_a_recurring_invoice_end_together() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, _, invoice, sold) = linked(world, &[SEATS, YEARLY]).await;
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        let id = RecurringInvoiceId::parse(&invoice).unwrap();
        assert_eq!(end_links_of_recurring(&mut tx, id).await.unwrap(), 2);
        tx.commit().await.unwrap();
        for id in &sold {
            let subscription = shown(owner, id).await;
            assert_eq!(subscription["recurring_invoice"], Value::Null);
            assert_eq!(
                subscription["version"], 2,
                "a form that was open meanwhile is stale"
            );
            assert_eq!(subscription["markup"]["value"], "20");
        }
    })
    .await;
}
