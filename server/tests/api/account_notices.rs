//! Letters about changes of what opens an account, to the person whose it is.

use serde_json::json;

use crate::{
    post::Post,
    roles::id_of,
    second_factor::{code, first_step, protect, second_step},
    world::{Answer, PASSWORD, User, World, with_mail},
};

const FACTOR: &str = "/api/v1/me/second-factor";
const NEW_PASSWORD: &str = "another good password";

/// The subjects of the letters that have come, each to this address alone.
async fn told(world: &World, post: &Post, address: &str) -> Vec<String> {
    world.work().await;
    let letters = post.taken().into_iter();
    letters
        .map(|letter| {
            assert_eq!(letter.to, [address]);
            letter.header("Subject")
        })
        .collect()
}

#[tokio::test]
async fn whoever_owns_an_account_is_told_when_what_opens_it_changes() {
    with_mail(async |world, post| {
        let address = "admin@ours.example";
        let protected = protect(world, address).await;
        let browser = protected.browser;
        assert_eq!(
            told(world, post, address).await,
            ["Your second factor was turned on"]
        );
        let path = format!("{FACTOR}/recovery-codes");
        let codes = browser.post(&path, json!({})).await.json(201);
        let off = browser.delete(FACTOR).await;
        assert_eq!(off.status, 204, "{}", off.text);
        let browser = world.browser_of(&off).await;
        let form = [("present_password", PASSWORD), ("password", NEW_PASSWORD)];
        let done = browser.submit("/account/password", &form).await;
        assert_eq!(done.location(), "/account");
        assert_eq!(
            told(world, post, address).await,
            [
                "Your second factor was turned on",
                "You have new recovery codes",
                "Your second factor was turned off",
                "Your password was changed"
            ]
        );
        let code = codes["recovery_codes"][0].as_str().unwrap();
        for letter in post.taken() {
            for secret in [PASSWORD, NEW_PASSWORD, code, &protected.secret] {
                assert!(!letter.raw.contains(secret));
            }
        }
        let last = post.taken().pop().unwrap().raw.replace("=\r\n", "");
        assert!(last.contains("http://localhost/account"), "{last}");
    })
    .await;
}

#[tokio::test]
async fn whoever_owns_an_account_is_told_when_a_code_is_used_again() {
    with_mail(async |world, post| {
        let address = "member@ours.example";
        let protected = protect(world, address).await;
        let step = first_step(world, address).await;
        let used = code(world, &protected.secret, 0);
        for wrong in ["000000", "XXXX-XXXX"] {
            assert_eq!(second_step(world, &step, wrong).await.status, 422);
        }
        assert_eq!(told(world, post, address).await.len(), 1, "typed wrongly");
        assert_eq!(second_step(world, &step, &used).await.status, 422);
        let told = told(world, post, address).await;
        assert_eq!(
            told,
            [
                "Your second factor was turned on",
                "A code of your second factor was used a second time"
            ]
        );
        assert!(!post.taken().pop().unwrap().raw.contains(&used));
    })
    .await;
}

#[tokio::test]
async fn whoever_loses_their_second_factor_to_a_reset_is_told() {
    with_mail(async |world, post| {
        let address = "member@ours.example";
        protect(world, address).await;
        let owner = &world.ours.owner;
        let path = format!(
            "/api/v1/users/{}/second-factor",
            id_of(owner, address).await
        );
        let reset = owner.delete(&path).await;
        assert!(reset.status.is_success(), "{}", reset.text);
        let told = told(world, post, address).await;
        assert_eq!(told.last().unwrap(), "Your second factor was reset");
        assert_eq!(told.len(), 2);
    })
    .await;
}

const NEW_BROWSER: &str = "Your account was opened in a new browser";

async fn sign_in(who: &User, email: &str, password: &str) -> Answer {
    let form = [("email", email), ("password", password)];
    who.submit("/sign-in", &form).await
}

/// Somebody whose browser keeps what an answer gave it to be known again.
fn known_by(world: &World, answer: &Answer) -> User {
    let secret = answer.cookie("ascent_browser").unwrap();
    let cookie = format!("ascent_browser={secret}");
    world.nobody().with_header("cookie", &cookie)
}

