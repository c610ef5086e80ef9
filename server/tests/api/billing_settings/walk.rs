//! Decisions and syncs together, against the sandbox.

use pax8_sandbox::demo;
use serde_json::{Value, json};

use super::*;
use crate::{estate::PAX8, world::on_each_engine};

/// The clients that an MSP would have beside the demo's estate; gives their ids by name.
async fn add_demo_clients(world: &World) -> std::collections::HashMap<&'static str, String> {
    let mut ids = std::collections::HashMap::new();
    for it in demo::clients() {
        let given = json!({ "name": it.name, "account_reference": it.account_reference, "website": it.website,
            "email": it.email, "currency": it.currency });
        ids.insert(it.name, client(&world.ours.owner, given).await);
    }
    ids
}

#[tokio::test]
async fn s5_s56_s60_s99_the_first_sync_maps_the_demos_companies_as_it_promises() {
    on_each_engine(async |world| {
        add_demo_clients(world).await;
        world.connect(&world.ours).await;
        let path = format!("{PAX8}/companies?limit=200");
        let list = world.ours.owner.get(&path).await.json(200);
        let shown = |number| {
            let id = world.company_id(&demo::company_id(number));
            let rows = list["data"].as_array().unwrap().iter();
            rows.clone().find(|row| row["id"] == id).unwrap()
        };
        for (number, client, reasons) in [
            (1, "Lakeside Dental Care", json!(["reference"])),
            (
                2,
                "Cedar & Stone Architects",
                json!(["reference", "name", "domain"]),
            ),
            (3, "Hartwell Logistics", json!(["name"])),
            (4, "Bluebird Bakery", json!(["domain"])),
            (5, "Café Söhne & Partner", json!(["name", "domain"])),
            (
                13,
                "Northwind Freight",
                json!(["reference", "name", "domain"]),
            ),
        ] {
            let company = shown(number);
            assert_eq!(company["client"]["name"], client);
            assert_eq!(company["mapped_by"], "auto");
            assert_eq!(
                company["match"]["candidates"][0]["reasons"], reasons,
                "{client}"
            );
        }
        for number in [6, 7, 8] {
            let company = shown(number);
            assert_eq!(
                (&company["client"], &company["match"]["outcome"]),
                (&Value::Null, &json!("ambiguous"))
            );
        }
        assert_eq!(shown(9)["match"]["outcome"], "none");
    })
    .await;
}

#[tokio::test]
async fn i4_s154_a_sync_keeps_every_decision_and_an_override_holds_its_price() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let clients = add_demo_clients(world).await;
        world.connect(&world.ours).await;
        let company = world.company_id(&demo::company_id(3));
        let invoice = recurring(owner, &clients["Hartwell Logistics"], "monthly").await;
        let path = format!("{PAX8}/companies/{company}/subscriptions?status=Active");
        let list = owner.get(&path).await.json(200);
        let pax8_ids = column(&list, "/pax8_id");
        let ids = column(&list, "/id");
        let markup = json!({ "markup": { "type": "percentage", "value": "20" }, "recurring_invoice_id": invoice });
        save(owner, &ids[0], markup.clone()).await;
        let price = json!({ "markup": markup["markup"], "override_price": "15.00", "recurring_invoice_id": invoice });
        save(owner, &ids[1], price).await;

        let estate = world.sandbox.sandbox().estate();
        for id in &pax8_ids[..2] {
            estate.set_partner_cost(id, Some("10.00".parse().unwrap())).unwrap();
            estate.set_quantity(id, 50.into()).unwrap();
        }
        world.sync(&world.ours).await;
        let list = owner.get(&path).await.json(200);
        for (id, bill_price, total) in [(&ids[0], "12.00", "600.00"), (&ids[1], "15.00", "750.00")] {
            let rows = list["data"].as_array().unwrap();
            let subscription = rows.iter().find(|row| row["id"] == **id).unwrap();
            assert_eq!(subscription["markup"], markup["markup"]);
            assert_eq!(subscription["bill_price"], bill_price);
            assert_eq!(subscription["monthly_total"], total);
            assert_eq!(subscription["recurring_invoice"]["id"], invoice);
            let (stored, revenue, ..) = stored_figures(world, id).await;
            assert_eq!(stored.as_deref(), Some(bill_price));
            assert_eq!(revenue.map(|minor| money::Amount::from_minor(minor, money::Currency::USD).to_string()).as_deref(), Some(total));
        }
        assert_eq!(shown_company(owner, &company).await["mapped_by"], "auto");
    })
    .await;
}

#[tokio::test]
async fn i5_s61_the_setting_and_a_persons_mapping_survive_every_sync() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let clients = add_demo_clients(world).await;
        world.connect(&world.ours).await;
        let company = world.company_id(&demo::company_id(3));
        let mapping = format!("{PAX8}/companies/{company}/mapping");
        owner.delete(&mapping).await.json(200);
        world.sync(&world.ours).await;
        assert_eq!(shown_company(owner, &company).await["client"], Value::Null);
        map(owner, &company, &clients["Pine Street Pharmacy"]).await;
        world.sync(&world.ours).await;
        let kept = shown_company(owner, &company).await;
        assert_eq!(kept["client"]["name"], "Pine Street Pharmacy");
        assert_eq!(kept["mapped_by"], "manual");

        owner
            .put(PAX8, json!({ "auto_map": false }))
            .await
            .json(200);
        assert_eq!(owner.get(PAX8).await.json(200)["auto_map"], false);
        owner.delete(&mapping).await.json(200);
        let newcomer = client(owner, json!({ "name": "Driftwood Studio" })).await;
        world.sync(&world.ours).await;
        let driftwood = shown_company(owner, &world.company_id(&demo::company_id(9))).await;
        assert_eq!(driftwood["client"], Value::Null);
        assert_eq!(driftwood["match"]["candidates"][0]["client_id"], newcomer);
    })
    .await;
}

#[tokio::test]
async fn d14_a_subscription_that_pax8_moves_to_another_client_is_held_and_bills_nobody() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let clients = add_demo_clients(world).await;
        world.connect(&world.ours).await;
        let invoice = recurring(owner, &clients["Hartwell Logistics"], "monthly").await;
        let company = world.company_id(&demo::company_id(3));
        let path = format!("{PAX8}/companies/{company}/subscriptions?status=Active");
        let list = owner.get(&path).await.json(200);
        let id = column(&list, "/id").remove(0);
        let pax8_id = column(&list, "/pax8_id").remove(0);
        save(owner, &id, json!({ "recurring_invoice_id": invoice })).await;
        let estate = world.sandbox.sandbox().estate();
        estate
            .move_subscription(&pax8_id, &demo::company_id(2))
            .unwrap();
        world.sync(&world.ours).await;
        let list = owner
            .get(&format!("{PAX8}/subscriptions?billing=held&linked=true"))
            .await
            .json(200);
        assert_eq!(column(&list, "/id"), [&*id]);
        assert_eq!(
            column(&list, "/billing/reason"),
            ["Moved to another company in Pax8."]
        );
        let answer = owner
            .put(
                &billing_path(&id),
                json!({ "recurring_invoice_id": invoice }),
            )
            .await;
        assert_eq!(
            answer.refusal(422),
            "invalid_fields",
            "the old client's invoice is no choice any more"
        );
    })
    .await;
}
