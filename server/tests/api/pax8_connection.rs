//! Connecting to Pax8, testing credentials, the two switches, disconnecting.

use axum::http::StatusCode;
use pax8_sandbox::{Fault, Place, What, demo};
use serde_json::json;

use crate::{
    estate::{CLIENT_ID, CLIENT_SECRET, PAX8, SYNCS},
    world::on_each_engine,
};

const TESTS: &str = "/api/v1/integrations/pax8/credential-tests";

#[tokio::test]
async fn s35_s36_i2_a_test_tells_good_from_bad_credentials_and_stores_nothing() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let good = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        assert_eq!(owner.post(TESTS, good).await.json(200)["ok"], true);
        let bad = json!({ "client_id": CLIENT_ID, "client_secret": "wrong-secret" });
        let answer = owner.post(TESTS, bad).await;
        assert_eq!(answer.json(200)["ok"], false);
        assert!(!answer.text.contains("wrong-secret"), "{}", answer.text);
        let nothing = owner.post(TESTS, json!({})).await;
        assert_eq!(nothing.refusal(422), "invalid_fields");
        assert_eq!(
            world.connection(&world.ours).await["status"],
            "not_connected"
        );
        assert_eq!(world.sealed().await, None);
    })
    .await;
}

#[tokio::test]
async fn s37_s38_s39_i1_connecting_stores_sealed_credentials_and_shows_only_a_hint() {
    on_each_engine(async |world| {
        let body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        let put = world.ours.owner.put(PAX8, body).await;
        put.json(200);
        let sealed = world.sealed().await.unwrap();
        for text in &sealed {
            assert!(!text.contains(CLIENT_ID) && !text.contains(CLIENT_SECRET));
            assert!(!put.text.contains(text.as_str()));
        }
        assert!(!put.text.contains(CLIENT_ID) && !put.text.contains(CLIENT_SECRET));
        let answer = world.ours.owner.get(PAX8).await;
        let shown = answer.json(200);
        assert_eq!(shown["status"], "connected");
        assert_eq!(shown["client_id_hint"], "…ient");
        assert_eq!(shown["auto_map"], true);
        assert!(!answer.text.contains(CLIENT_ID) && !answer.text.contains(CLIENT_SECRET));
        let audit = world.audit().await;
        assert!(
            audit.contains("pax8.connected Owner <owner@ours.example>"),
            "{audit}"
        );
        assert!(!audit.contains(CLIENT_ID) && !audit.contains(CLIENT_SECRET));
        for text in &sealed {
            assert!(!audit.contains(text.as_str()));
        }
    })
    .await;
}

#[tokio::test]
async fn d33_refused_credentials_are_not_stored_and_start_no_sync() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let bad = json!({ "client_id": CLIENT_ID, "client_secret": "wrong-secret" });
        assert_eq!(
            owner.put(PAX8, bad).await.refusal(422),
            "pax8_credentials_rejected"
        );
        assert_eq!(world.sealed().await, None);
        assert_eq!(owner.get(SYNCS).await.json(200)["data"], json!([]));
        let half = json!({ "client_id": CLIENT_ID });
        let answer = owner.put(PAX8, half).await.json(422);
        assert_eq!(answer["errors"][0]["field"], "client_secret");
        let slip = json!({ "client_ident": CLIENT_ID });
        assert_eq!(owner.put(PAX8, slip).await.refusal(422), "invalid_fields");
    })
    .await;
}

#[tokio::test]
async fn d33_nothing_is_stored_while_pax8_cannot_be_reached() {
    on_each_engine(async |world| {
        let down = Fault::new(Place::Token, What::ServerError { status: 503 }).always();
        world.sandbox.sandbox().faults().add(down);
        let body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        let owner = &world.ours.owner;
        assert_eq!(
            owner.put(PAX8, body.clone()).await.refusal(503),
            "unavailable"
        );
        assert_eq!(owner.post(TESTS, body).await.refusal(503), "unavailable");
        assert_eq!(world.sealed().await, None);
    })
    .await;
}

#[tokio::test]
async fn s42_s43_blank_fields_keep_the_stored_credentials() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let before = world.sealed().await;
        let owner = &world.ours.owner;
        let body = json!({ "client_id": "", "client_secret": "  ", "auto_map": false });
        let shown = owner.put(PAX8, body).await.json(200);
        assert_eq!(
            (&shown["auto_map"], &shown["status"]),
            (&json!(false), &json!("connected"))
        );
        assert_eq!(world.sealed().await, before);
        let shown = owner.put(PAX8, json!({ "active": false })).await.json(200);
        assert_eq!(
            (&shown["auto_map"], &shown["status"]),
            (&json!(false), &json!("inactive"))
        );
        assert_eq!(shown["next_sync_at"], json!(null));
        assert_eq!(world.sealed().await, before);
        assert_eq!(owner.post(TESTS, json!({})).await.json(200)["ok"], true);
        assert!(world.audit().await.contains("pax8.settings_changed"));
    })
    .await;
}

