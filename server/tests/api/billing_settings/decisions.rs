//! What holds a subscription until a person decides, and the decision.

use serde_json::{Value, json};

use super::{links::linked, *};
use crate::world::on_each_engine;

db::statements! {
    org SET_SEEN = "update pax8_subscription set seen_sync_id = $3 where organization_id = $1 and id = $2";
}

const PENDING: Sold = Sold {
    status: Some("PendingManual"),
    ..SEATS
};

async fn run(world: &World, as_of: &str) -> Vec<Value> {
    let owner = &world.ours.owner;
    let body = json!({ "as_of": as_of });
    let run = owner.post("/api/v1/billing-runs", body).await;
    assert!(run.status.is_success(), "{}", run.text);
    let list = owner.get("/api/v1/invoices?limit=200").await.json(200);
    list["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn d8_d22_a_status_that_is_pending_or_unknown_is_billed_once_somebody_decides_so() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let strange = Sold {
            status: Some("Reticulating"),
            ..SEATS
        };
        let never_told = Sold {
            status: None,
            ..SEATS
        };
        let (.., sold) = linked(world, &[PENDING, strange, never_told]).await;
        for id in &sold {
            let before = shown(owner, id).await;
            assert_eq!(before["billing"]["state"], "held");
            assert_eq!(before["to_accept"]["change"], "status");
            let after = accept(world, id).await;
            assert_eq!(
                after["billing"],
                json!({ "state": "billable", "reason": null })
            );
            assert_eq!(after["to_accept"], Value::Null);
            assert_eq!(after["markup"]["value"], "20", "nothing else changes");
            let (action, held, decided) = latest_event(world, id).await;
            assert_eq!(action, "pax8_subscription.change_accepted");
            assert_eq!(held["held"], "status");
            assert_eq!(
                decided["billed_in_status"],
                json!(before["status"].as_str().unwrap_or_default())
            );
        }
        let invoices = run(world, "2026-07-01").await;
        assert_eq!(invoices[0]["status"], "issued");
        // Three times 37 × 22.20.
        assert_eq!(invoices[0]["total"], "2464.20");
    })
    .await;
}

#[tokio::test]
async fn d22_a_decision_about_a_status_ends_with_the_link_it_was_made_for() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, _, invoice, sold) = linked(world, &[PENDING]).await;
        accept(world, &sold[0]).await;
        let priced = json!({ "override_price": "30", "recurring_invoice_id": invoice });
        let saved = save(owner, &sold[0], priced).await;
        assert_eq!(
            saved["billing"]["state"], "billable",
            "a price leaves it alone"
        );
        save(owner, &sold[0], json!({ "recurring_invoice_id": null })).await;
        let again = json!({ "recurring_invoice_id": invoice });
        assert_eq!(
            save(owner, &sold[0], again).await["billing"]["state"],
            "held"
        );
    })
    .await;
}

#[tokio::test]
async fn d26_nobody_accepts_what_they_did_not_see() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (.., sold) = linked(world, &[SEATS]).await;
        let id = sold[0].as_str();
        let path = accept_path(id);
        execute(world, &SET_ATTENTION, args![id, "product_changed"]).await;
        let seen = shown(owner, id).await["to_accept"].clone();

        let other = json!({ "change": "moved", "seen_sync_id": seen["seen_sync_id"] });
        assert_eq!(
            owner.post(&path, other).await.refusal(409),
            "changed_meanwhile"
        );
        // Pax8 told something else meanwhile.
        execute(world, &SET_SEEN, args![id, SyncId::new()]).await;
        let late = owner.post(&path, seen.clone()).await;
        assert_eq!(late.refusal(409), "changed_meanwhile");
        assert_eq!(shown(owner, id).await["billing"]["state"], "held");
        assert_eq!(count_events_about(world, id).await, 1, "the link alone");

        let theirs = world.theirs.owner.post(&path, seen).await;
        assert_eq!(theirs.refusal(404), "not_found");
        accept(world, id).await;
        assert_eq!(shown(owner, id).await["billing"]["state"], "billable");
    })
    .await;
}

async fn count_events_about(world: &World, subject: &str) -> usize {
    let path = format!("/api/v1/audit-events?subject_id={subject}&limit=200");
    let list = world.ours.owner.get(&path).await.json(200);
    let events = list["data"].as_array().unwrap().iter();
    events
        .filter(|it| it["subject"]["id"] == subject || it["subject_id"] == subject)
        .count()
}

