//! The second factor: set up, asked for, recovered, reset, required.

use ascent::secrets::Vault;
use axum::http::StatusCode;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;

use crate::{
    invitations::join,
    me::texts,
    roles::{id_of, restrict_admin},
    rotation::{new_key, rotate_to_the_new_key},
    world::{Answer, PASSWORD, User, World, on_each_engine},
};

const FACTOR: &str = "/api/v1/me/second-factor";

/// What an authenticator app with the secret shows, so many steps from now.
pub fn code(world: &World, secret: &str, steps: i64) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret
        .chars()
        .map(|c| format!("{:05b}", alphabet.find(c).unwrap()))
        .collect();
    let bytes = bits.as_bytes().chunks_exact(8);
    let key: Vec<u8> = bytes
        .map(|it| u8::from_str_radix(std::str::from_utf8(it).unwrap(), 2).unwrap())
        .collect();
    let step = world.app.clock.now().as_second() / 30 + steps;
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// Somebody with a second factor: their browser, the secret of their app, their recovery codes.
pub struct Protected {
    pub browser: User,
    pub secret: String,
    pub recovery: Vec<String>,
}

pub async fn protect(world: &World, email: &str) -> Protected {
    let browser = world.sign_in(email).await;
    let made = browser.post(FACTOR, json!({})).await.json(201);
    let secret = made["secret"].as_str().unwrap().to_owned();
    let body = json!({ "code": code(world, &secret, 0) });
    let path = format!("{FACTOR}/confirmation");
    let answer = browser.post(&path, body).await;
    let codes = answer.json(201)["recovery_codes"]
        .as_array()
        .unwrap()
        .clone();
    Protected {
        browser: world.browser_of(&answer).await,
        secret,
        recovery: codes
            .iter()
            .map(|it| it.as_str().unwrap().to_owned())
            .collect(),
    }
}

/// The first step of signing in: what goes on with the second one.
pub async fn first_step(world: &World, email: &str) -> String {
    let form = [
        ("email", email),
        ("password", PASSWORD),
        ("next", "/clients"),
    ];
    let answer = world.nobody().submit("/sign-in", &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.cookie("ascent_session").is_none());
    texts(&answer.page(), "input[name=step]", "value").remove(0)
}

pub async fn second_step(world: &World, step: &str, code: &str) -> Answer {
    let form = [("step", step), ("code", code), ("next", "/clients")];
    world.nobody().submit("/sign-in/code", &form).await
}

#[tokio::test]
async fn a_code_of_the_app_is_asked_for_beside_the_password_and_works_once() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        let other = world.sign_in(email).await;
        let it = protect(world, email).await;
        it.browser.get("/account").await.page();
        assert!(
            other.get("/").await.status.is_redirection(),
            "other sessions ended"
        );
        let state = it.browser.get(FACTOR).await.json(200);
        assert_eq!(
            (&state["on"], &state["recovery_codes_left"]),
            (&json!(true), &json!(10))
        );

        let step = first_step(world, email).await;
        let used = code(world, &it.secret, 0);
        for wrong in ["", "000000", &used] {
            let refused = second_step(world, &step, wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let next = code(world, &it.secret, 1);
        let spaced = format!("{} {}", &next[..3], &next[3..]);
        let entered = second_step(world, &step, &spaced).await;
        assert_eq!(entered.location(), "/clients");
        world
            .browser_of(&entered)
            .await
            .get("/clients")
            .await
            .page();
        let again = second_step(world, &step, &next).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "used");
    })
    .await;
}

