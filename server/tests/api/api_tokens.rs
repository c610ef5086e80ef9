//! API tokens: shown once, one's own or everybody's, revoked.

use axum::http::StatusCode;
use serde_json::json;

use crate::{me::texts, world::on_each_engine};

const PATH: &str = "/api/v1/api-tokens";

#[tokio::test]
async fn a_token_is_shown_once_and_works_until_it_is_revoked() {
    on_each_engine(async |world| {
        let made = world
            .ours
            .member
            .post(PATH, json!({ "name": "Export" }))
            .await
            .json(201);
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.ends_with(made["hint"].as_str().unwrap()));
        let token = world.token(secret);
        assert_eq!(token.get("/api/v1/me").await.json(200)["role"], "member");
        let list = world.ours.member.get(PATH).await;
        assert!(!list.text.contains(secret), "never again");
        let rows = list.json(200)["data"].as_array().unwrap().clone();
        assert_eq!(
            (&rows[0]["name"], &rows[1]["name"]),
            (&json!("Export"), &json!("Test"))
        );
        assert_eq!(rows[0]["last_used_at"], "2026-06-15T12:00:00Z");
        let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
        assert_eq!(
            world.ours.member.delete(&path).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(token.get("/api/v1/me").await.refusal(401), "not_signed_in");
    })
    .await;
}

#[tokio::test]
async fn a_token_ends_when_it_was_told_to() {
    on_each_engine(async |world| {
        let past = json!({ "name": "Export", "expires_at": "2026-06-15T12:00:00Z" });
        let refused = world.ours.owner.post(PATH, past).await.json(422);
        assert_eq!(refused["errors"][0]["field"], "expires_at");
        let body = json!({ "name": "Export", "expires_at": "2026-07-15T12:00:00Z" });
        let made = world.ours.owner.post(PATH, body).await.json(201);
        let token = world.token(made["secret"].as_str().unwrap());
        world.set_now("2026-07-15T11:59:59Z");
        token.get("/api/v1/me").await.json(200);
        world.set_now("2026-07-15T12:00:00Z");
        assert_eq!(token.get("/api/v1/me").await.refusal(401), "not_signed_in");
    })
    .await;
}

#[tokio::test]
async fn everybodys_tokens_are_for_who_manages_the_settings() {
    on_each_engine(async |world| {
        let members = world.ours.member.get(PATH).await.json(200);
        let members = members["data"][0]["id"].as_str().unwrap().to_owned();
        let all = format!("{PATH}?all=true");
        assert_eq!(
            world.ours.member.get(&all).await.refusal(403),
            "permission_denied"
        );
        let list = world.ours.admin.get(&all).await.json(200);
        assert_eq!(list["data"].as_array().unwrap().len(), 3);
        let owners = world.ours.owner.get(PATH).await.json(200);
        let owners = format!("{PATH}/{}", owners["data"][0]["id"].as_str().unwrap());
        assert_eq!(
            world.ours.member.delete(&owners).await.refusal(404),
            "not_found"
        );
        let members = format!("{PATH}/{members}");
        assert_eq!(
            world.theirs.owner.delete(&members).await.refusal(404),
            "not_found"
        );
        assert_eq!(
            world.ours.admin.delete(&members).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            world.ours.member.get("/api/v1/me").await.refusal(401),
            "not_signed_in"
        );
    })
    .await;
}

#[tokio::test]
async fn a_token_without_a_name_is_refused() {
    on_each_engine(async |world| {
        let refused = world
            .ours
            .owner
            .post(PATH, json!({ "name": " " }))
            .await
            .json(422);
        assert_eq!(refused["errors"][0]["field"], "name");
    })
    .await;
}

#[tokio::test]
async fn a_token_is_made_and_revoked_on_the_pages() {
    on_each_engine(async |world| {
        let member = world.sign_in("member@ours.example").await;
        let refused = member.submit("/account/tokens/new", &[("name", "")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("name", "Export"), ("lifetime", "30")];
        let page = member.submit("/account/tokens/new", &form).await;
        let secret = texts(&page.page(), "#secret", "value").remove(0);
        let token = world.token(&secret);
        token.get("/api/v1/me").await.json(200);
        for path in ["/account", "/account/tokens/new"] {
            assert!(!member.get(path).await.text.contains(&secret), "{path}");
        }
        let all = world.ours.browser.get("/admin/settings/tokens").await;
        assert!(all.text.contains("Export") && !all.text.contains(&secret));
        let audit = world.ours.owner.get("/api/v1/audit-events").await;
        assert!(audit.text.contains("api_token.created") && !audit.text.contains(&secret));

        let page = member.get("/account").await;
        let revoke = texts(&page.page(), "a[aria-label='Revoke Export']", "href").remove(0);
        assert!(member.get(&revoke).await.text.contains("Revoke Export?"));
        assert_eq!(
            world.theirs.browser.submit(&revoke, &[]).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(member.submit(&revoke, &[]).await.location(), "/account");
        assert_eq!(token.get("/api/v1/me").await.refusal(401), "not_signed_in");
    })
    .await;
}

#[tokio::test]
async fn a_token_that_ends_makes_none_that_lasts_longer() {
    on_each_engine(async |world| {
        let end = "2026-06-20T12:00:00Z";
        let body = json!({ "name": "Short", "expires_at": end });
        let short = world.ours.owner.post(PATH, body).await.json(201);
        let short = world.token(short["secret"].as_str().unwrap());
        for expires_at in [json!(null), json!("2026-06-20T12:00:01Z")] {
            let body = json!({ "name": "Longer", "expires_at": expires_at });
            let refused = short.post(PATH, body).await.json(422);
            assert_eq!(refused["errors"][0]["field"], "expires_at");
        }
        let body = json!({ "name": "As long", "expires_at": end });
        short.post(PATH, body).await.json(201);
    })
    .await;
}

#[tokio::test]
async fn tokens_are_found_by_name_and_owner() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        for name in ["Nightly export", "Monitoring"] {
            owner
                .post("/api/v1/api-tokens", serde_json::json!({ "name": name }))
                .await
                .json(201);
        }
        let list = owner
            .get("/api/v1/api-tokens?all=true&q=EXPORT")
            .await
            .json(200);
        assert_eq!(list["data"][0]["name"], "Nightly export");
        assert_eq!(list["data"].as_array().unwrap().len(), 1);
        let list = owner
            .get("/api/v1/api-tokens?all=true&q=member%40ours")
            .await
            .json(200);
        let owners = list["data"].as_array().unwrap().iter();
        assert!(owners.clone().count() > 0);
        assert!(
            owners
                .clone()
                .all(|it| it["owner"]["email"] == "member@ours.example")
        );

        let browser = &world.ours.browser;
        let page = browser.get("/admin/settings/tokens?q=monit").await.page();
        let rows = crate::client_pages::texts(&page, "#list tbody th");
        assert!(
            rows.len() == 1 && rows[0].starts_with("Monitoring"),
            "{rows:?}"
        );
        let part = browser
            .script()
            .get("/admin/settings/tokens?q=nothing-such")
            .await;
        assert!(part.text.contains("No token matches"));
    })
    .await;
}
