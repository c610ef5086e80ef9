//! Subscriptions as they are listed.

use serde_json::{Value, json};

use super::*;
use crate::world::on_each_engine;

const PATH: &str = "/api/v1/integrations/pax8/subscriptions";

#[tokio::test]
async fn s84_s103_s104_s105_s106_s115_a_subscription_shows_what_pax8_says() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (company, sold) = add_estate(world, &world.ours, "Harbor", &[SEATS, YEARLY]).await;
        let path = format!("/api/v1/integrations/pax8/companies/{company}/subscriptions");
        let list = owner.get(&path).await.json(200);
        assert_eq!(column(&list, "/id"), [&*sold[1], &*sold[0]], "by product");
        let seats = &list["data"][1];
        assert_eq!(seats["pax8_id"], pax8_id(&sold[0]));
        assert_eq!(seats["company_id"], company);
        assert_eq!(
            seats["product"],
            json!({ "id": "product of Microsoft 365 Business Premium", "name": "Microsoft 365 Business Premium",
                "vendor": "Microsoft", "sku": "CFQ7TTC0LCHC-0002" })
        );
        for (field, value) in [
            ("quantity", json!("37")),
            ("billing_term", json!("Monthly")),
            ("commitment", Value::Null),
            ("currency", json!("USD")),
            ("price", json!("22.00")),
            ("partner_cost", json!("18.50")),
            ("cost", json!({ "amount": "18.50", "basis": "partner" })),
            ("markup", Value::Null),
            ("override_price", Value::Null),
            ("bill_price", json!("18.50")),
            ("monthly_total", json!("684.50")),
            ("monthly_margin", json!("0.00")),
            ("recurring_invoice", Value::Null),
            ("charge", json!("spread")),
            ("status", json!("Active")),
            ("start_date", json!("2026-01-01")),
            ("end_date", Value::Null),
            ("billing_start", json!("2026-01-01")),
            ("missing_since", Value::Null),
            ("billing", json!({ "state": "not_linked", "reason": null })),
        ] {
            assert_eq!(seats[field], value, "{field}");
        }
        let yearly = &list["data"][0];
        assert_eq!(yearly["product"]["sku"], Value::Null);
        assert_eq!(yearly["commitment"], json!({ "term": "1-Year", "end_date": "2027-02-28" }));
        assert_eq!(yearly["monthly_total"], "113.40", "a twelfth");
    })
    .await;
}

#[tokio::test]
async fn d7_what_pax8_did_not_give_is_null_and_zero_is_zero() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let nothing = Sold {
            product: None,
            vendor: None,
            sku: None,
            quantity: None,
            term: None,
            currency: None,
            price: None,
            partner_cost: None,
            status: None,
            start: None,
            ..SEATS
        };
        let zero = Sold {
            quantity: Some("0"),
            price: Some("0"),
            partner_cost: None,
            ..SEATS
        };
        let (_, sold) = add_estate(world, &world.ours, "Harbor", &[nothing, zero]).await;
        let nothing = shown(owner, &sold[0]).await;
        for field in [
            "quantity",
            "billing_term",
            "currency",
            "price",
            "partner_cost",
            "cost",
            "bill_price",
            "monthly_total",
            "monthly_margin",
            "status",
            "start_date",
            "billing_start",
        ] {
            assert_eq!(nothing[field], Value::Null, "{field}");
        }
        let zero = shown(owner, &sold[1]).await;
        assert_eq!(zero["quantity"], "0");
        assert_eq!(zero["cost"], json!({ "amount": "0.00", "basis": "retail" }));
        assert_eq!(zero["monthly_total"], "0.00");
    })
    .await;
}

#[tokio::test]
async fn s85_s86_s87_s88_s107_s108_s145_s155_the_cost_says_what_it_is() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let retail = Sold {
            partner_cost: None,
            price: Some("20"),
            ..SEATS
        };
        let free = Sold {
            partner_cost: Some("0"),
            ..SEATS
        };
        let (company, sold) =
            add_estate(world, &world.ours, "Harbor", &[SEATS, retail, free]).await;
        map(
            owner,
            &company,
            &client(owner, json!({ "name": "Harbor" })).await,
        )
        .await;
        let percent = json!({ "markup": { "type": "percentage", "value": "20" } });
        for (id, amount, basis, price) in [
            (&sold[0], "18.50", "partner", "22.20"),
            (&sold[1], "20.00", "retail", "24.00"),
            (&sold[2], "0.00", "partner", "0.00"),
        ] {
            save(owner, id, percent.clone()).await;
            let subscription = shown(owner, id).await;
            assert_eq!(
                subscription["cost"],
                json!({ "amount": amount, "basis": basis })
            );
            assert_eq!(subscription["bill_price"], price);
        }
    })
    .await;
}