#[tokio::test]
async fn the_first_step_is_nobody_elses_and_ends() {
    on_each_engine(async |world| {
        let it = protect(world, "member@ours.example").await;
        let step = first_step(world, "member@ours.example").await;
        for forged in ["", "abc", &step[..step.len() - 4]] {
            let refused = second_step(world, forged, &code(world, &it.secret, 1)).await;
            assert_eq!(refused.status, StatusCode::CONFLICT);
        }
        world.set_now("2026-06-15T12:10:01Z");
        let late = second_step(world, &step, &code(world, &it.secret, 0)).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn a_second_factor_outlives_the_replacement_of_the_master_key() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        let it = protect(world, email).await;
        rotate_to_the_new_key(world).await.unwrap();
        let (_, router) = world.with_vault(Vault::new(&new_key()));
        let nobody = world.nobody().at(&router);
        let form = [("email", email), ("password", PASSWORD)];
        let asked = nobody.submit("/sign-in", &form).await.page();
        let step = texts(&asked, "input[name=step]", "value").remove(0);
        let code = code(world, &it.secret, 1);
        let form = [("step", step.as_str()), ("code", code.as_str())];
        assert_eq!(nobody.submit("/sign-in/code", &form).await.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn codes_have_a_limit_of_their_own() {
    on_each_engine(async |world| {
        let it = protect(world, "member@ours.example").await;
        let step = first_step(world, "member@ours.example").await;
        for _ in 0..5 {
            let refused = second_step(world, &step, "000000").await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let locked = second_step(world, &step, &code(world, &it.secret, 1)).await;
        assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(locked.headers.contains_key("retry-after"));
        it.browser.get("/account").await.page();
        world.set_now("2026-06-15T12:15:01Z");
        let step = first_step(world, "member@ours.example").await;
        let entered = second_step(world, &step, &code(world, &it.secret, 0)).await;
        assert_eq!(entered.location(), "/clients");
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_works_once_and_new_ones_end_the_old() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        let it = protect(world, email).await;
        let step = first_step(world, email).await;
        let typed = it.recovery[0].to_uppercase().replace('-', " ");
        assert_eq!(
            second_step(world, &step, &typed).await.location(),
            "/clients"
        );
        let again = second_step(world, &step, &it.recovery[0]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        let state = it.browser.get(FACTOR).await.json(200);
        assert_eq!(state["recovery_codes_left"], 9);
        let path = format!("{FACTOR}/recovery-codes");
        let renewed = it.browser.post(&path, json!({})).await.json(201);
        let old = second_step(world, &step, &it.recovery[1]).await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
        let new = renewed["recovery_codes"][9].as_str().unwrap();
        assert_eq!(second_step(world, &step, new).await.location(), "/clients");
    })
    .await;
}

#[tokio::test]
async fn it_is_set_up_on_pages_with_a_picture_and_turned_off_again() {
    on_each_engine(async |world| {
        let member = world.sign_in("member@ours.example").await;
        assert!(
            member
                .get("/account")
                .await
                .text
                .contains("/account/second-factor")
        );
        let page = member.submit("/account/second-factor", &[]).await;
        assert!(page.text.contains("<svg class=\"qr\"") && !page.text.contains("style="));
        let secret = texts(&page.page(), "#secret", "value")
            .remove(0)
            .replace(' ', "");
        assert_eq!(secret.len(), 32);
        let confirm = "/account/second-factor/confirm";
        let refused = member.submit(confirm, &[("code", "000000")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.text.replace(' ', "").contains(&secret),
            "the same picture again"
        );
        // Nothing asks for it before a code was entered.
        world
            .sign_in("member@ours.example")
            .await
            .get("/")
            .await
            .page();
        let code = code(world, &secret, 0);
        let answer = member.submit(confirm, &[("code", &code)]).await;
        let codes = answer.page();
        let item = scraper::Selector::parse(".codes li").unwrap();
        assert_eq!(codes.select(&item).count(), 10);
        let member = world.browser_of(&answer).await;
        let page = member.get("/account/second-factor").await.text;
        assert!(page.contains("Turn off") && !page.contains(&secret));
        let off = member.submit("/account/second-factor/turn-off", &[]).await;
        assert_eq!(off.location(), "/account/second-factor");
        world
            .sign_in("member@ours.example")
            .await
            .get("/")
            .await
            .page();
        let audit = world.ours.owner.get("/api/v1/audit-events").await.text;
        for action in [
            "account.second_factor_turned_on",
            "account.second_factor_turned_off",
        ] {
            assert!(audit.contains(action), "{action}");
        }
        assert!(!audit.contains(&secret));
    })
    .await;
}

#[tokio::test]
async fn somebody_who_manages_people_resets_it_for_those_who_work_here_only() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        let it = protect(world, email).await;
        let (owner, admin) = (&world.ours.owner, &world.ours.admin);
        let path = format!("/api/v1/users/{}/second-factor", id_of(owner, email).await);
        assert_eq!(
            world.ours.member.delete(&path).await.refusal(403),
            "permission_denied"
        );
        assert_eq!(
            world.theirs.owner.delete(&path).await.refusal(404),
            "not_found"
        );

        let body = json!({ "email": email, "role": "member" });
        let invited = world
            .theirs
            .owner
            .post("/api/v1/users", body)
            .await
            .json(201);
        let url = invited["invitation"]["url"].as_str().unwrap();
        let form = [
            ("code", url.split_once("code=").unwrap().1),
            ("present_password", PASSWORD),
        ];
        let refused = world.nobody().submit("/invitation", &form).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "joining asks for a code too"
        );
        assert!(refused.text.contains("second_factor_code-error"));
        let code = it.recovery[0].as_str();
        let mut form = form.to_vec();
        form.push(("second_factor_code", code));
        let joined = world.nobody().submit("/invitation", &form).await;
        assert_eq!(joined.location(), "/", "{}", joined.text);
        let id = invited["id"].as_str().unwrap();
        assert_eq!(
            world
                .theirs
                .owner
                .delete(&format!("/api/v1/users/{id}"))
                .await
                .status,
            StatusCode::NO_CONTENT
        );

        assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
        assert!(it.browser.get("/").await.status.is_redirection());
        world.sign_in(email).await.get("/").await.page();
        assert_eq!(admin.delete(&path).await.refusal(409), "second_factor_off");
        let audit = owner.get("/api/v1/audit-events?limit=1").await.json(200);
        assert_eq!(audit["data"][0]["action"], "user.second_factor_reset");
        assert_eq!(audit["data"][0]["before"]["second_factor"], true);
    })
    .await;
}

#[tokio::test]
async fn nobody_resets_what_protects_another_organization_or_somebody_stronger() {
    on_each_engine(async |world| {
        let email = "member@theirs.example";
        let body = json!({ "email": email, "role": "member" });
        let invited = world.ours.owner.post("/api/v1/users", body).await.json(201);
        join(world, &invited, &[("present_password", PASSWORD)]).await;
        protect(world, email).await;
        let path = format!(
            "/api/v1/users/{}/second-factor",
            id_of(&world.ours.owner, email).await
        );
        for owner in [&world.ours.owner, &world.theirs.owner] {
            assert_eq!(owner.delete(&path).await.refusal(409), "works_elsewhere");
        }
        protect(world, "owner@ours.example").await;
        let owner = id_of(&world.ours.owner, "owner@ours.example").await;
        let path = format!("/api/v1/users/{owner}/second-factor");
        assert_eq!(
            world.ours.admin.delete(&path).await.refusal(422),
            "owners_only"
        );
        assert_eq!(
            world.ours.owner.delete(&path).await.refusal(409),
            "own_second_factor"
        );
        restrict_admin(world, &["roles.manage"]).await;
        assert_eq!(
            world.ours.admin.delete(&path).await.refusal(422),
            "owners_only"
        );
    })
    .await;
}

#[tokio::test]
async fn an_organization_asks_for_it_and_nothing_else_is_open_before() {
    on_each_engine(async |world| {
        let rule = json!({ "second_factor_required": true });
        let organization = "/api/v1/organization";
        assert_eq!(
            world
                .ours
                .member
                .patch(organization, rule.clone())
                .await
                .refusal(403),
            "permission_denied"
        );
        world.ours.owner.patch(organization, rule).await.json(200);
        let member = world.sign_in("member@ours.example").await;
        for path in ["/", "/clients", "/account"] {
            assert_eq!(member.get(path).await.location(), "/account/second-factor");
        }
        assert_eq!(
            member.script().get("/clients").await.location(),
            "/account/second-factor"
        );
        assert_eq!(
            member.submit("/clients/new", &[]).await.location(),
            "/account/second-factor"
        );
        assert_eq!(
            member.get("/api/v1/clients").await.refusal(403),
            "second_factor_required"
        );
        let page = member.get("/account/second-factor").await.text;
        assert!(page.contains("Ours asks for a second factor"));
        // Programs go on, and so does the other organization.
        world.ours.member.get("/api/v1/clients").await.json(200);
        world.theirs.browser.get("/").await.page();

        let it = protect(world, "member@ours.example").await;
        it.browser.get("/clients").await.page();
        assert_eq!(
            it.browser.delete(FACTOR).await.refusal(409),
            "second_factor_required"
        );
        let page = it.browser.get("/account/second-factor").await.text;
        assert!(!page.contains("Turn off"));
    })
    .await;
}
