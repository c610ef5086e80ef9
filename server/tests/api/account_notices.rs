//! Letters about changes of what opens an account, to the person whose it is.

use serde_json::json;

use crate::{
    post::Post,
    roles::id_of,
    second_factor::protect,
    world::{PASSWORD, World, with_mail},
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
