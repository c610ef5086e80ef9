//! What is held about somebody, as they get it themselves.

use axum::http::header;
use serde_json::{Value, json};

use crate::{
    invitations::join,
    second_factor::protect,
    world::{NOW, PASSWORD, on_each_engine},
};

const EXPORT: &str = "/api/v1/me/export";

/// The values of a field of every entry of a list.
fn each<'a>(held: &'a Value, list: &str, field: &str) -> Vec<&'a str> {
    let entries = held[list].as_array().unwrap().iter();
    entries.map(|it| it[field].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everybody_gets_what_is_held_about_them_and_no_secret() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        let visitor = world
            .nobody()
            .coming_from("203.0.113.9")
            .with_header("user-agent", "Mozilla/5.0 (X11; Linux) Firefox/150.0");
        let form = [("email", email), ("password", PASSWORD)];
        let entered = visitor.submit("/sign-in", &form).await;
        let known = entered.cookie("ascent_browser").unwrap();
        let browser = world.browser_of(&entered).await;
        let token = json!({ "name": "Ledger", "read_only": true, "permissions": ["clients.manage"],
            "expires_at": "2026-12-31T00:00:00Z" });
        let made = browser.post("/api/v1/api-tokens", token).await.json(201);
        browser
            .post("/api/v1/clients", json!({ "name": "Lakeside" }))
            .await
            .json(201);

        let file = browser.get("/account/export").await;
        assert_eq!(
            file.headers[header::CONTENT_DISPOSITION],
            "attachment; filename=\"held-about-me.json\""
        );
        assert_eq!(file.headers[header::CACHE_CONTROL], "no-store");
        let held = file.json(200);
        assert_eq!(browser.get(EXPORT).await.json(200), held);
        assert_eq!(held["account"]["email"], email);
        assert_eq!(held["account"]["name"], "member");
        assert_eq!(held["account"]["created_at"], NOW);
        assert_eq!(held["account"]["second_factor_since"], Value::Null);
        assert_eq!(each(&held, "memberships", "organization"), ["Ours"]);
        assert_eq!(each(&held, "memberships", "role"), ["member"]);
        assert_eq!(
            each(&held, "sessions", "device"),
            ["Firefox on Linux"],
            "{held}"
        );
        assert_eq!(held["sessions"][0]["remote_address"], "203.0.113.9");
        assert_eq!(
            held["browsers_known_until"],
            json!(["2026-12-12T12:00:00Z"])
        );
        let tokens = each(&held, "tokens", "name");
        assert_eq!(tokens, ["Ledger", "Test"]);
        let ledger = &held["tokens"][0];
        assert_eq!(ledger["permissions"], json!(["clients.manage"]));
        assert_eq!(ledger["read_only"], true);
        assert_eq!(ledger["expires_at"], "2026-12-31T00:00:00Z");
        assert_eq!(
            each(&held, "activities", "action"),
            ["client.created", "api_token.created"]
        );
        for secret in [made["secret"].as_str().unwrap(), &known, "$argon2id$"] {
            assert!(!file.text.contains(secret));
        }
        let page = browser.get("/account").await.text;
        assert!(page.contains("href=\"/account/export\""));
        assert_eq!(
            world.nobody().get(EXPORT).await.refusal(401),
            "not_signed_in"
        );
        let away = world.nobody().get("/account/export").await;
        assert!(away.location().starts_with("/sign-in"));
    })
    .await;
}

#[tokio::test]
async fn it_holds_nothing_of_other_people_nor_of_organizations_that_they_do_not_belong_to() {
    on_each_engine(async |world| {
        let email = "member@theirs.example";
        let there = protect(world, email).await.browser;
        let client = json!({ "name": "Harbor" });
        there
            .post("/api/v1/clients", client.clone())
            .await
            .json(201);
        world
            .ours
            .admin
            .post("/api/v1/clients", client)
            .await
            .json(201);
        let body = json!({ "email": email, "role": "admin" });
        let invited = world.ours.owner.post("/api/v1/users", body).await.json(201);
        let invited_only = there.get(EXPORT).await;
        let held = invited_only.json(200);
        assert_eq!(each(&held, "memberships", "organization"), ["Theirs"]);
        assert_eq!(held["account"]["second_factor_since"], NOW);
        let first = each(&held, "activities", "action");
        assert_eq!(first[0], "client.created", "the latest first: {first:?}");
        let ours = [world.ours.id.to_string(), "Ours".to_owned()];
        for stranger in ["owner@", "admin@", "ours.example", &ours[0], &ours[1]] {
            assert!(!invited_only.text.contains(stranger), "{stranger}");
        }

        // A second factor is asked for at the door; without it they join at once.
        there.delete("/api/v1/me/second-factor").await;
        let here = join(world, &invited, &[("present_password", PASSWORD)]).await;
        let answer = here.get(EXPORT).await;
        let held = answer.json(200);
        assert_eq!(
            each(&held, "memberships", "organization"),
            ["Ours", "Theirs"]
        );
        assert_eq!(each(&held, "memberships", "role"), ["admin", "member"]);
        assert_eq!(held["organization_id"], ours[0].as_str());
        assert_eq!(each(&held, "activities", "action"), ["user.joined"]);
        assert_eq!(held["tokens"], json!([]), "that one is theirs");
        for stranger in ["owner@", "admin@", "Harbor"] {
            assert!(!answer.text.contains(stranger), "{stranger}");
        }
    })
    .await;
}
