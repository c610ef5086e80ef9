//! `Idempotency-Key`: what is sent twice happens once.

use axum::body::Body;
use axum::http::{HeaderMap, Method};
use db::args;
use serde_json::{Value, json};

use crate::{
    contract::{calls, document},
    estate::{PAX8, SYNCS},
    walk::of_people,
    world::{Answer, User, World, on_each_engine},
};

const CLIENTS: &str = "/api/v1/clients";
const KEY: &str = "7f6f4c1e-0c3e-4d2c-9a63-0b8a2a6a5d10";

db::statements! {
    org FORGET_ANSWER = "update idempotency_key set status = null, content_type = null, body_sealed = null where organization_id = $1";
    org STORED = "select idempotency_key, request_sealed, content_type, body_sealed from idempotency_key where organization_id = $1";
}

fn keyed(user: &User, key: &str) -> User {
    user.with_header("Idempotency-Key", key)
}

fn was_replayed(headers: &HeaderMap) -> bool {
    headers
        .get("idempotent-replayed")
        .is_some_and(|it| it == "true")
}

async fn count_clients(user: &User) -> usize {
    let list = user.get(CLIENTS).await.json(200);
    list["data"].as_array().unwrap().len()
}

async fn stored(world: &World) -> Vec<String> {
    let mut tx = world.app.database.read(world.ours.id).await.unwrap();
    let rows = tx.fetch_all(&STORED, args![]).await.unwrap();
    let text = |row: &db::Row| {
        [
            "idempotency_key",
            "request_sealed",
            "content_type",
            "body_sealed",
        ]
        .map(|column| {
            row.get::<Option<String>>(column)
                .unwrap()
                .unwrap_or_default()
        })
        .join(" ")
    };
    rows.iter().map(text).collect()
}

