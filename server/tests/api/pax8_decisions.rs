//! What a sync makes of people's decisions: it maps where it is asked to, and takes nothing away.

use axum::http::StatusCode;
use pax8_sandbox::demo;
use serde_json::{Value, json};

use crate::{
    clients::make_client,
    estate::PAX8,
    recurring::make_recurring,
    world::{World, on_each_engine},
};

async fn make_demo_clients(world: &World) {
    for client in demo::clients() {
        let body = json!({ "name": client.name, "account_reference": client.account_reference,
            "website": client.website, "email": client.email, "currency": client.currency });
        world
            .ours
            .owner
            .post("/api/v1/clients", body)
            .await
            .json(201);
    }
}

async fn company(world: &World, number: u32) -> Value {
    let path = format!(
        "{PAX8}/companies/{}",
        world.company_id(&demo::company_id(number))
    );
    world.ours.owner.get(&path).await.json(200)
}

/// Maps the company to a new client, prices one of its subscriptions and links it.
async fn price_and_link(world: &World, company: u32, subscription: u32) -> String {
    let owner = &world.ours.owner;
    let client = make_client(owner, "Harbor").await;
    let path = format!(
        "{PAX8}/companies/{}/mapping",
        world.company_id(&demo::company_id(company))
    );
    let answer = owner.put(&path, json!({ "client_id": client })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let invoice = make_recurring(owner, &client).await;
    let digest = ascent::ids::digest_of(
        world.ours.id,
        "subscription",
        &demo::subscription_id(subscription),
    );
    let id = ascent::ids::SubscriptionId::from_digest(digest);
    let body = json!({ "markup": { "type": "percentage", "value": "20" }, "override_price": null,
        "recurring_invoice_id": invoice });
    owner
        .put(&format!("{PAX8}/subscriptions/{id}/billing"), body)
        .await
        .json(200);
    invoice
}

#[tokio::test]
async fn s56_s57_s58_s59_s60_s99_a_sync_maps_what_is_unambiguous() {
    on_each_engine(async |world| {
        make_demo_clients(world).await;
        let sync = world.connect(&world.ours).await;
        assert!(sync["mapped"].as_u64().unwrap() >= 8, "{sync}");
        for (number, name) in [
            (1, "Lakeside Dental Care"),
            (3, "Hartwell Logistics"),
            (4, "Bluebird Bakery"),
        ] {
            let company = company(world, number).await;
            assert_eq!(
                (&company["client"]["name"], &company["mapped_by"]),
                (&json!(name), &json!("auto"))
            );
        }
        for number in [6, 7, 8] {
            let company = company(world, number).await;
            assert_eq!(
                (&company["client"], &company["match"]["outcome"]),
                (&json!(null), &json!("ambiguous"))
            );
        }
        assert_eq!(world.sync(&world.ours).await["mapped"], 0, "once");
    })
    .await;
}

#[tokio::test]
async fn s61_when_off_a_sync_maps_nothing() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        make_demo_clients(world).await;
        world
            .ours
            .owner
            .put(PAX8, json!({ "auto_map": false }))
            .await
            .json(200);
        assert_eq!(world.sync(&world.ours).await["mapped"], 0);
        let before = company(world, 1).await;
        assert_eq!(
            (&before["client"], &before["match"]["outcome"]),
            (&json!(null), &json!("unique"))
        );
        world
            .ours
            .owner
            .put(PAX8, json!({ "auto_map": true }))
            .await
            .json(200);
        assert!(world.sync(&world.ours).await["mapped"].as_u64().unwrap() >= 8);
        assert_eq!(company(world, 1).await["mapped_by"], "auto");
    })
    .await;
}

#[tokio::test]
async fn i4_i5_a_sync_keeps_mapping_markup_and_link() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let invoice = price_and_link(world, 1, 1).await;
        make_demo_clients(world).await;
        let id = demo::subscription_id(1);
        world
            .sandbox
            .sandbox()
            .estate()
            .set_partner_cost(&id, "20".parse().ok())
            .unwrap();
        world.sync(&world.ours).await;
        let stored = world.subscription(&id).await;
        assert_eq!(
            (stored["bill_price"].as_str(), stored["attention"].as_str()),
            ("24.00", "")
        );
        assert_eq!(world.prices().await, [[id, "20".to_owned(), invoice]]);
        let company = company(world, 1).await;
        assert_eq!(
            (&company["client"]["name"], &company["mapped_by"]),
            (&json!("Harbor"), &json!("manual"))
        );
    })
    .await;
}

#[tokio::test]
async fn s150_d34_a_mapping_and_a_link_are_gone_after_reconnecting() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let invoice = price_and_link(world, 1, 1).await;
        let id = demo::subscription_id(1);
        let price = |invoice: &str| [[id.clone(), "20".to_owned(), invoice.to_owned()]];
        assert_eq!(world.prices().await, price(&invoice));
        assert_eq!(company(world, 1).await["client"]["name"], "Harbor");

        let answer = world.ours.owner.delete(PAX8).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(world.prices().await, price(""));

        world.connect(&world.ours).await;
        let company = company(world, 1).await;
        assert_eq!(
            (&company["client"], &company["mapped_by"]),
            (&json!(null), &json!(null))
        );
        assert_eq!(world.prices().await, price(""));
        assert_eq!(world.subscription(&id).await["bill_price"], "22.18");
    })
    .await;
}

#[tokio::test]
async fn d26_a_linked_subscription_that_moves_or_changes_product_waits_for_a_person() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let invoice = price_and_link(world, 1, 1).await;
        let estate = world.sandbox.sandbox().estate();
        let (linked, free) = (demo::subscription_id(1), demo::subscription_id(2));
        estate
            .change_product(&linked, &demo::product_id(2))
            .unwrap();
        estate.change_product(&free, &demo::product_id(2)).unwrap();
        let sync = world.sync(&world.ours).await;
        assert!(
            sync["warnings"]
                .to_string()
                .contains("1 subscription on recurring invoices"),
            "{sync}"
        );
        let stored = world.subscription(&linked).await;
        assert_eq!(stored["attention"], "product_changed");
        assert_eq!(stored["sku"], "MST-OFC-BST-C100");
        assert_eq!(world.subscription(&free).await["attention"], "");

        estate
            .move_subscription(&linked, &demo::company_id(2))
            .unwrap();
        let sync = world.sync(&world.ours).await;
        let stored = world.subscription(&linked).await;
        assert_eq!(stored["attention"], "moved");
        assert_eq!(stored["company_pax8_id"], demo::company_id(2));
        let changes = world.changes(&sync).await;
        assert_eq!(changes[0]["field"], "company");
        assert_eq!(changes[0]["after"], "Cedar & Stone Architects, LLC");
        assert_eq!(
            world.prices().await[0][2],
            invoice,
            "the link stays: it is held, not dropped"
        );
        world.sync(&world.ours).await;
        assert_eq!(world.subscription(&linked).await["attention"], "moved");
    })
    .await;
}
