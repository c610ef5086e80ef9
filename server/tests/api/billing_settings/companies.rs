//! The list of companies.

use serde_json::{Value, json};

use super::*;
use crate::world::on_each_engine;

const PATH: &str = "/api/v1/integrations/pax8/companies";

#[tokio::test]
async fn s90_s92_s93_every_company_is_listed_with_what_pax8_says() {
    on_each_engine(async |world| {
        let (owner, ours) = (&world.ours.owner, &world.ours);
        let all = [
            Told {
                external_id: Some("NW-1"),
                website: Some("harbor.example"),
                ..told("Harbor Dental")
            },
            Told {
                name: None,
                status: None,
                missing: true,
                ..Told::default()
            },
            Told {
                status: Some("Inactive"),
                ..told("granite law")
            },
        ];
        let ids = add_companies(world, ours, &all).await;
        map(
            owner,
            &ids[0],
            &client(owner, json!({ "name": "Harbor" })).await,
        )
        .await;

        let list = owner.get(PATH).await.json(200);
        assert_eq!(column(&list, "/id"), [&*ids[1], &*ids[2], &*ids[0]]);
        let harbor = &list["data"][2];
        assert_eq!(harbor["pax8_id"], format!("pax8-{}", ids[0]));
        assert_eq!(harbor["name"], "Harbor Dental");
        assert_eq!(harbor["status"], "Active");
        assert_eq!(harbor["external_id"], "NW-1");
        assert_eq!(harbor["website"], "harbor.example");
        assert_eq!(harbor["subscription_count"], 0);
        assert_eq!(harbor["client"]["name"], "Harbor");
        assert_eq!(harbor["mapped_by"], "manual");
        assert_eq!(harbor["missing_since"], Value::Null);
        let unknown = &list["data"][0];
        assert_eq!(unknown["name"], Value::Null);
        assert_eq!(unknown["client"], Value::Null);
        assert_eq!(unknown["mapped_by"], Value::Null);
        assert_eq!(
            unknown["match"],
            json!({ "outcome": "none", "candidates": [] })
        );
        assert_eq!(unknown["missing_since"], "2026-06-15T12:00:00Z");
        assert_eq!(unknown["last_synced_at"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn companies_are_searched_filtered_and_paged() {
    on_each_engine(async |world| {
        let (owner, ours) = (&world.ours.owner, &world.ours);
        let all = [
            told("100% Dental"),
            Told {
                external_id: Some("NW_1"),
                status: Some("Inactive"),
                ..told("Bluebird")
            },
            told("Cedar"),
            told("cedar"),
        ];
        let ids = add_companies(world, ours, &all).await;
        map(
            owner,
            &ids[2],
            &client(owner, json!({ "name": "Zebra" })).await,
        )
        .await;
        let found = async |query: &str| {
            let list = owner.get(&format!("{PATH}?{query}")).await.json(200);
            column(&list, "/name")
        };
        assert_eq!(found("q=0%25").await, ["100% Dental"]);
        assert_eq!(found("q=nw_").await, ["Bluebird"]);
        assert_eq!(found("q=zebra").await, ["Cedar"]);
        assert_eq!(found("q=%20%20").await.len(), 4);
        assert_eq!(found("status=inactive").await, ["Bluebird"]);
        assert_eq!(found("mapped=true").await, ["Cedar"]);
        assert_eq!(
            found("mapped=false&status=Active").await,
            ["100% Dental", "cedar"]
        );

        let mut seen = Vec::new();
        let mut query = format!("{PATH}?limit=1");
        loop {
            let list = owner.get(&query).await.json(200);
            seen.extend(column(&list, "/id"));
            let Some(cursor) = list["next_cursor"].as_str() else {
                break;
            };
            query = format!("{PATH}?limit=1&cursor={cursor}");
        }
        assert_eq!(seen.len(), 4);
        assert_eq!(seen[..2], [ids[0].clone(), ids[1].clone()]);
        assert_eq!(
            owner
                .get(&format!("{PATH}?mapped=maybe"))
                .await
                .refusal(422),
            "invalid_fields"
        );
    })
    .await;
}

#[tokio::test]
async fn i12_another_organizations_companies_do_not_exist() {
    on_each_engine(async |world| {
        let (company, subscriptions) = add_estate(world, &world.theirs, "Theirs", &[SEATS]).await;
        let their_client = client(&world.theirs.owner, json!({ "name": "Their client" })).await;
        let owner = &world.ours.owner;
        assert!(column(&owner.get(PATH).await.json(200), "/id").is_empty());
        for path in ["", "/subscriptions"] {
            let path = format!("{PATH}/{company}{path}");
            assert_eq!(owner.get(&path).await.refusal(404), "not_found");
        }
        let mapping = format!("{PATH}/{company}/mapping");
        assert_eq!(owner.delete(&mapping).await.refusal(404), "not_found");
        let body = json!({ "client_id": their_client });
        assert_eq!(
            owner.put(&mapping, body.clone()).await.refusal(404),
            "not_found"
        );
        let (ours, _) = add_estate(world, &world.ours, "Ours", &[]).await;
        let mapping = format!("{PATH}/{ours}/mapping");
        assert_eq!(owner.put(&mapping, body).await.refusal(404), "not_found");
        let billing = billing_path(&subscriptions[0]);
        assert_eq!(
            owner.put(&billing, json!({})).await.refusal(404),
            "not_found"
        );
        let history = billing.replace("/billing", "/history");
        assert_eq!(owner.get(&history).await.refusal(404), "not_found");
        let list = owner.get("/api/v1/integrations/pax8/subscriptions").await;
        assert!(column(&list.json(200), "/id").is_empty());
    })
    .await;
}

#[tokio::test]
async fn s23_s24_s28_s29_only_those_allowed_reach_any_call() {
    on_each_engine(async |world| {
        let (company, subscriptions) = add_estate(world, &world.ours, "Ours", &[SEATS]).await;
        let reads = [
            PATH.to_owned(),
            format!("{PATH}/{company}"),
            format!("{PATH}/{company}/subscriptions"),
            "/api/v1/integrations/pax8/subscriptions".to_owned(),
            billing_path(&subscriptions[0]).replace("/billing", "/history"),
        ];
        let mapping = format!("{PATH}/{company}/mapping");
        let billing = billing_path(&subscriptions[0]);
        for path in &reads {
            world.ours.admin.get(path).await.json(200);
            assert_eq!(
                world.ours.member.get(path).await.refusal(403),
                "permission_denied"
            );
            assert_eq!(world.nobody().get(path).await.refusal(401), "not_signed_in");
        }
        let member = &world.ours.member;
        assert_eq!(
            member.delete(&mapping).await.refusal(403),
            "permission_denied"
        );
        assert_eq!(
            member.put(&billing, json!({})).await.refusal(403),
            "permission_denied"
        );

        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        let owner = &world.ours.owner;
        for path in &reads {
            assert_eq!(
                owner.get(path).await.refusal(403),
                "license_feature_required"
            );
        }
        let body = json!({ "client_id": "x" });
        assert_eq!(
            owner.put(&mapping, body).await.refusal(403),
            "license_feature_required"
        );
        assert_eq!(
            owner.delete(&mapping).await.refusal(403),
            "license_feature_required"
        );
        assert_eq!(
            owner.put(&billing, json!({})).await.refusal(403),
            "license_feature_required"
        );
    })
    .await;
}