/// The list narrows in SQL before it judges, and the dashboard counts; neither may miss one.
#[tokio::test]
async fn d26_whatever_holds_a_subscription_it_is_listed_and_counted_as_held() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let held = [
            Sold {
                missing: true,
                ..SEATS
            },
            PENDING,
            Sold {
                status: Some("Reticulating"),
                ..SEATS
            },
            Sold {
                status: None,
                ..SEATS
            },
            Sold {
                term: Some("5-Year"),
                ..SEATS
            },
            Sold {
                term: None,
                ..SEATS
            },
            Sold {
                quantity: None,
                ..SEATS
            },
            Sold {
                quantity: Some("-1"),
                ..SEATS
            },
            Sold {
                quantity: Some("999999999999999"),
                partner_cost: Some("999999999"),
                ..SEATS
            },
            Sold {
                price: None,
                partner_cost: None,
                ..SEATS
            },
            Sold {
                partner_cost: Some("-1"),
                ..SEATS
            },
            Sold {
                currency: None,
                ..SEATS
            },
            Sold {
                currency: Some("EUR"),
                ..SEATS
            },
            Sold {
                start: None,
                ..YEARLY
            },
            Sold {
                term: Some("One-Time"),
                start: None,
                ..SEATS
            },
        ];
        let others = [
            SEATS,
            YEARLY,
            Sold {
                status: Some(" activated"),
                ..SEATS
            },
            Sold {
                status: Some("Trial"),
                ..SEATS
            },
            Sold {
                currency: Some("usd"),
                ..SEATS
            },
        ];
        let (.., ids) = linked(world, &[&held[..], &others[..]].concat()).await;
        execute(
            world,
            &SET_ATTENTION,
            args![ids[held.len()].as_str(), "product_changed"],
        )
        .await;
        let mut expected = Vec::new();
        for id in &ids {
            if shown(owner, id).await["billing"]["state"] == "held" {
                expected.push(id.clone());
            }
        }
        assert_eq!(expected, ids[..=held.len()], "each of these is held");
        let path = "/api/v1/integrations/pax8/subscriptions?billing=held&limit=200";
        let mut listed = column(&owner.get(path).await.json(200), "/id");
        listed.sort();
        expected.sort();
        assert_eq!(listed, expected);

        let page = world.ours.browser.get("/").await.page();
        let told = crate::client_pages::texts(&page, "section[aria-labelledby=decide] a");
        for line in [
            "1 linked subscription missing from Pax8",
            "1 linked subscription moved or changed product",
            "3 linked subscriptions pending or in an unknown status",
            "2 linked subscriptions without a price or quantity",
            "9 linked subscriptions with a term, date, currency or amount that cannot be billed",
        ] {
            assert!(told.iter().any(|it| it == line), "{line}: {told:?}");
        }
        let theirs = world.theirs.browser.get("/").await;
        assert!(!theirs.text.contains("linked subscription"));
    })
    .await;
}

#[tokio::test]
async fn s139_d22_what_is_billed_by_decision_counts_in_the_months_revenue() {
    on_each_engine(async |world| {
        let (.., sold) = linked(world, &[PENDING]).await;
        let revenue = async || {
            let page = world.ours.browser.get("/").await.page();
            crate::client_pages::texts(&page, ".stat dd:nth-of-type(1)")
        };
        assert_eq!(revenue().await, Vec::<String>::new());
        accept(world, &sold[0]).await;
        // 37 × 22.20 and 37 × 18.50.
        assert_eq!(revenue().await, ["$821.40", "$684.50", "$136.90"]);
    })
    .await;
}

#[tokio::test]
async fn every_status_that_bills_is_found_where_it_feeds_no_invoice() {
    on_each_engine(async |world| {
        let statuses = ["Activated", "Active", "PendingCancel", "Cancelled", "Trial"];
        let sold = statuses.map(|status| Sold {
            status: Some(status),
            product: Some(status),
            ..SEATS
        });
        add_estate(world, &world.ours, "Harbor", &sold).await;
        let browser = &world.ours.browser;
        let path = "/admin/integrations/pax8/subscriptions?show=not_linked";
        let page = browser.get(path).await.page();
        let rows = crate::client_pages::texts(&page, "tbody tr th");
        assert_eq!(rows.len(), 3, "{rows:?}");
        for (row, status) in rows.iter().zip(statuses) {
            assert!(row.starts_with(status), "{rows:?}");
        }
        let page = browser.get("/").await.page();
        let told = crate::client_pages::texts(&page, "section[aria-labelledby=decide] a");
        assert!(
            told.contains(&"3 subscriptions not linked".to_owned()),
            "{told:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn d26_only_what_stays_as_it_is_can_be_billed_once() {
    on_each_engine(async |world| {
        let missing = Sold {
            missing: true,
            ..SEATS
        };
        let (_, _, _, sold) = linked(world, &[missing]).await;
        let owner = &world.ours.owner;
        let id = sold[0].to_string();
        let mut seen = shown(owner, &id).await["to_accept"].clone();
        assert_eq!(seen["change"], "missing");
        seen["bill"] = json!("twice");
        owner
            .post(&accept_path(&id), seen.clone())
            .await
            .refusal(422);
        seen["bill"] = json!("once");
        let after = owner.post(&accept_path(&id), seen).await.json(200);
        assert_eq!(after["billing"]["state"], "billable", "{after}");
    })
    .await;
}
