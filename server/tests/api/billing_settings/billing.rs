//! Configure Billing: markup, override, link.

use ascent::{
    ids::SubscriptionId,
    pax8::subscriptions::{BillingDraft, MarkupDraft, load_subscription, preview_billing},
};
use serde_json::{Value, json};

use super::*;
use crate::{clients::refused, world::on_each_engine};

/// A company mapped to a client, with subscriptions; gives the client and the subscriptions.
async fn mapped(world: &World, sold: &[Sold]) -> (String, Vec<String>) {
    let owner = &world.ours.owner;
    connect(world, &world.ours).await;
    let (company, subscriptions) = add_estate(world, &world.ours, "Harbor", sold).await;
    let harbor = client(owner, json!({ "name": "Harbor" })).await;
    map(owner, &company, &harbor).await;
    (harbor, subscriptions)
}

const TEN: Sold = Sold {
    partner_cost: Some("10.00"),
    ..SEATS
};

#[tokio::test]
async fn s6_s7_s8_s109_s110_s111_s112_s130_s131_s133_s141_s142_s143_s144_the_price_rules_hold() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, sold) = mapped(world, &[TEN]).await;
        let percentage = json!({ "type": "percentage", "value": "20" });
        let fixed = json!({ "type": "fixed", "value": "5.00" });
        for (markup, price, bill_price) in [
            (Value::Null, Value::Null, "10.00"),
            (percentage.clone(), Value::Null, "12.00"),
            (fixed.clone(), Value::Null, "15.00"),
            (percentage.clone(), json!("11.50"), "11.50"),
            (Value::Null, json!("0"), "0.00"),
        ] {
            let settings = json!({ "markup": markup, "override_price": price });
            let saved = save(owner, &sold[0], settings).await;
            assert_eq!(saved["bill_price"], bill_price);
            assert_eq!(saved["markup"], markup);
            let mut shown = shown(owner, &sold[0]).await;
            shown["warnings"] = saved["warnings"].clone();
            assert_eq!(shown, saved, "what was answered is what is kept");
        }
    })
    .await;
}

#[tokio::test]
async fn i9_s132_s154_an_override_holds_a_price_and_clearing_it_brings_the_markup_back() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, sold) = mapped(world, &[TEN]).await;
        let markup = json!({ "type": "percentage", "value": "20" });
        let saved = save(
            owner,
            &sold[0],
            json!({ "markup": markup, "override_price": "13.37" }),
        )
        .await;
        assert_eq!(
            (&saved["bill_price"], &saved["override_price"]),
            (&json!("13.37"), &json!("13.37"))
        );
        let saved = save(
            owner,
            &sold[0],
            json!({ "markup": markup, "override_price": "" }),
        )
        .await;
        assert_eq!(
            (&saved["bill_price"], &saved["override_price"]),
            (&json!("12.00"), &Value::Null)
        );
        assert_eq!(
            stored_figures(world, &sold[0]).await,
            (Some("12.00".to_owned()), Some(44400), Some(37000), false)
        );
    })
    .await;
}

#[tokio::test]
async fn s122_saving_one_leaves_the_others_as_they_are() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, sold) = mapped(world, &[TEN, TEN]).await;
        let other = shown(owner, &sold[1]).await;
        save(owner, &sold[0], json!({ "override_price": "99" })).await;
        assert_eq!(shown(owner, &sold[1]).await, other);
    })
    .await;
}

