//! Confirming that it is still them, before what changes who may do what.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    me::texts,
    roles::id_of,
    second_factor::{code, protect},
    world::{Answer, PASSWORD, on_each_engine},
};

/// What a form of the page that asks holds.
fn held(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    texts(
        &scraper::Html::parse_document(&answer.text),
        "input[name=held]",
        "value",
    )
    .remove(0)
}

#[tokio::test]
async fn what_changes_who_may_do_what_asks_again_and_loses_nothing_that_was_typed() {
    on_each_engine(async |world| {
        let (owner, admin) = (
            "/admin/roles/invite",
            world.sign_in("admin@ours.example").await,
        );
        let secret = "kites over the harbour";
        let form = [
            ("email", "ann@new.example"),
            ("name", " Ann  Reed"),
            ("role", "member"),
            ("password", secret),
        ];
        world.set_now("2026-06-15T12:14:59Z");
        let first = [
            ("email", "bob@new.example"),
            ("role", "member"),
            ("password", secret),
        ];
        assert_eq!(admin.submit(owner, &first).await.location(), "/admin/roles");
        world.set_now("2026-06-15T12:15:00Z");
        let asked = admin.submit(owner, &form).await;
        let held_text = held(&asked);
        assert!(!asked.text.contains(secret) && !asked.text.contains("ann@new.example"));
        let wrong = [("held", held_text.as_str()), ("confirm_password", "wrong")];
        let refused = admin.submit(owner, &wrong).await;
        assert!(refused.text.contains("not your password"));
        assert_eq!(held(&refused), held_text);
        let right = [("held", held_text.as_str()), ("confirm_password", PASSWORD)];
        // Neither another form nor another session goes on with it.
        let elsewhere = admin.submit("/admin/roles/new", &right).await;
        assert_eq!(elsewhere.status, StatusCode::CONFLICT);
        let other = world.sign_in("admin@ours.example").await;
        assert_eq!(
            other.submit(owner, &right).await.status,
            StatusCode::CONFLICT
        );
        assert_eq!(admin.submit(owner, &right).await.location(), "/admin/roles");
        let users = world
            .ours
            .owner
            .get("/api/v1/users?q=ann%40")
            .await
            .json(200);
        assert_eq!(users["data"][0]["name"], "Ann  Reed");
        let sign_in = [("email", "ann@new.example"), ("password", secret)];
        assert_eq!(
            world.nobody().submit("/sign-in", &sign_in).await.location(),
            "/"
        );
        // It holds for a while.
        let role = [("name", "Clerk"), ("permission", "clients.manage")];
        assert_eq!(
            admin.submit("/admin/roles/new", &role).await.location(),
            "/admin/roles"
        );
    })
    .await;
}

#[tokio::test]
async fn every_sensitive_page_asks_again_in_a_session_that_was_left_open() {
    on_each_engine(async |world| {
        let browser = world.sign_in("owner@ours.example").await;
        let member = id_of(&world.ours.owner, "member@ours.example").await;
        world.set_now("2026-06-15T12:30:00Z");
        let of_member = format!("/admin/roles/members/{member}");
        for path in [
            "/admin/integrations/pax8/credentials",
            "/admin/integrations/pax8/disconnect",
            "/admin/roles/invite",
            "/admin/roles/new",
            &of_member,
            &format!("{of_member}/remove"),
            &format!("{of_member}/invitation"),
            &format!("{of_member}/second-factor"),
            "/admin/settings/alerts/webhook",
            "/admin/settings/security",
            "/account/password",
            "/account/sessions/any/end",
            "/account/sessions/end-all",
            "/account/tokens/new",
            "/account/second-factor",
            "/account/second-factor/confirm",
            "/account/second-factor/recovery-codes",
            "/account/second-factor/turn-off",
        ] {
            let asked = browser.submit(path, &[("name", "x")]).await;
            held(&asked);
            let forms = scraper::Html::parse_document(&asked.text);
            let action = texts(&forms, "main form:has(input[name=held])", "action");
            assert_eq!(action, [path], "it goes on to where it was sent");
            let dialog = browser.script().submit(path, &[("name", "x")]).await;
            assert!(
                dialog.text.contains("<dialog") && !held(&dialog).is_empty(),
                "{path}"
            );
        }
        for _ in 0..10 {
            let form = [("held", "x"), ("confirm_password", "wrong")];
            browser.submit("/admin/roles/new", &form).await;
        }
    })
    .await;
}

#[tokio::test]
async fn guessing_at_a_confirmation_ends_and_locks_only_that_session() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        let (taken, own) = (world.sign_in(email).await, world.sign_in(email).await);
        let guess = json!({ "password": "wrong" });
        let path = "/api/v1/me/confirmation";
        for _ in 0..10 {
            assert_eq!(
                taken.post(path, guess.clone()).await.refusal(422),
                "invalid_fields"
            );
        }
        assert_eq!(
            taken.post(path, guess).await.refusal(429),
            "too_many_requests"
        );
        let right = json!({ "password": PASSWORD });
        assert_eq!(own.post(path, right).await.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn calls_ask_a_session_to_confirm_and_leave_what_is_a_persons_to_no_token() {
    on_each_engine(async |world| {
        let it = protect(world, "owner@ours.example").await;
        let body = json!({ "name": "Clerk", "permissions": [] });
        world.set_now("2026-06-15T12:15:00Z");
        let roles = "/api/v1/roles";
        assert_eq!(
            it.browser.post(roles, body.clone()).await.refusal(403),
            "confirmation_required"
        );
        for path in ["/api/v1/me/sessions", "/api/v1/me/sessions/any"] {
            let refused = it.browser.delete(path).await;
            assert_eq!(refused.refusal(403), "confirmation_required", "{path}");
        }
        let path = "/api/v1/me/confirmation";
        let half = json!({ "password": PASSWORD });
        assert_eq!(
            it.browser.post(path, half).await.refusal(422),
            "invalid_fields"
        );
        let whole = json!({ "password": PASSWORD, "code": code(world, &it.secret, 0) });
        assert_eq!(
            it.browser.post(path, whole).await.status,
            StatusCode::NO_CONTENT
        );
        it.browser.post(roles, body).await.json(201);
        it.browser.delete("/api/v1/me/sessions/any").await.json(404);
        assert_eq!(
            world
                .ours
                .owner
                .delete("/api/v1/me/second-factor")
                .await
                .refusal(403),
            "person_required"
        );
        let role = json!({ "name": "By token", "permissions": [] });
        world.ours.owner.post(roles, role).await.json(201);
    })
    .await;
}
