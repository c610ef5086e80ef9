//! A second factor from its picture to signing in with it, and the question whether it is still them, as a page and as a dialog.

use db::{Database, args};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;

use crate::{
    axe,
    browser::{Browser, Look},
    process::{Process, first_line},
};

db::statements! {
    system FORGET_CONFIRMATIONS = "update session set confirmed_at = 0";
}

const PASSWORD: &str = "kites over the harbour";
const LOOKS: [(u32, bool); 4] = [(360, true), (360, false), (768, false), (1440, true)];

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_set_up_signed_in_with_and_asked_for_again() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let (folder, axe) = (tempfile::tempdir().unwrap(), axe::source());
    let data = folder.path().to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data];
    let mut server = Process::start(env!("CARGO_BIN_EXE_ascent"), &serve).unwrap();
    let said = server.lines_until(|line| line.contains("listening on "));
    let url = first_line(&said, "listening on ");
    browser.driver.goto(url).await.unwrap();
    for (field, text) in [
        ("#organization", "Summit IT"),
        ("#name", "Owner"),
        ("#email", "owner@summit.example"),
        ("#password", PASSWORD),
    ] {
        browser.fill(field, text).await;
    }
    browser.click("Create organization").await;
    browser.find(".app").await;
    let mut wrong = Vec::new();

    go(&browser, url, "/account/second-factor").await;
    browser.click("Set up").await;
    let secret = browser.find("#secret").await.prop("value").await.unwrap();
    let secret = secret.unwrap().replace(' ', "");
    wrong.extend(look(&browser, "second-factor-set-up", axe.as_deref()).await);
    browser.fill("#code", &code(&secret, 0)).await;
    browser.click("Turn on").await;
    let recovery = browser.find(".codes li").await.text().await.unwrap();
    wrong.extend(look(&browser, "recovery-codes", axe.as_deref()).await);
    browser.click("Done").await;
    browser.wait_for_text("Recovery codes left").await;
    wrong.extend(look(&browser, "second-factor-on", axe.as_deref()).await);
    go(&browser, url, "/account").await;
    wrong.extend(look(&browser, "account-with-second-factor", axe.as_deref()).await);

    // A page that was left open for long asks, and goes on with what was typed.
    let file = format!("sqlite:{data}/ascent.db");
    go(&browser, url, "/admin/roles/new").await;
    browser.fill("#name", "Clerk").await;
    forget_confirmations(&file).await;
    browser.click("Save role").await;
    browser.find("#confirm_password").await;
    wrong.extend(look(&browser, "confirm-page", axe.as_deref()).await);
    confirm(&browser, &code(&secret, 1)).await;
    browser.wait_for_text("Clerk was created").await;

    // A form of the page's script asks in a dialog; what its own page says to what was typed comes after.
    go(&browser, url, "/admin/integrations/pax8").await;
    browser.fill("#client-id", "an id").await;
    browser.fill("#client-secret", " ").await;
    forget_confirmations(&file).await;
    browser.click("Connect Pax8").await;
    browser.find("dialog[open] #confirm_password").await;
    wrong.extend(look(&browser, "confirm-dialog", axe.as_deref()).await);
    confirm(&browser, "000000").await;
    browser.find("dialog[open] #confirm_code-error").await;
    confirm(&browser, &recovery).await;
    browser.find("#client-secret[aria-invalid=true]").await;
    let dialogs = "return document.querySelectorAll('dialog').length";
    let dialogs = browser.driver.execute(dialogs, vec![]).await.unwrap();
    assert_eq!(dialogs.json(), 0, "the dialog went away");
    let typed = browser.find("#client-id").await.prop("value").await;
    assert_eq!(typed.unwrap().unwrap(), "an id");

    go(&browser, url, "/account").await;
    browser.click("Sign out everywhere").await;
    browser.fill("#email", "owner@summit.example").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("Sign in").await;
    browser.find("#code").await;
    wrong.extend(look(&browser, "sign-in-code", axe.as_deref()).await);
    browser.fill("#code", "000000").await;
    browser.click("Sign in").await;
    browser.find("#code-error").await;
    wrong.extend(browser.take_complaints().await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    browser.quit().await;
}

async fn go(browser: &Browser, url: &str, path: &str) {
    browser.driver.goto(&format!("{url}{path}")).await.unwrap();
    browser.settle().await;
    browser.find("h1").await;
}

async fn confirm(browser: &Browser, code: &str) {
    browser.fill("#confirm_password", PASSWORD).await;
    browser.fill("#confirm_code", code).await;
    browser.click("Confirm and go on").await;
}

/// As if the person had last proved long ago who they are.
async fn forget_confirmations(file: &str) {
    let database = Database::open(file).await.unwrap();
    let mut tx = database.system_write().await.unwrap();
    tx.execute(&FORGET_CONFIRMATIONS, args![]).await.unwrap();
    tx.commit().await.unwrap();
    database.close().await;
}

/// What is wrong with the page that is open, in each look.
async fn look(browser: &Browser, name: &str, axe: Option<&str>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (width, dark) in LOOKS {
        browser.look(Look { width, dark }).await;
        let theme = if dark { "dark" } else { "light" };
        browser.picture(&format!("{name}-{width}-{theme}")).await;
        let over = "const it = document.documentElement; return it.scrollWidth - it.clientWidth";
        let over = browser.driver.execute(over, vec![]).await.unwrap();
        if over.json() != 0 {
            wrong.push(format!("{name} at {width} px hangs over the edge"));
        }
        if let Some(axe) = axe.filter(|_| width != 768) {
            let found = axe::barriers(browser, axe).await;
            wrong.extend(
                found
                    .into_iter()
                    .map(|it| format!("{name} at {width} px: {it}")),
            );
        }
    }
    wrong
}

/// What an authenticator app with the secret shows, so many steps from now.
#[allow(
    clippy::disallowed_methods,
    reason = "the app is on a phone, whose clock is the real one"
)]
fn code(secret: &str, steps: i64) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret
        .chars()
        .map(|c| format!("{:05b}", alphabet.find(c).unwrap()))
        .collect();
    let key: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|it| u8::from_str_radix(std::str::from_utf8(it).unwrap(), 2).unwrap())
        .collect();
    let step = Timestamp::now().as_second() / 30 + steps;
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}
