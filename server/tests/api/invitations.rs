//! Coming into an organization: by its own link, and by signing in.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    roles::id_of,
    world::{Answer, Organization, PASSWORD, User, World, on_each_engine},
};

const PATH: &str = "/api/v1/users";
const OTHER: &str = "another password for tests";

async fn invite(organization: &Organization, email: &str) -> Value {
    let body = json!({ "email": email, "role": "admin" });
    organization.owner.post(PATH, body).await.json(201)
}

/// The code in the link of an invitation or of one renewed.
fn code(invited: &Value) -> &str {
    let link = invited.get("invitation").unwrap_or(invited);
    link["url"].as_str().unwrap().split_once("code=").unwrap().1
}

async fn open(world: &World, invited: &Value) -> Answer {
    let path = format!("/invitation?code={}", code(invited));
    world.nobody().get(&path).await
}

/// What the page behind the link answers to what was typed there.
async fn submit(world: &World, invited: &Value, typed: &[(&str, &str)]) -> Answer {
    let mut form = vec![("code", code(invited))];
    form.extend_from_slice(typed);
    world.nobody().submit("/invitation", &form).await
}

/// The browser of somebody who joined by their link.
pub async fn join(world: &World, invited: &Value, typed: &[(&str, &str)]) -> User {
    let answer = submit(world, invited, typed).await;
    assert_eq!(answer.location(), "/");
    world.browser_of(&answer).await
}

/// Whether somebody can sign in and then enter an organization.
async fn enters(world: &World, email: &str, password: &str, there: &Organization) -> bool {
    let form = [("email", email), ("password", password)];
    let answer = world.nobody().submit("/sign-in", &form).await;
    if answer.status != StatusCode::SEE_OTHER {
        return false;
    }
    let browser = world.browser_of(&answer).await;
    let id = there.id.to_string();
    let form = [("organization_id", id.as_str())];
    let switched = browser.submit("/switch-organization", &form).await;
    switched.status == StatusCode::SEE_OTHER || {
        let (organization, _) = browser
            .cookie()
            .split_once('=')
            .unwrap()
            .1
            .split_once('.')
            .unwrap();
        organization == id
    }
}