#[tokio::test]
async fn s91_s124_i8_an_unmapped_company_has_no_billing() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, sold) = add_estate(world, &world.ours, "Harbor", &[TEN]).await;
        let answer = owner
            .put(&billing_path(&sold[0]), json!({ "override_price": "1" }))
            .await;
        assert_eq!(answer.refusal(422), "company_not_mapped");
        assert_eq!(shown(owner, &sold[0]).await["override_price"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn s9_s113_s114_s138_s140_i8_only_the_clients_own_recurring_invoice_is_linked() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (harbor, sold) = mapped(world, &[TEN]).await;
        let ours = recurring(owner, &harbor, "monthly").await;
        let stranger = client(owner, json!({ "name": "Stranger" })).await;
        let strangers = recurring(owner, &stranger, "monthly").await;
        let them = &world.theirs.owner;
        let their_client = client(them, json!({ "name": "Theirs" })).await;
        let theirs = recurring(them, &their_client, "monthly").await;
        let path = billing_path(&sold[0]);

        let saved = save(owner, &sold[0], json!({ "recurring_invoice_id": ours })).await;
        assert_eq!(
            saved["recurring_invoice"],
            json!({ "id": ours, "name": "monthly services" })
        );
        assert_eq!(
            saved["billing"],
            json!({ "state": "billable", "reason": null })
        );
        let answer = owner
            .put(&path, json!({ "recurring_invoice_id": strangers }))
            .await;
        assert_eq!(refused(&answer.json(422)), ["recurring_invoice_id"]);
        for id in [theirs.as_str(), "nothing"] {
            let answer = owner
                .put(&path, json!({ "recurring_invoice_id": id }))
                .await;
            assert_eq!(answer.refusal(404), "not_found");
        }
        assert_eq!(
            shown(owner, &sold[0]).await["recurring_invoice"]["id"],
            ours
        );

        let saved = save(owner, &sold[0], json!({})).await;
        assert_eq!(
            saved["recurring_invoice"],
            Value::Null,
            "what is absent is unlinked"
        );
        assert_eq!(saved["billing"]["state"], "not_linked");
    })
    .await;
}

#[tokio::test]
async fn d18_what_is_out_of_its_limits_is_refused_at_its_field() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, sold) = mapped(world, &[TEN]).await;
        let path = billing_path(&sold[0]);
        for (body, fields) in [
            (
                json!({ "markup": { "type": "percentage", "value": "-1" } }),
                vec!["markup.value"],
            ),
            (
                json!({ "markup": { "type": "percentage", "value": "1000.1" } }),
                vec!["markup.value"],
            ),
            (
                json!({ "markup": { "type": "margin", "value": "1" } }),
                vec!["markup.type"],
            ),
            (
                json!({ "markup": { "type": "fixed", "value": "" }, "override_price": "-0.01" }),
                vec!["markup.value", "override_price"],
            ),
            (
                json!({ "override_price": "1e3", "charge": "never" }),
                vec!["override_price", "charge"],
            ),
            (json!({ "overide_price": "1" }), vec!["overide_price"]),
        ] {
            let problem = owner.put(&path, body.clone()).await.json(422);
            assert_eq!(refused(&problem), fields, "{body}");
        }
        assert_eq!(shown(owner, &sold[0]).await["version"], 0);
    })
    .await;
}

#[tokio::test]
async fn d18_selling_below_cost_is_allowed_with_a_warning_and_a_mark() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, sold) = mapped(world, &[TEN]).await;
        let saved = save(owner, &sold[0], json!({ "override_price": "9.50" })).await;
        assert_eq!(warnings(&saved), ["below_cost"]);
        assert!(
            saved["warnings"][0]["message"]
                .as_str()
                .unwrap()
                .starts_with("Below cost by $0.50"),
            "{saved}"
        );
        assert_eq!(saved["monthly_margin"], "-18.50");
        assert!(stored_figures(world, &sold[0]).await.3);
        let saved = save(owner, &sold[0], json!({ "override_price": "10" })).await;
        assert!(warnings(&saved).is_empty());
        assert!(!stored_figures(world, &sold[0]).await.3);
    })
    .await;
}

#[tokio::test]
async fn d29_a_hand_made_line_for_the_same_product_is_warned_of() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (harbor, sold) = mapped(world, &[TEN]).await;
        let lines = json!([
            { "description": "Helpdesk", "quantity": "1", "unit_price": "100" },
            { "description": "Microsoft 365 business premium (37 seats)", "quantity": "37", "unit_price": "22" },
        ]);
        let invoice = recurring_with(owner, &harbor, "monthly", lines).await;
        let saved = save(owner, &sold[0], json!({ "recurring_invoice_id": invoice })).await;
        assert_eq!(warnings(&saved), ["possible_double_line"]);
        let saved = save(owner, &sold[0], json!({})).await;
        assert!(warnings(&saved).is_empty());
    })
    .await;
}

