//! Signing in and out, tokens, forged requests, first run.

use ascent::accounts::{SessionSecret, find_session};
use axum::http::{StatusCode, header};
use serde_json::json;

use crate::world::{Answer, PASSWORD, World, on_each_engine};

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

async fn try_to_sign_in(world: &World, email: &str, password: &str) -> Answer {
    let form = [("email", email), ("password", password)];
    world.nobody().submit("/sign-in", &form).await
}

#[tokio::test]
async fn too_many_failures_lock_an_address_for_a_while_known_or_not() {
    on_each_engine(async |world| {
        for email in ["owner@ours.example", "nobody@ours.example"] {
            for _ in 0..10 {
                let refused = try_to_sign_in(world, email, "wrong").await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            }
            let locked = try_to_sign_in(world, &email.to_uppercase(), PASSWORD).await;
            assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "{email}");
            assert!(locked.headers.contains_key(header::RETRY_AFTER));
        }
        world.set_now("2026-06-15T12:16:00Z");
        // The count begins anew: one more failure does not lock again.
        let refused = try_to_sign_in(world, "owner@ours.example", "wrong").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let entered = try_to_sign_in(world, "owner@ours.example", PASSWORD).await;
        assert_eq!(entered.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_success_ends_the_count_and_many_attempts_at_once_are_counted() {
    on_each_engine(async |world| {
        let email = "owner@ours.example";
        for password in ["wrong", "wrong", PASSWORD] {
            try_to_sign_in(world, email, password).await;
        }
        let attempts = (0..15).map(|_| try_to_sign_in(world, email, "wrong"));
        let answers = futures::future::join_all(attempts).await;
        let of = |status| answers.iter().filter(|it| it.status == status).count();
        assert_eq!(of(StatusCode::UNPROCESSABLE_ENTITY), 10);
        assert_eq!(of(StatusCode::TOO_MANY_REQUESTS), 5);
    })
    .await;
}

#[tokio::test]
async fn guesses_made_elsewhere_lock_nobody_out_of_a_browser_they_are_known_in() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        let first = try_to_sign_in(world, email, PASSWORD).await;
        let known = format!("ascent_browser={}", first.cookie("ascent_browser").unwrap());
        let session = world.browser_of(&first).await;
        for _ in 0..10 {
            try_to_sign_in(world, email, "wrong").await;
        }
        let locked = try_to_sign_in(world, email, PASSWORD).await;
        assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
        session.get("/account").await.page();
        let browser = world.nobody().with_header("cookie", &known);
        let form = [("email", email), ("password", PASSWORD)];
        assert_eq!(browser.submit("/sign-in", &form).await.location(), "/");
        // It is known for this account only, and its own guesses are counted.
        let other = [("email", "admin@ours.example"), ("password", "wrong")];
        let wrong = [("email", email), ("password", "wrong")];
        for form in [other, wrong] {
            for _ in 0..10 {
                let refused = browser.submit("/sign-in", &form).await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            }
            let locked = browser.submit("/sign-in", &form).await;
            assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
        }
        let locked = try_to_sign_in(world, "admin@ours.example", PASSWORD).await;
        assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    })
    .await;
}

