//! Signing in and out, tokens, forged requests, first run.

use ascent::accounts::{SessionSecret, find_session};
use axum::http::{StatusCode, header};
use serde_json::json;

use crate::world::{PASSWORD, on_each_engine};

#[tokio::test]
async fn the_right_password_opens_a_session_and_signing_out_ends_it() {
    on_each_engine(async |world| {
        let nobody = world.nobody();
        let answer = nobody
            .submit(
                "/sign-in",
                &[
                    ("email", "OWNER@ours.example"),
                    ("password", PASSWORD),
                    ("next", "/clients"),
                ],
            )
            .await;
        assert_eq!(answer.location(), "/clients");
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );

        let answer = world.ours.browser.submit("/sign-out", &[]).await;
        assert_eq!(answer.location(), "/sign-in");
        let (_, secret) = world.ours.browser.cookie().split_once('=').unwrap();
        let secret = SessionSecret::from_cookie(secret).unwrap();
        let session = find_session(&world.app, &secret).await;
        assert!(session.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_refused_alike() {
    on_each_engine(async |world| {
        let refusals = [
            ("owner@ours.example", "not the password"),
            ("nobody@ours.example", PASSWORD),
        ];
        let mut pages = Vec::new();
        for (email, password) in refusals {
            let answer = world
                .nobody()
                .submit("/sign-in", &[("email", email), ("password", password)])
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(!answer.text.contains(password));
            pages.push(answer.text.replace(email, ""));
        }
        assert_eq!(pages[0], pages[1]);
    })
    .await;
}

#[tokio::test]
async fn too_many_failures_lock_the_account_for_a_while() {
    on_each_engine(async |world| {
        for _ in 0..10 {
            world
                .nobody()
                .submit(
                    "/sign-in",
                    &[("email", "owner@ours.example"), ("password", "wrong")],
                )
                .await;
        }
        let right = [("email", "owner@ours.example"), ("password", PASSWORD)];
        let answer = world.nobody().submit("/sign-in", &right).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(answer.headers.contains_key(header::RETRY_AFTER));
        world.set_now("2026-06-15T12:16:00Z");
        assert_eq!(
            world.nobody().submit("/sign-in", &right).await.location(),
            "/"
        );
    })
    .await;
}

#[tokio::test]
async fn a_form_without_the_sessions_token_is_refused() {
    on_each_engine(async |world| {
        let body = axum::body::Body::from("csrf_token=guessed");
        let answer = world
            .ours
            .browser
            .send(
                axum::http::Method::POST,
                "/sign-out",
                "application/x-www-form-urlencoded",
                body,
            )
            .await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn the_first_run_is_over_once_there_is_an_organization() {
    on_each_engine(async |world| {
        assert_eq!(
            world.nobody().get("/first-run").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            world
                .nobody()
                .submit("/first-run", &[("organization", "X")])
                .await
                .status,
            StatusCode::NOT_FOUND
        );
    })
    .await;
}

#[tokio::test]
async fn an_unknown_call_is_a_problem_and_an_unknown_page_a_page() {
    on_each_engine(async |world| {
        assert_eq!(
            world
                .ours
                .owner
                .post("/api/v1/nothing", json!({}))
                .await
                .refusal(404),
            "not_found"
        );
        let page = world.ours.browser.get("/nothing").await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(page.text.contains("<h1>"));
        assert!(page.headers.contains_key(header::CONTENT_SECURITY_POLICY));
    })
    .await;
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_a_problem_that_says_why() {
    on_each_engine(async |world| {
        let answer = world.ours.owner.get("/api/v1/clients?limit=abc").await;
        assert_eq!(answer.refusal(400), "unreadable");
        assert!(answer.text.contains("limit"), "{}", answer.text);
    })
    .await;
}