#[tokio::test]
async fn s118_s120_s121_subscriptions_are_filtered_by_status() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let status = |status| Sold {
            status: Some(status),
            ..SEATS
        };
        let all = [
            status("Active"),
            status("Cancelled"),
            status("SomethingNew"),
            status("Active"),
        ];
        let (company, _) = add_estate(world, &world.ours, "Harbor", &all).await;
        let path = format!("/api/v1/integrations/pax8/companies/{company}/subscriptions");
        for (query, count) in [
            ("", 4),
            ("?status=Active", 2),
            ("?status=cancelled", 1),
            ("?status=SomethingNew", 1),
            ("?status=Trial", 0),
        ] {
            let list = owner.get(&format!("{path}{query}")).await.json(200);
            assert_eq!(column(&list, "/status").len(), count, "{query}");
        }
        let mut tx = world.app.database.read(world.ours.id).await.unwrap();
        let present = ascent::pax8::subscriptions::statuses_present(&mut tx)
            .await
            .unwrap();
        assert_eq!(present, ["Active", "Cancelled", "SomethingNew"]);
    })
    .await;
}

#[tokio::test]
async fn subscriptions_of_all_companies_are_searched_filtered_and_paged() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        connect(world, &world.ours).await;
        let cancelled = Sold {
            status: Some("Cancelled"),
            end: Some("2026-06-01"),
            ..SEATS
        };
        let unknown = Sold {
            status: Some("SomethingNew"),
            ..SEATS
        };
        let (company, sold) = add_estate(
            world,
            &world.ours,
            "Harbor",
            &[SEATS, cancelled, unknown, YEARLY],
        )
        .await;
        let (other, _) = add_estate(world, &world.ours, "Granite", &[SEATS]).await;
        let harbor = client(owner, json!({ "name": "Harbor" })).await;
        map(owner, &company, &harbor).await;
        let monthly = recurring(owner, &harbor, "monthly").await;
        for id in &sold[..3] {
            save(owner, id, json!({ "recurring_invoice_id": monthly })).await;
        }
        let count = async |query: &str| {
            let list = owner.get(&format!("{PATH}?{query}")).await.json(200);
            column(&list, "/id").len()
        };
        assert_eq!(count("").await, 5);
        assert_eq!(count("q=acrobat").await, 1);
        assert_eq!(count("q=MICROSOFT").await, 4);
        assert_eq!(count("q=granite").await, 1);
        assert_eq!(count("q=cfq7").await, 4);
        assert_eq!(count(&format!("company_id={other}")).await, 1);
        assert_eq!(count("linked=true").await, 3);
        assert_eq!(count("linked=false").await, 2);
        for (state, id) in [("billable", 0), ("not_billable", 1), ("held", 2)] {
            let list = owner
                .get(&format!("{PATH}?billing={state}"))
                .await
                .json(200);
            assert_eq!(column(&list, "/id"), [&*sold[id]], "{state}");
        }
        assert_eq!(count("billing=not_linked").await, 2);
        assert_eq!(count("billing=not_linked&linked=true").await, 0);
        assert_eq!(count("billing=held&q=acrobat").await, 0);

        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let list = owner
                .get(&format!("{PATH}?limit=2{cursor}"))
                .await
                .json(200);
            seen.extend(column(&list, "/id"));
            let Some(next) = list["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 5);
        let list = owner
            .get(&format!("{PATH}?billing=not_linked&limit=1"))
            .await
            .json(200);
        assert!(list["next_cursor"].is_string());
        for query in ["linked=perhaps", "billing=odd", "limit=0", "cursor=x"] {
            assert_eq!(
                owner.get(&format!("{PATH}?{query}")).await.refusal(422),
                "invalid_fields"
            );
        }
        assert_eq!(
            owner
                .get(&format!("{PATH}?company_id=x"))
                .await
                .refusal(404),
            "not_found"
        );
    })
    .await;
}

#[tokio::test]
async fn d9_the_history_of_a_subscription_is_told_latest_first() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, sold) = add_estate(world, &world.ours, "Harbor", &[SEATS, SEATS]).await;
        let sync = SyncId::new();
        let mut rows = Vec::new();
        for (subscription, before, after) in [(0, "30", "35"), (0, "35", "37"), (1, "1", "2")] {
            rows.push(args![
                ascent::ids::ChangeId::new(),
                sync,
                world.app.clock.now(),
                "subscription",
                pax8_id(&sold[subscription]),
                "quantity",
                before,
                after
            ]);
        }
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.bulk(&INSERT_CHANGE, rows).await.unwrap();
        tx.commit().await.unwrap();
        let path = billing_path(&sold[0]).replace("/billing", "/history");
        let list = owner.get(&path).await.json(200);
        assert_eq!(column(&list, "/after"), ["37", "35"]);
        let latest = &list["data"][0];
        assert_eq!(latest["field"], "quantity");
        assert_eq!(latest["before"], "35");
        assert_eq!(latest["sync_id"], sync.to_string());
        assert_eq!(latest["at"], "2026-06-15T12:00:00Z");
        let first = owner.get(&format!("{path}?limit=1")).await.json(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = owner
            .get(&format!("{path}?limit=1&cursor={cursor}"))
            .await
            .json(200);
        assert_eq!(column(&second, "/after"), ["35"]);
        assert_eq!(second["next_cursor"], Value::Null);
    })
    .await;
}
