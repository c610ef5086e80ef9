//! Fields of passwords: shown and hidden with the keyboard and the pointer, and how strong a new one is.

use std::process::Command;

use serde_json::Value;
use thirtyfour::prelude::*;

use crate::{
    axe,
    browser::{Browser, Look},
    demo::Demo,
    main_path::sign_in,
    process::{Process, first_line},
};

db::statements! {
    system AGE = "update account set created_at = 0";
}

const LOOKS: [(u32, bool); 4] = [(360, false), (360, true), (1280, false), (1280, true)];

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_shown_while_one_wants_and_hidden_when_it_is_sent() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let (demo, axe) = (Demo::start(), axe::source());
    browser.driver.goto(&demo.url).await.unwrap();
    browser.settle().await;
    browser.fill("#email", &demo.email).await;
    browser.fill("#password", &demo.password).await;
    let button = "password-field button";
    assert_eq!(state(&browser).await, ["password", "false"]);
    press(&browser, Key::Tab).await;
    let focused = format!("return document.activeElement.matches('{button}')");
    assert_eq!(ask(&browser, &focused).await, true, "next after the field");
    let label = format!("return document.querySelector('{button}').ariaLabel");
    assert_eq!(ask(&browser, &label).await, "Show password");
    for (key, shown) in [
        (Key::Space, ["text", "true"]),
        (Key::Enter, ["password", "false"]),
        (Key::Space, ["text", "true"]),
    ] {
        press(&browser, key).await;
        assert_eq!(state(&browser).await, shown);
    }
    let mut wrong = look(&browser, "password-shown", axe.as_deref()).await;
    browser.find(button).await.click().await.unwrap();
    assert_eq!(state(&browser).await, ["password", "false"]);
    browser.find(button).await.click().await.unwrap();

    // It is a password again by the time that it is sent: browsers keep other texts to offer them again.
    let sent = "document.querySelector('form').addEventListener('submit', () =>
        sessionStorage.setItem('sent', document.querySelector('#password').type))";
    browser.driver.execute(sent, vec![]).await.unwrap();
    browser.click("Sign in").await;
    browser.find(".app").await;
    let sent = ask(&browser, "return sessionStorage.getItem('sent')").await;
    assert_eq!(sent, "password");
    wrong.extend(browser.take_complaints().await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_is_measured_where_it_is_typed() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let (demo, axe) = (Demo::start(), axe::source());
    sign_in(&browser, &demo).await;
    let account = format!("{}/account", demo.url);
    browser.driver.goto(&account).await.unwrap();
    browser.settle().await;
    let measured = "const box = document.querySelector('.strength'), meter = box.querySelector('meter');
        return [box.hidden, meter.value, meter.getAttribute('aria-valuetext') ?? '', box.querySelector('[role=status]').textContent]";
    assert_eq!(ask(&browser, measured).await[0], true, "nothing is typed");
    let meters = "return document.querySelectorAll('meter').length";
    assert_eq!(ask(&browser, meters).await, 1, "none at the present one");
    let requests = "return performance.getEntriesByType('resource').length";
    let before = ask(&browser, requests).await;
    for (typed, value, words) in [
        ("kite plum", 1, "Too short"),
        ("kikikikikikikikikiki", 2, "Weak: the same again and again"),
        ("kite plum so", 3, "Fair: longer is better"),
        ("kite plum sofa on", 4, "Good"),
        ("kite plum sofa on a roof", 5, "Strong"),
    ] {
        browser.fill("#password", typed).await;
        let said = ask(&browser, measured).await;
        assert_eq!(said[0], false, "{typed}");
        assert_eq!(said[1], value, "{typed}");
        assert_eq!((&said[2], &said[3]), (&words.into(), &words.into()));
    }
    assert_eq!(ask(&browser, requests).await, before, "nothing was asked");
    let mut wrong = look(&browser, "password-strong", axe.as_deref()).await;
    browser.fill("#password", "kite plum").await;
    wrong.extend(look(&browser, "password-too-short", axe.as_deref()).await);
    browser.fill("#password", "kite plum so").await;
    wrong.extend(look(&browser, "password-fair", axe.as_deref()).await);
    browser.find("#password").await.clear().await.unwrap();
    let emptied = async || {
        let said = ask(&browser, measured).await;
        (said[0] == true).then_some(())
    };
    browser.until("the measure to go", emptied).await;
    wrong.extend(browser.take_complaints().await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    browser.quit().await;
}

/// A password that somebody else made a week ago leads to the page on which another one is chosen, and that one into the program.
#[tokio::test(flavor = "multi_thread")]
async fn another_password_is_chosen_where_one_may_not_stay() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let (folder, axe) = (tempfile::tempdir().unwrap(), axe::source());
    let data = folder.path().to_str().unwrap();
    let drawn = set_up(data);
    let file = db::SqliteFile::at(folder.path().join("ascent.db")).url();
    let database = db::Database::open(&file).await.unwrap();
    let mut tx = database.system_write().await.unwrap();
    tx.execute(&AGE, db::args![]).await.unwrap();
    tx.commit().await.unwrap();
    database.close().await;

    let serve = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data];
    let mut server = Process::start(env!("CARGO_BIN_EXE_ascent"), &serve).unwrap();
    let said = server.lines_until(|line| line.contains("listening on "));
    let url = first_line(&said, "listening on ");
    browser.driver.goto(url).await.unwrap();
    browser.settle().await;
    browser.fill("#email", "owner@summit.example").await;
    browser.fill("#password", &drawn).await;
    browser.click("Sign in").await;
    browser.wait_for_text("Choose another password").await;
    let mut wrong = look(&browser, "password-first", axe.as_deref()).await;
    browser.fill("#password", &drawn).await;
    browser.click("Save and sign in").await;
    browser
        .wait_for_text("This is the password that you have")
        .await;
    wrong.extend(look(&browser, "password-first-refused", axe.as_deref()).await);
    browser.fill("#password", "kite plum sofa on a roof").await;
    browser.click("Save and sign in").await;
    browser.find(".app").await;
    wrong.extend(browser.take_complaints().await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    browser.quit().await;
}