#[tokio::test]
async fn a_place_that_guesses_at_many_accounts_has_to_rest_and_locks_no_more_of_them() {
    on_each_engine(async |world| {
        let place = world.nobody().coming_from("203.0.113.7");
        let guess = async |email: &str, password: &str| {
            let form = [("email", email), ("password", password)];
            place.submit("/sign-in", &form).await
        };
        // An account of one's own does not buy more guesses.
        for n in 0..100 {
            let refused = guess(&format!("user{}@ours.example", n % 50), "wrong").await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}");
            if n == 50 {
                assert_eq!(
                    guess("member@theirs.example", PASSWORD).await.location(),
                    "/"
                );
            }
        }
        for _ in 0..15 {
            let locked = guess("owner@ours.example", PASSWORD).await;
            assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
            assert!(locked.headers.contains_key(header::RETRY_AFTER));
        }
        let elsewhere = try_to_sign_in(world, "owner@ours.example", PASSWORD).await;
        assert_eq!(elsewhere.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_believes_a_trusted_proxy_and_nobody_else_where_somebody_came_from() {
    on_each_engine(async |world| {
        let owner = world
            .ours
            .owner
            .with_header("x-forwarded-for", "6.6.6.6, 198.51.100.4");
        for (peer, told) in [("10.0.0.9", "198.51.100.4"), ("203.0.113.7", "203.0.113.7")] {
            let body = json!({ "name": peer, "currency": "USD" });
            owner
                .coming_from(peer)
                .post("/api/v1/clients", body)
                .await
                .json(201);
            let events = world
                .ours
                .owner
                .get("/api/v1/audit-events?limit=1")
                .await
                .json(200);
            assert_eq!(events["data"][0]["remote_address"], told);
        }
    })
    .await;
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_browser_had() {
    on_each_engine(async |world| {
        let before = world.sign_in("member@ours.example").await;
        let form = [("email", "admin@ours.example"), ("password", PASSWORD)];
        let answer = before.submit("/sign-in", &form).await;
        world.browser_of(&answer).await.get("/").await.page();
        assert!(before.get("/").await.status.is_redirection());
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
async fn a_method_that_nothing_answers_is_a_problem_or_a_page() {
    on_each_engine(async |world| {
        let answer = world.ours.owner.delete("/api/v1/clients").await;
        assert_eq!(answer.refusal(405), "method_not_allowed");
        assert!(answer.headers.contains_key(header::ALLOW));
        let page = world.ours.browser.submit("/admin/roles", &[]).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(page.text.contains("<h1>") && page.headers.contains_key(header::ALLOW));
    })
    .await;
}

#[tokio::test]
async fn the_character_nul_is_refused_and_breaks_nothing() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        for path in ["clients?q=a%00b", "clients?cursor=WyJcdTAwMDAiLCJ4Il0"] {
            let status = owner.get(&format!("/api/v1/{path}")).await.status;
            assert!(status.is_client_error(), "{path}: {status}");
        }
        let body = json!({ "name": "Lake\0side" });
        let refused = owner.post("/api/v1/clients", body).await.json(422);
        assert_eq!(refused["errors"][0]["field"], "name");
        let browser = &world.ours.browser;
        browser.get("/clients?q=a%00b").await.page();
        let form = [
            ("name", "Lake\0side"),
            ("currency", "USD"),
            ("payment_terms_days", "30"),
        ];
        let answer = browser.submit("/clients/new", &form).await;
        assert!(!answer.status.is_server_error(), "{}", answer.text);
        let form = [("email", "a\0@b.example"), ("password", "\0")];
        let answer = world.nobody().submit("/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn a_read_does_not_wait_for_a_writer_to_note_that_somebody_was_seen() {
    on_each_engine(async |world| {
        world.set_now("2026-06-15T12:30:00Z");
        // On SQLite the only one who may write.
        let writer = world.app.database.write(world.ours.id).await.unwrap();
        world.ours.owner.get("/api/v1/me").await.json(200);
        world.ours.browser.get("/clients").await.page();
        drop(writer);
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

#[tokio::test]
async fn over_https_only_a_cookie_of_this_very_host_opens_a_session() {
    on_each_engine(async |world| {
        let (_, router) = world.over_https();
        let browser = world.nobody().at(&router);
        let form = [("email", "owner@ours.example"), ("password", PASSWORD)];
        let entered = browser.submit("/sign-in", &form).await;
        let name = "__Host-ascent_session";
        let secret = entered.cookie(name).unwrap();
        let set = entered.headers.get_all("set-cookie").iter();
        let set = set.filter_map(|it| it.to_str().ok());
        let [set] = set.filter(|it| it.starts_with(name)).collect::<Vec<_>>()[..] else {
            panic!("one cookie");
        };
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(set.contains(attribute), "{set}");
        }
        assert!(!set.contains("Domain"), "{set}");
        assert_eq!(
            entered.headers[header::STRICT_TRANSPORT_SECURITY],
            "max-age=31536000"
        );
        let ours = browser.with_header("cookie", &format!("{name}={secret}"));
        ours.get("/account").await.page();
        // A neighbouring host could have set this one.
        let planted = browser.with_header("cookie", &format!("ascent_session={secret}"));
        assert!(planted.get("/account").await.status.is_redirection());
    })
    .await;
}

#[tokio::test]
async fn subdomains_are_told_to_use_https_where_the_operator_answers_for_them() {
    on_each_engine(async |world| {
        let told = async |router| {
            let answer = world.nobody().at(router).get("/sign-in").await;
            answer.headers[header::STRICT_TRANSPORT_SECURITY].clone()
        };
        let (_, alone) = world.over_https();
        assert_eq!(told(&alone).await, "max-age=31536000");
        let (_, with_subdomains) = world.over_https_with_subdomains();
        assert_eq!(
            told(&with_subdomains).await,
            "max-age=31536000; includeSubDomains"
        );
        let plain = world.nobody().get("/sign-in").await;
        assert!(
            !plain
                .headers
                .contains_key(header::STRICT_TRANSPORT_SECURITY)
        );
    })
    .await;
}
