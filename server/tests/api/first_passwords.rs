//! Passwords that may open an account for a while only: somebody else made them, or they are easy to guess by now.

use argon2::{Argon2, PasswordHasher as _};
use axum::http::StatusCode;
use db::args;
use serde_json::json;

use crate::{
    me::texts,
    second_factor::{code, first_step, protect, second_step},
    world::{Answer, PASSWORD, World, on_each_engine},
};

const FACTOR: &str = "/api/v1/me/second-factor";
const GIVEN: &str = "kites over the harbour";
const OWN: &str = "seven lamps in a tunnel";

db::statements! {
    system SET_PASSWORD = "update account set password_hash = $1 where email = $2";
}

async fn sign_in(world: &World, email: &str, password: &str) -> Answer {
    let form = [
        ("email", email),
        ("password", password),
        ("next", "/clients"),
    ];
    world.nobody().submit("/sign-in", &form).await
}

/// What goes on where another password is asked for.
fn step(asked: &Answer) -> String {
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    assert!(asked.cookie("ascent_session").is_none());
    let page = asked.page();
    assert_eq!(texts(&page, "form", "action"), ["/sign-in/password"]);
    texts(&page, "input[name=step]", "value").remove(0)
}

async fn choose(world: &World, step: &str, password: &str) -> Answer {
    let form = [("step", step), ("password", password), ("next", "/clients")];
    world.nobody().submit("/sign-in/password", &form).await
}

#[tokio::test]
async fn a_password_that_somebody_else_made_opens_an_account_for_a_week() {
    on_each_engine(async |world| {
        let email = "new@ours.example";
        let body = json!({ "email": email, "role": "member", "password": GIVEN });
        world.ours.owner.post("/api/v1/users", body).await.json(201);
        assert_eq!(sign_in(world, email, GIVEN).await.location(), "/clients");
        world.set_now("2026-06-22T12:00:01Z");
        let other = sign_in(world, email, "wrong wrong wrong").await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        let asked = step(&sign_in(world, email, GIVEN).await);
        for (refused, why) in [
            (GIVEN, "the password that you have"),
            ("Password-2026!", "easy to guess"),
            ("short", "at least 12"),
        ] {
            let answer = choose(world, &asked, refused).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text.contains(why), "{}", answer.text);
            assert!(answer.cookie("ascent_session").is_none());
            assert!(!answer.text.contains(refused) || refused == "short");
        }
        let entered = choose(world, &asked, OWN).await;
        assert_eq!(entered.location(), "/clients");
        world
            .browser_of(&entered)
            .await
            .get("/clients")
            .await
            .page();
        assert_eq!(
            choose(world, &asked, "another good one of mine")
                .await
                .status,
            StatusCode::CONFLICT,
            "it works once"
        );
        assert_eq!(
            sign_in(world, email, GIVEN).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(sign_in(world, email, OWN).await.location(), "/clients");
        let audit = world.ours.owner.get("/api/v1/audit-events").await;
        assert!(audit.text.contains("account.password_changed"));
    })
    .await;
}

#[tokio::test]
async fn a_password_that_is_easy_to_guess_by_now_is_replaced_at_sign_in_after_the_code() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        let it = protect(world, email).await;
        let early = first_step(world, email).await;
        assert_eq!(
            choose(world, &early, OWN).await.status,
            StatusCode::CONFLICT,
            "nothing has to be chosen, and no code was given"
        );
        let leaked = leak_password(world, email).await;
        let asked = sign_in(world, email, leaked).await;
        let asked = texts(&asked.page(), "input[name=step]", "value").remove(0);
        assert_eq!(
            choose(world, &asked, OWN).await.status,
            StatusCode::CONFLICT,
            "no code was given"
        );
        let asked = step(&second_step(world, &asked, &code(world, &it.secret, 1)).await);
        assert_eq!(choose(world, &asked, OWN).await.location(), "/clients");
        assert!(
            it.browser.get("/account").await.status.is_redirection(),
            "other sessions ended"
        );
        let late = sign_in(world, "admin@ours.example", PASSWORD).await;
        assert_eq!(late.location(), "/clients", "theirs is good");
    })
    .await;
}

#[tokio::test]
async fn a_second_factor_turned_on_meanwhile_stands_in_the_way_of_whoever_came_without_a_code() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        let owner = world.sign_in(email).await;
        let leaked = leak_password(world, email).await;
        let asked = step(&sign_in(world, email, leaked).await);
        let made = owner.post(FACTOR, json!({})).await.json(201);
        let shown = code(world, made["secret"].as_str().unwrap(), 0);
        let path = format!("{FACTOR}/confirmation");
        owner.post(&path, json!({ "code": shown })).await.json(201);
        let late = choose(world, &asked, OWN).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.cookie("ascent_session").is_none());
    })
    .await;
}

/// Gives an account a password that is easy to guess, as one may be that was chosen before it was known to be.
async fn leak_password(world: &World, email: &str) -> &'static str {
    let leaked = "passwordpassword";
    let hash = Argon2::default().hash_password(leaked.as_bytes()).unwrap();
    let mut tx = world.app.database.system_write().await.unwrap();
    tx.execute(&SET_PASSWORD, args![hash.to_string(), email])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    leaked
}