/// Makes an organization whose owner's password is drawn, and gives that.
fn set_up(data: &str) -> String {
    let setup = Command::new(env!("CARGO_BIN_EXE_ascent"))
        .args(["setup", "--data-dir", data, "--organization", "Summit IT"])
        .args(["--owner-email", "owner@summit.example"])
        .output();
    let said = String::from_utf8(setup.unwrap().stderr).unwrap();
    let line = "The owner's password, shown only now: ";
    let drawn = said.lines().find_map(|it| it.strip_prefix(line));
    drawn.expect("a password").to_owned()
}

/// The type of the field and whether its button is pressed.
async fn state(browser: &Browser) -> [String; 2] {
    let script = "return [document.querySelector('#password').type,
        document.querySelector('password-field button').getAttribute('aria-pressed')]";
    let state = ask(browser, script).await;
    [0, 1].map(|it| state[it].as_str().unwrap().to_owned())
}

/// What is wrong with the page as it stands, at each width and in each theme.
async fn look(browser: &Browser, name: &str, axe: Option<&str>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (width, dark) in LOOKS {
        browser.look(Look { width, dark }).await;
        let theme = if dark { "dark" } else { "light" };
        browser.picture(&format!("{name}-{width}-{theme}")).await;
        let over =
            "const page = document.documentElement; return page.scrollWidth - page.clientWidth";
        if ask(browser, over).await != 0 {
            wrong.push(format!("{name} at {width} px hangs over the edge"));
        }
        let inside = "return [...document.querySelectorAll('password-field')].every((field) => {
            const [outer, inner] = [field, field.querySelector('button')].map((it) => it.getBoundingClientRect());
            return inner.width > 23 && inner.height > 23 && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom })";
        if ask(browser, inside).await != true {
            wrong.push(format!(
                "{name} at {width} px: a button is not in its field"
            ));
        }
        if let Some(axe) = axe {
            let found = axe::barriers(browser, axe).await;
            wrong.extend(
                found
                    .iter()
                    .map(|it| format!("{name} {width} {theme}: {it}")),
            );
        }
    }
    wrong
}

async fn press(browser: &Browser, key: Key) {
    let keys = browser.driver.action_chain().send_keys(key + "");
    keys.perform().await.unwrap();
}

async fn ask(browser: &Browser, script: &str) -> Value {
    let answer = browser.driver.execute(script, vec![]).await.unwrap();
    answer.json().clone()
}