#[tokio::test]
async fn s44_i2_typed_credentials_replace_the_stored_ones_field_by_field() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let before = world.sealed().await;
        let owner = &world.ours.owner;
        let syncs = world.count_syncs(&world.ours).await;
        let good = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        assert_eq!(owner.post(TESTS, good).await.json(200)["ok"], true);
        world.work().await;
        assert_eq!(
            world.sealed().await,
            before,
            "i2: a good test saves nothing"
        );
        assert_eq!(world.count_syncs(&world.ours).await, syncs);
        let wrong = json!({ "client_secret": "wrong-secret" });
        assert_eq!(
            owner.post(TESTS, wrong.clone()).await.json(200)["ok"],
            false
        );
        assert_eq!(
            owner.put(PAX8, wrong).await.refusal(422),
            "pax8_credentials_rejected"
        );
        assert_eq!(world.sealed().await, before);
        let right = json!({ "client_secret": CLIENT_SECRET });
        owner.put(PAX8, right).await.json(200);
        assert_ne!(world.sealed().await, before);
        assert!(world.audit().await.contains("pax8.credentials_replaced"));
        assert_eq!(world.last_sync(&world.ours).await["trigger"], "connect");
    })
    .await;
}

#[tokio::test]
async fn i5_the_choice_of_automatic_mapping_stays() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        world
            .ours
            .owner
            .put(PAX8, json!({ "auto_map": false }))
            .await
            .json(200);
        world.sync(&world.ours).await;
        assert_eq!(world.connection(&world.ours).await["auto_map"], false);
    })
    .await;
}

#[tokio::test]
async fn s149_s150_i10_d34_disconnecting_takes_the_estate_and_leaves_prices_and_history() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        world.connect(&world.theirs).await;
        let priced = demo::subscription_id(1);
        world.price(&priced).await;
        let theirs = world.snapshot(world.theirs.id).await;
        let (_, _, history) = world.snapshot(world.ours.id).await;
        let answer = world.ours.owner.delete(PAX8).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);

        let shown = world.connection(&world.ours).await;
        assert_eq!(shown["status"], "not_connected");
        assert_eq!(
            (&shown["client_id_hint"], &shown["next_sync_at"]),
            (&json!(null), &json!(null))
        );
        assert_eq!(world.sealed().await, None);
        assert_eq!(
            world.snapshot(world.ours.id).await,
            (vec![], vec![], history)
        );
        assert_eq!(
            world.prices().await,
            [[priced.clone(), "20".to_owned(), String::new()]]
        );
        assert_eq!(world.snapshot(world.theirs.id).await, theirs, "i12");
        assert!(world.audit().await.contains("pax8.disconnected"));

        let syncs = async || {
            (
                world.count_syncs(&world.ours).await,
                world.count_syncs(&world.theirs).await,
            )
        };
        let (ours, theirs) = syncs().await;
        world.set_now("2026-06-20T12:00:00Z");
        world.work().await;
        assert_eq!(syncs().await, (ours, theirs + 1), "i10");
        world.ours.owner.delete(PAX8).await;
        assert_eq!(
            world.ours.owner.post(SYNCS, json!({})).await.refusal(409),
            "pax8_not_connected"
        );

        world.connect(&world.ours).await;
        assert_eq!(
            world.subscription(&priced).await["bill_price"],
            "22.18",
            "pricing returns"
        );
    })
    .await;
}

#[tokio::test]
async fn i11_without_the_licence_every_call_is_refused() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        let owner = &world.ours.owner;
        for answer in [
            owner.get(PAX8).await,
            owner.put(PAX8, json!({})).await,
            owner.delete(PAX8).await,
            owner.post(TESTS, json!({})).await,
            owner.get(SYNCS).await,
            owner.post(SYNCS, json!({})).await,
        ] {
            assert_eq!(answer.refusal(403), "license_feature_required");
        }
        world
            .set_feature(&world.ours, "pax8Integration", true)
            .await;
        assert_eq!(world.connection(&world.ours).await["status"], "connected");
        let member = &world.ours.member;
        assert_eq!(member.get(PAX8).await.refusal(403), "permission_denied");
        assert_eq!(
            member.post(SYNCS, json!({})).await.refusal(403),
            "permission_denied"
        );
        assert_eq!(world.ours.admin.get(PAX8).await.status, StatusCode::OK);
    })
    .await;
}