/// Leaves what a process leaves that ended after the work and before its answer was kept.
async fn lose_the_answer(world: &World) {
    let mut tx = world.app.database.write(world.ours.id).await.unwrap();
    tx.execute(&FORGET_ANSWER, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

#[track_caller]
fn same(first: &Answer, second: &Answer) {
    assert_eq!(first.status, second.status);
    assert_eq!(first.text, second.text);
    assert_eq!(
        first.headers["content-type"],
        second.headers["content-type"]
    );
    assert!(!was_replayed(&first.headers) && was_replayed(&second.headers));
}

#[tokio::test]
async fn the_same_request_with_the_same_key_is_answered_again_and_done_once() {
    on_each_engine(async |world| {
        let owner = keyed(&world.ours.owner, KEY);
        let body = json!({ "name": "Lakeside" });
        let first = owner.post(CLIENTS, body.clone()).await;
        first.json(201);
        same(&first, &owner.post(CLIENTS, body.clone()).await);
        assert_eq!(count_clients(&world.ours.owner).await, 1);

        keyed(&world.ours.owner, "another")
            .post(CLIENTS, body.clone())
            .await
            .json(201);
        world.ours.owner.post(CLIENTS, body.clone()).await.json(201);
        assert_eq!(
            count_clients(&world.ours.owner).await,
            3,
            "another key, and none"
        );

        // A key is one user's: neither a colleague nor another organization gets the answer.
        for other in [&world.ours.admin, &world.theirs.owner] {
            let answer = keyed(other, KEY).post(CLIENTS, body.clone()).await;
            assert!(!was_replayed(&answer.headers));
            assert_ne!(answer.json(201)["id"], first.json(201)["id"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_that_was_a_decision_is_answered_again_too() {
    on_each_engine(async |world| {
        let owner = keyed(&world.ours.owner, KEY);
        let first = owner.post(CLIENTS, json!({ "name": "" })).await;
        assert_eq!(first.refusal(422), "invalid_fields");
        same(&first, &owner.post(CLIENTS, json!({ "name": "" })).await);
        let unconnected = keyed(&world.ours.owner, "sync");
        let first = unconnected.post(SYNCS, json!({})).await;
        assert_eq!(first.refusal(409), "pax8_not_connected");
        world.connect(&world.ours).await;
        same(&first, &unconnected.post(SYNCS, json!({})).await);
        world.ours.owner.post(SYNCS, json!({})).await.json(202);
    })
    .await;
}

#[tokio::test]
async fn what_did_not_begin_leaves_the_key_free_and_what_failed_does_not() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let owner = keyed(&world.ours.owner, KEY);
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        let refused = owner.post(SYNCS, json!({})).await;
        assert_eq!(refused.refusal(403), "license_feature_required");
        world
            .set_feature(&world.ours, "pax8Integration", true)
            .await;
        owner.post(SYNCS, json!({})).await.json(202);

        let down = pax8_sandbox::Fault::new(
            pax8_sandbox::Place::Token,
            pax8_sandbox::What::ServerError { status: 503 },
        );
        world.sandbox.sandbox().faults().add(down.always());
        let tests = format!("{PAX8}/credential-tests");
        let owner = keyed(&world.ours.owner, "test");
        assert_eq!(
            owner.post(&tests, json!({})).await.refusal(503),
            "unavailable"
        );
        world.sandbox.sandbox().faults().clear();
        for _ in 0..2 {
            let again = owner.post(&tests, json!({})).await;
            assert_eq!(again.refusal(409), "idempotency_outcome_unknown");
        }
        let answer = keyed(&world.ours.owner, "test-2");
        let answer = answer.post(&tests, json!({})).await;
        assert_eq!(answer.json(200)["ok"], true);
    })
    .await;
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    on_each_engine(async |world| {
        let owner = keyed(&world.ours.owner, KEY);
        owner
            .post(CLIENTS, json!({ "name": "Lakeside" }))
            .await
            .json(201);
        let other_body = owner.post(CLIENTS, json!({ "name": "Hillside" })).await;
        assert_eq!(other_body.refusal(422), "idempotency_key_reused");
        let other_path = owner
            .post("/api/v1/recurring-invoices", json!({ "name": "Lakeside" }))
            .await;
        assert_eq!(other_path.refusal(422), "idempotency_key_reused");
        assert_eq!(count_clients(&world.ours.owner).await, 1);
        for odd in ["with space", &"k".repeat(256), "ümlaut"] {
            let answer = keyed(&world.ours.owner, odd)
                .post(CLIENTS, json!({ "name": "X" }))
                .await;
            assert_eq!(answer.refusal(422), "invalid_idempotency_key", "{odd}");
        }
        assert_eq!(count_clients(&world.ours.owner).await, 1);
        let long = Body::from("x".repeat(1024 * 1024 + 1));
        let answer = owner
            .send(Method::POST, CLIENTS, "application/json", long)
            .await;
        assert_eq!(
            answer.refusal(400),
            "unreadable",
            "the limit of bodies holds"
        );
    })
    .await;
}

#[tokio::test]
async fn ten_at_once_do_it_once() {
    on_each_engine(async |world| {
        let owner = keyed(&world.ours.owner, KEY);
        let body = json!({ "name": "Lakeside" });
        let asked = (0..10).map(|_| owner.post(CLIENTS, body.clone()));
        let answers = futures::future::join_all(asked).await;
        let mut ids: Vec<Value> = Vec::new();
        for answer in &answers {
            match answer.status.as_u16() {
                201 => ids.push(answer.json(201)["id"].clone()),
                _ => {
                    assert_eq!(answer.refusal(409), "idempotency_key_in_use");
                    assert_eq!(answer.headers["retry-after"], "1");
                }
            }
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(count_clients(&world.ours.owner).await, 1);
    })
    .await;
}

#[tokio::test]
async fn after_a_death_before_the_answer_was_kept_nothing_is_repeated_and_the_key_says_so() {
    on_each_engine(async |world| {
        let owner = keyed(&world.ours.owner, KEY);
        let body = json!({ "name": "Lakeside" });
        owner.post(CLIENTS, body.clone()).await.json(201);
        lose_the_answer(world).await;
        let soon = owner.post(CLIENTS, body.clone()).await;
        assert_eq!(soon.refusal(409), "idempotency_key_in_use");
        world.set_now("2026-06-15T12:02:01Z");
        let later = owner.post(CLIENTS, body.clone()).await;
        assert_eq!(later.refusal(409), "idempotency_outcome_unknown");
        assert!(
            later.text.contains("2026-06-15T12:00:00Z"),
            "{}",
            later.text
        );
        assert!(!later.headers.contains_key("retry-after"));
        assert_eq!(count_clients(&world.ours.owner).await, 1);
    })
    .await;
}

#[tokio::test]
async fn answers_are_forgotten_after_a_day() {
    on_each_engine(async |world| {
        let owner = keyed(&world.ours.owner, KEY);
        let body = json!({ "name": "Lakeside" });
        owner.post(CLIENTS, body.clone()).await.json(201);
        world.set_now("2026-06-16T11:45:00Z");
        world.work().await;
        assert!(was_replayed(
            &owner.post(CLIENTS, body.clone()).await.headers
        ));
        world.set_now("2026-06-16T12:00:00Z");
        world.work().await;
        assert!(stored(world).await.is_empty());
        let again = owner.post(CLIENTS, body).await;
        assert!(!was_replayed(&again.headers));
        again.json(201);
    })
    .await;
}

#[tokio::test]
async fn neither_request_nor_answer_is_stored_in_clear() {
    on_each_engine(async |world| {
        let owner = keyed(&world.ours.owner, KEY);
        owner
            .post(CLIENTS, json!({ "name": "Lakeside" }))
            .await
            .json(201);
        let rows = stored(world).await;
        assert_eq!(rows.len(), 1);
        assert!(
            rows[0].starts_with(KEY) && !rows[0].contains("Lakeside"),
            "{rows:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn every_post_of_the_document_takes_a_key() {
    on_each_engine(async |world| {
        let calls = calls(&document(world).await);
        let posts = calls.iter().filter(|it| it.method == "POST");
        // What no token does is refused before a key is looked at.
        for (at, call) in posts.filter(|it| !of_people(it)).enumerate() {
            let owner = keyed(&world.ours.owner, &format!("key-{at}"));
            let path = format!(
                "/api/v1{}",
                call.path.replace("{id}", "none").replace("{kind}", "none")
            );
            let body = call.example().cloned().unwrap_or(json!({}));
            let first = owner.post(&path, body.clone()).await;
            assert!(first.status.as_u16() < 500, "{path}: {}", first.text);
            let second = owner.post(&path, body).await;
            assert_eq!(first.text, second.text, "{path}");
            assert!(was_replayed(&second.headers), "{path}");
        }
    })
    .await;
}