#[tokio::test]
async fn whoever_owns_an_account_is_told_of_a_sign_in_in_a_browser_that_it_did_not_know() {
    with_mail(async |world, post| {
        let email = "member@ours.example";
        let first = sign_in(&world.nobody(), email, PASSWORD).await;
        assert_eq!(first.location(), "/");
        let here = known_by(world, &first);
        assert_eq!(sign_in(&here, email, PASSWORD).await.location(), "/");
        let elsewhere = world
            .nobody()
            .coming_from("203.0.113.9")
            .with_header("user-agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/150.0");
        let refused = sign_in(&elsewhere, email, "not the password").await;
        assert_eq!(refused.status, 422);
        let none: [&str; 0] = [];
        assert_eq!(
            told(world, post, email).await,
            none,
            "the first browser, the same again, and nobody"
        );

        let entered = sign_in(&elsewhere, email, PASSWORD).await;
        assert_eq!(entered.location(), "/");
        assert_eq!(told(world, post, email).await, [NEW_BROWSER]);
        let letter = post.taken().pop().unwrap().raw.replace("=\r\n", "");
        for said in [
            "on 15 Jun 2026, 08:00",
            "It is Firefox on Windows, at the address 203.0.113.9.",
            "change your password",
            "http://localhost/account",
        ] {
            assert!(letter.contains(said), "{said}: {letter}");
        }
        assert!(!letter.contains(&entered.cookie("ascent_browser").unwrap()));
        let again = known_by(world, &entered);
        assert_eq!(sign_in(&again, email, PASSWORD).await.location(), "/");
        assert_eq!(told(world, post, email).await.len(), 1, "known by now");
    })
    .await;
}

#[tokio::test]
async fn browsers_that_an_account_was_made_to_forget_are_new_to_it() {
    with_mail(async |world, post| {
        let email = "member@ours.example";
        let first = sign_in(&world.nobody(), email, PASSWORD).await;
        let (known, browser) = (known_by(world, &first), world.browser_of(&first).await);
        let form = [("present_password", PASSWORD), ("password", NEW_PASSWORD)];
        browser.submit("/account/password", &form).await.location();
        let entered = sign_in(&known, email, NEW_PASSWORD).await;
        assert_eq!(entered.location(), "/");
        assert_eq!(
            told(world, post, email).await,
            ["Your password was changed", NEW_BROWSER]
        );
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_is_told_of_after_its_code_and_not_where_a_known_browser_opens_an_invitation() {
    with_mail(async |world, post| {
        let email = "member@theirs.example";
        let protected = protect(world, email).await;
        let step = sign_in(&world.nobody(), email, PASSWORD).await;
        assert!(step.text.contains("one-time-code"));
        assert_eq!(
            told(world, post, email).await,
            ["Your second factor was turned on"],
            "the password alone opened nothing"
        );
        let selector = scraper::Selector::parse("input[name=step]").unwrap();
        let page = step.page();
        let step = page.select(&selector).next().unwrap();
        let step = step.attr("value").unwrap();
        let form = [("step", step), ("code", protected.recovery[0].as_str())];
        let entered = world.nobody().submit("/sign-in/code", &form).await;
        assert_eq!(entered.location(), "/");
        assert_eq!(told(world, post, email).await.len(), 2);

        // The browser is known at the other door too.
        let cookies = entered.headers.get_all("set-cookie").iter();
        let doors: Vec<&str> = cookies
            .filter_map(|it| it.to_str().ok())
            .filter(|it| it.starts_with("ascent_browser="))
            .collect();
        assert!(doors[0].contains("; Path=/sign-in;") && doors[1].contains("; Path=/invitation;"));
        let body = json!({ "email": email, "role": "member" });
        let invited = world.ours.owner.post("/api/v1/users", body).await.json(201);
        let url = invited["invitation"]["url"].as_str().unwrap();
        let form = [
            ("code", url.split_once("code=").unwrap().1),
            ("present_password", PASSWORD),
            ("second_factor_code", protected.recovery[1].as_str()),
        ];
        let known = known_by(world, &entered);
        let joined = known.submit("/invitation", &form).await;
        assert_eq!(joined.location(), "/", "{}", joined.text);
        assert_eq!(told(world, post, email).await.len(), 2);
    })
    .await;
}