#[tokio::test]
async fn somebody_invited_chooses_a_password_by_a_link_that_works_once() {
    on_each_engine(async |world| {
        let body = json!({ "email": "Ann@New.example", "name": "Ann", "role": "member" });
        let invited = world.ours.admin.post(PATH, body).await.json(201);
        assert_eq!(
            (&invited["email"], &invited["status"]),
            (&json!("ann@new.example"), &json!("invited"))
        );
        let url = invited["invitation"]["url"].as_str().unwrap();
        let (_, code) = url.split_once("code=").unwrap();
        let page = world
            .nobody()
            .get(&format!("/invitation?code={code}"))
            .await;
        assert!(
            page.text.contains("Ours") && page.text.contains("ann@new.example"),
            "{}",
            page.text
        );

        let form = [("code", code), ("name", "Ann Reed"), ("password", "short")];
        let refused = world.nobody().submit("/invitation", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("Ann Reed") && refused.text.contains("at least 12"));

        let form = [("code", code), ("name", "Ann Reed"), ("password", PASSWORD)];
        assert_eq!(
            world.nobody().submit("/invitation", &form).await.location(),
            "/"
        );
        assert_eq!(
            world.nobody().submit("/invitation", &form).await.status,
            StatusCode::NOT_FOUND
        );
        world.sign_in("ann@new.example").await.get("/").await.page();
        let id = id_of(&world.ours.owner, "ann@new.example").await;
        let user = world
            .ours
            .owner
            .get(&format!("{PATH}/{id}"))
            .await
            .json(200);
        assert_eq!(
            (&user["name"], &user["status"]),
            (&json!("Ann Reed"), &json!("active"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_after_a_week_and_a_new_one_ends_the_old() {
    on_each_engine(async |world| {
        let body = json!({ "email": "ann@new.example", "role": "member" });
        let invited = world.ours.admin.post(PATH, body).await.json(201);
        let path = format!("{PATH}/{}/invitation", invited["id"].as_str().unwrap());
        let renewed = world.ours.admin.post(&path, json!({})).await.json(201);
        let page = |url: &serde_json::Value| {
            let (_, code) = url.as_str().unwrap().split_once("code=").unwrap();
            format!("/invitation?code={code}")
        };
        let (old, new) = (page(&invited["invitation"]["url"]), page(&renewed["url"]));
        assert_eq!(world.nobody().get(&old).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.nobody().get(&new).await.status, StatusCode::OK);
        world.set_now("2026-06-22T12:00:01Z");
        assert_eq!(world.nobody().get(&new).await.status, StatusCode::NOT_FOUND);
        let sign_in = [("email", "ann@new.example"), ("password", PASSWORD)];
        let refused = world.nobody().submit("/sign-in", &sign_in).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_exists_joins_by_the_link_and_its_own_password() {
    on_each_engine(async |world| {
        let email = "member@theirs.example";
        let body = json!({ "email": email, "name": "Other", "role": "admin", "password": OTHER });
        let invited = world.ours.owner.post(PATH, body.clone()).await.json(201);
        assert_eq!(
            (&invited["had_account"], &invited["name"]),
            (&json!(true), &json!("member"))
        );
        assert_eq!(
            (&invited["status"], &invited["member_since"]),
            (&json!("invited"), &json!(null))
        );
        assert!(
            !enters(world, email, PASSWORD, &world.ours).await,
            "not yet"
        );
        assert!(!enters(world, email, OTHER, &world.ours).await);

        let page = open(world, &invited).await;
        assert!(
            page.text.contains("name=\"present_password\"")
                && !page.text.contains("name=\"password\"")
        );
        let refused = submit(world, &invited, &[("present_password", OTHER)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.text.contains("not the password with which"),
            "{}",
            refused.text
        );
        join(world, &invited, &[("present_password", PASSWORD)])
            .await
            .get("/admin/roles")
            .await
            .page();
        assert!(enters(world, email, PASSWORD, &world.ours).await);
        assert_eq!(open(world, &invited).await.status, StatusCode::NOT_FOUND);

        let refused = world.ours.owner.post(PATH, body).await.json(422);
        assert_eq!(refused["errors"][0]["field"], "email");
        let theirs = world.theirs.owner.get(PATH).await.json(200);
        assert_eq!(theirs["data"].as_array().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn i12_whoever_gave_an_account_its_password_does_not_come_in_elsewhere_with_it() {
    on_each_engine(async |world| {
        let email = "cfo@ours.example";
        let body = json!({ "email": email, "role": "member", "password": OTHER });
        let made = world.theirs.admin.post(PATH, body).await.json(201);
        assert_eq!(made["invitation"], json!(null));
        let form = [("email", email), ("password", OTHER)];
        let there = world.nobody().submit("/sign-in", &form).await;
        let there = world.browser_of(&there).await;

        let invited = invite(&world.ours, email).await;
        assert!(!enters(world, email, OTHER, &world.ours).await);
        // The person got the link of ours and knows the password; so does whoever made the account.
        let page = open(world, &invited).await;
        assert!(
            page.text.contains("name=\"present_password\"")
                && page.text.contains("name=\"password\"")
        );
        let typed = [("present_password", OTHER), ("password", "short")];
        assert_eq!(
            submit(world, &invited, &typed).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let typed = [("present_password", OTHER), ("password", PASSWORD)];
        join(world, &invited, &typed).await.get("/").await.page();
        assert!(!enters(world, email, OTHER, &world.ours).await);
        assert!(
            there.get("/").await.status.is_redirection(),
            "sessions of before have ended"
        );
        assert!(enters(world, email, PASSWORD, &world.theirs).await);
    })
    .await;
}

#[tokio::test]
async fn i12_two_organizations_invite_and_neither_link_opens_the_other() {
    on_each_engine(async |world| {
        let email = "ann@new.example";
        let (ours, theirs) = (
            invite(&world.ours, email).await,
            invite(&world.theirs, email).await,
        );
        assert_eq!(
            (&ours["had_account"], &theirs["had_account"]),
            (&json!(false), &json!(true))
        );
        let first = [("name", "Ann"), ("password", PASSWORD)];
        join(world, &ours, &first).await.get("/").await.page();
        // Whoever kept the other link can choose no password any more.
        let again = [("name", "Eve"), ("password", OTHER)];
        assert_eq!(
            submit(world, &theirs, &again).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert!(!enters(world, email, OTHER, &world.ours).await);
        assert!(
            !enters(world, email, PASSWORD, &world.theirs).await,
            "not joined yet"
        );

        let path = format!("{PATH}/{}/invitation", theirs["id"].as_str().unwrap());
        let renewed = world.theirs.owner.post(&path, json!({})).await.json(201);
        join(world, &renewed, &[("present_password", PASSWORD)])
            .await
            .get("/")
            .await
            .page();
        assert!(enters(world, email, PASSWORD, &world.ours).await);
        assert!(enters(world, email, PASSWORD, &world.theirs).await);
        assert_eq!(
            world.theirs.owner.post(&path, json!({})).await.refusal(409),
            "already_active"
        );
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_has_not_joined_does_not_count_as_one() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let body = json!({ "email": "owner@theirs.example", "role": "owner" });
        let invited = owner.post(PATH, body).await.json(201);
        let me = format!("{PATH}/{}", id_of(owner, "owner@ours.example").await);
        assert_eq!(owner.delete(&me).await.refusal(409), "last_owner");
        let other = format!("{PATH}/{}", invited["id"].as_str().unwrap());
        let member = json!({ "role": "member" });
        owner.patch(&other, member).await.json(200);
        assert_eq!(owner.delete(&other).await.status, StatusCode::NO_CONTENT);
        assert_eq!(open(world, &invited).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_first_password_opens_at_once_and_appears_nowhere() {
    on_each_engine(async |world| {
        let body = json!({ "email": "ann@new.example", "role": "member", "password": PASSWORD });
        let answer = world.ours.owner.post(PATH, body).await;
        assert!(!answer.text.contains(PASSWORD) && !answer.text.contains("argon2"));
        assert_eq!(answer.json(201)["status"], "active");
        world.sign_in("ann@new.example").await.get("/").await.page();
        let short = json!({ "email": "bob@new.example", "role": "member", "password": "short" });
        let refused = world.ours.owner.post(PATH, short).await.json(422);
        assert_eq!(refused["errors"][0]["field"], "password");
    })
    .await;
}