#[tokio::test]
async fn d19_another_currency_is_warned_of_and_held() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let euros = Sold {
            currency: Some("EUR"),
            ..TEN
        };
        let (harbor, sold) = mapped(world, &[euros]).await;
        let invoice = recurring(owner, &harbor, "monthly").await;
        let saved = save(owner, &sold[0], json!({ "recurring_invoice_id": invoice })).await;
        assert_eq!(warnings(&saved), ["wrong_currency"]);
        assert_eq!(saved["billing"]["state"], "held");
        assert_eq!(
            saved["billing"]["reason"],
            "The price in Pax8 is in EUR, not in the client's currency."
        );
        assert_eq!(
            (&saved["bill_price"], &saved["monthly_total"]),
            (&Value::Null, &Value::Null)
        );
    })
    .await;
}

#[tokio::test]
async fn settings_changed_by_somebody_else_meanwhile_are_a_conflict() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, sold) = mapped(world, &[TEN]).await;
        let path = billing_path(&sold[0]);
        let saved = save(
            owner,
            &sold[0],
            json!({ "override_price": "11", "version": 0 }),
        )
        .await;
        assert_eq!(saved["version"], 1);
        let stale = owner
            .put(&path, json!({ "override_price": "12", "version": 0 }))
            .await;
        assert_eq!(stale.refusal(409), "changed_meanwhile");
        assert_eq!(shown(owner, &sold[0]).await["override_price"], "11.00");
        let same = save(owner, &sold[0], json!({ "override_price": "11" })).await;
        assert_eq!(same["version"], 1, "nothing changed");
    })
    .await;
}

#[tokio::test]
async fn what_was_saved_is_audited_before_and_after() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (_, sold) = mapped(world, &[TEN]).await;
        save(
            owner,
            &sold[0],
            json!({ "markup": { "type": "fixed", "value": "5" } }),
        )
        .await;
        save(
            owner,
            &sold[0],
            json!({ "override_price": "11", "charge": "on_renewal" }),
        )
        .await;
        let (action, before, after) = latest_event(world, &sold[0]).await;
        assert_eq!(action, "pax8_subscription.billing_configured");
        assert_eq!(before["markup"], json!({ "type": "fixed", "value": "5" }));
        assert_eq!(after["markup"], Value::Null);
        assert_eq!(after["override_price"], "11");
        assert_eq!(after["charge"], "on_renewal");
        let events = count_events(world).await;
        let kept = save(owner, &sold[0], json!({ "override_price": "11" })).await;
        assert_eq!(kept["charge"], "on_renewal", "an absent charge stays");
        assert_eq!(count_events(world).await, events);
    })
    .await;
}

#[tokio::test]
async fn s134_s135_s136_i9_the_preview_is_what_saving_comes_to() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (harbor, sold) = mapped(world, &[YEARLY]).await;
        let monthly = recurring(owner, &harbor, "monthly").await;
        let draft = BillingDraft {
            markup: Some(MarkupDraft {
                kind: "percentage".to_owned(),
                value: "20".to_owned(),
            }),
            override_price: Some("220".to_owned()),
            recurring_invoice_id: Some(monthly.clone()),
            ..BillingDraft::default()
        };
        let mut tx = world.app.database.read(world.ours.id).await.unwrap();
        let id = SubscriptionId::parse(&sold[0]).unwrap();
        let subscription = load_subscription(&mut tx, id).await.unwrap();
        let preview = preview_billing(&mut tx, &subscription, &draft).await.unwrap();
        drop(tx);
        assert_eq!(shown(owner, &sold[0]).await["version"], 0, "nothing was saved");
        let codes: Vec<_> = preview.warnings.iter().map(|it| it.code).collect();
        assert_eq!(codes, ["below_cost", "term_differs"]);
        let sentences: Vec<_> = preview.charges.iter().map(|it| (it.sentence.as_str(), it.chosen)).collect();
        assert_eq!(
            sentences,
            [
                ("About $110.00 on each of 12 invoices; they add up to $1,320.00 exactly.", true),
                ("$1,320.00 on the invoice whose period contains 1 Mar 2027, nothing in between.", false),
            ]
        );

        let settings = json!({ "markup": { "type": "percentage", "value": "20" }, "override_price": "220",
            "recurring_invoice_id": monthly });
        let saved = save(owner, &sold[0], settings).await;
        let worth = preview.worth;
        assert_eq!(saved["bill_price"], worth.bill_price.unwrap().unit.to_string());
        assert_eq!(saved["monthly_total"], worth.monthly_revenue.unwrap().to_string());
        assert_eq!(saved["monthly_margin"], worth.monthly_margin().unwrap().to_string());
        assert_eq!(warnings(&saved), codes);
    })
    .await;
}
