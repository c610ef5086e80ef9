//! Who is asking, and what they may do.

use ascent::accounts::SessionTimes;
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    invitations::join,
    roles::restrict_admin,
    world::{PASSWORD, User, on_each_engine},
};

#[tokio::test]
async fn everybody_sees_who_they_are_and_what_they_may_do() {
    on_each_engine(async |world| {
        let me = world.ours.owner.get("/api/v1/me").await.json(200);
        assert_eq!(me["user"]["email"], "owner@ours.example");
        assert_eq!(me["organization"]["name"], "Ours");
        assert_eq!(me["organization"]["timezone"], "America/New_York");
        assert_eq!(me["role"], "owner");
        assert_eq!(me["features"], json!(["pax8Integration"]));
        let member = world.ours.member.get("/api/v1/me").await.json(200);
        assert_eq!(
            member["permissions"],
            json!(["clients.manage", "billing.manage"])
        );
        assert_eq!(
            world.nobody().get("/api/v1/me").await.refusal(401),
            "not_signed_in"
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    on_each_engine(async |world| {
        let (here, elsewhere) = (
            world.sign_in("member@ours.example").await,
            world.sign_in("member@ours.example").await,
        );
        let form = [
            ("present_password", "not the password"),
            ("password", "another good password"),
        ];
        let refused = here.submit("/account/password", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("not your present password"));
        assert!(!refused.text.contains("another good password"));
        let form = [
            ("present_password", PASSWORD),
            ("password", "another good password"),
        ];
        let done = here.submit("/account/password", &form).await;
        assert_eq!(done.location(), "/account");
        let renewed = world.browser_of(&done).await;
        renewed.get("/account").await.page();
        assert!(
            here.get("/account").await.status.is_redirection(),
            "the secret that was"
        );
        assert!(elsewhere.get("/account").await.status.is_redirection());
        let old = [("email", "member@ours.example"), ("password", PASSWORD)];
        let refused = world.nobody().submit("/sign-in", &old).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_signed_out() {
    on_each_engine(async |world| {
        let here = world.sign_in("member@ours.example").await;
        let other = world.sign_in("member@ours.example").await;
        let page = here.get("/account").await;
        let ends = texts(&page.page(), "form[action$='/end']", "action");
        assert_eq!(ends.len(), 1, "not the present one");
        let strangers = world.theirs.browser.submit(&ends[0], &[]).await;
        assert_eq!(strangers.status, StatusCode::NOT_FOUND);
        assert_eq!(here.submit(&ends[0], &[]).await.location(), "/account");
        assert!(other.get("/account").await.status.is_redirection());
    })
    .await;
}

#[tokio::test]
async fn an_easily_guessed_password_is_refused_wherever_one_is_chosen() {
    on_each_engine(async |world| {
        let guess = "Password-2026!";
        let member = world.sign_in("member@ours.example").await;
        let form = [("present_password", PASSWORD), ("password", guess)];
        let page = member.submit("/account/password", &form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains("easy to guess") && !page.text.contains(guess));

        let owner = &world.ours.owner;
        let named = "cassandra-cassandra";
        let body = json!({ "email": "x@new.example", "name": "Cassandra", "role": "member", "password": named });
        let refused = owner.post("/api/v1/users", body).await;
        assert!(!refused.text.contains(named));
        assert_eq!(refused.json(422)["errors"][0]["field"], "password");

        let body = json!({ "email": "cassandra@new.example", "role": "member" });
        let invited = owner.post("/api/v1/users", body).await.json(201);
        let url = invited["invitation"]["url"].as_str().unwrap();
        let code = url.split_once("code=").unwrap().1;
        let form = [("code", code), ("name", "C"), ("password", named)];
        let page = world.nobody().submit("/invitation", &form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains("easy to guess") && !page.text.contains(named));
    })
    .await;
}

#[tokio::test]
async fn sessions_say_what_they_are_and_all_of_them_end_at_once() {
    on_each_engine(async |world| {
        let windows = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/150.0";
        let there = world.nobody().with_header("user-agent", windows);
        let there = there.coming_from("203.0.113.7");
        let form = [("email", "member@ours.example"), ("password", PASSWORD)];
        let there = world
            .browser_of(&there.submit("/sign-in", &form).await)
            .await;
        let here = world.sign_in("member@ours.example").await;
        let page = here.get("/account").await.text;
        assert!(page.contains("Firefox on Windows") && page.contains("203.0.113.7"));
        let list = world.ours.member.get("/api/v1/me/sessions").await.json(200);
        let told: Vec<_> = list["data"].as_array().unwrap().iter().collect();
        assert_eq!(told.len(), 2);
        assert!(told.iter().any(
            |it| it["device"] == "Firefox on Windows" && it["remote_address"] == "203.0.113.7"
        ));

        let path = format!("/api/v1/me/sessions/{}", told[0]["id"].as_str().unwrap());
        assert_eq!(
            world.theirs.member.delete(&path).await.refusal(404),
            "not_found"
        );
        assert_eq!(
            world.ours.member.delete(&path).await.status,
            StatusCode::NO_CONTENT
        );
        assert_ne!(alive(&there).await, alive(&here).await);

        let again = world.sign_in("member@ours.example").await;
        let answer = again.submit("/account/sessions/end-all", &[]).await;
        assert_eq!(answer.location(), "/sign-in");
        for user in [&there, &here, &again] {
            assert!(!alive(user).await);
        }
        world.ours.browser.get("/account").await.page();
        let audit = world.ours.owner.get("/api/v1/audit-events").await;
        assert!(audit.text.contains("account.signed_out_everywhere"));
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_four_hours_without_use_and_after_twelve_in_any_case() {
    on_each_engine(async |world| {
        let (idle, used) = (
            world.sign_in("member@ours.example").await,
            world.sign_in("member@ours.example").await,
        );
        // Looking at it would be a use.
        for (now, lives) in [
            ("15:59:59", true),
            ("19:59:00", true),
            ("23:58:00", true),
            ("23:59:59", true),
        ] {
            world.set_now(&format!("2026-06-15T{now}Z"));
            assert_eq!(alive(&used).await, lives, "{now}");
        }
        assert!(!alive(&idle).await);
        world.set_now("2026-06-16T00:00:00Z");
        assert!(used.get("/account").await.status.is_redirection());
    })
    .await;
}

#[tokio::test]
async fn sessions_live_as_long_as_the_operator_lets_them() {
    on_each_engine(async |world| {
        let half_an_hour = SessionTimes {
            lifetime: SignedDuration::from_hours(1),
            idle: SignedDuration::from_mins(30),
        };
        let (_, router) = world.with_sessions(half_an_hour);
        let nobody = world.nobody().at(&router);
        let form = [("email", "member@ours.example"), ("password", PASSWORD)];
        let sign_in = async || {
            let entered = nobody.submit("/sign-in", &form).await;
            world.browser_of(&entered).await.at(&router)
        };
        let (idle, used) = (sign_in().await, sign_in().await);
        for now in ["12:29:59", "12:59:58"] {
            world.set_now(&format!("2026-06-15T{now}Z"));
            assert!(alive(&used).await, "{now}");
        }
        assert!(!alive(&idle).await);
        world.set_now("2026-06-15T13:00:00Z");
        assert!(!alive(&used).await);
    })
    .await;
}

async fn alive(user: &User) -> bool {
    user.get("/account").await.status.is_success()
}

#[tokio::test]
async fn somebody_renames_themselves_in_a_form_that_comes_back_filled() {
    on_each_engine(async |world| {
        let member = world.sign_in("member@ours.example").await;
        let long = "x".repeat(201);
        let refused = member.submit("/account/name", &[("name", &long)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(&long) && refused.text.contains("at most 200"));
        member
            .submit("/account/name", &[("name", "Ann Reed")])
            .await
            .location();
        let me = world.ours.member.get("/api/v1/me").await.json(200);
        assert_eq!(me["user"]["name"], "Ann Reed");
    })
    .await;
}

#[tokio::test]
async fn who_works_for_two_organizations_switches_between_them() {
    on_each_engine(async |world| {
        let member = world.sign_in("member@theirs.example").await;
        let ours = world.ours.id.to_string();
        let form = [("organization_id", ours.as_str())];
        assert!(!member.get("/").await.text.contains("/switch-organization"));
        let refused = member.submit("/switch-organization", &form).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);

        let body = json!({ "email": "member@theirs.example", "role": "admin" });
        let invited = world.ours.owner.post("/api/v1/users", body).await.json(201);
        assert!(!member.get("/").await.text.contains("/switch-organization"));
        join(world, &invited, &[("present_password", PASSWORD)]).await;
        assert!(member.get("/").await.text.contains("/switch-organization"));
        let answer = member.submit("/switch-organization", &form).await;
        assert_eq!(answer.location(), "/");
        assert!(
            answer.told().contains("You are in Ours now."),
            "{}",
            answer.told()
        );
        let there = world.browser_of(&answer).await;
        let page = there.get("/account").await;
        assert!(page.text.contains("Role in Ours"), "{}", page.text);
        assert!(
            member.get("/").await.status.is_redirection(),
            "the session there ended"
        );
    })
    .await;
}

#[tokio::test]
async fn a_refused_page_says_in_the_frame_what_is_missing_and_who_can_give_it() {
    on_each_engine(async |world| {
        let member = world.sign_in("member@ours.example").await;
        let page = member.get("/admin/roles").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.text.contains("owner@ours.example") && page.text.contains("id=\"sidebar\""));
        restrict_admin(world, &["roles.manage"]).await;
        let admin = world.sign_in("admin@ours.example").await;
        let page = admin.get("/admin/settings").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.text.contains("settings.manage") && page.text.contains("owner@ours.example"));
        let home = admin.get("/").await.text;
        assert!(home.contains("\"/admin/roles\"") && !home.contains("\"/admin/settings\""));
    })
    .await;
}

/// The values of an attribute of every element that a selector finds.
pub fn texts(page: &scraper::Html, selector: &str, attribute: &str) -> Vec<String> {
    let selector = scraper::Selector::parse(selector).unwrap();
    let found = page.select(&selector);
    found
        .filter_map(|it| it.attr(attribute))
        .map(str::to_owned)
        .collect()
}
