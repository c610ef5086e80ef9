//! Every dialog of the Pax8 page and of the lists: it opens over the page, holds the focus, has no barrier, fits, and goes
//! away with Escape and with its own way out, having changed nothing.

use thirtyfour::prelude::*;

use crate::{
    axe,
    browser::{Browser, Look},
    demo::Demo,
    main_path::{PAX8, no_dialog, sign_in},
};

/// Links that open a dialog.
const OPENERS: &str = "return [...document.querySelectorAll('main a[data-dialog]')].map((link) => link.getAttribute('href'))";
/// The dialog has the focus or something in it has.
const HOLDS_FOCUS: &str = "const dialog = document.querySelector('dialog[open]'); return dialog.contains(document.activeElement)";
/// What the page says, but for how long ago something was.
const SAYS: &str = "const main = document.querySelector('main').cloneNode(true);
    main.querySelectorAll('time[data-relative]').forEach(it => it.remove()); return main.textContent";
/// By how many pixels the dialog is wider than the window.
const OVERHANG: &str = "const box = document.querySelector('dialog[open]').getBoundingClientRect();
    return Math.max(0, Math.ceil(box.right - document.documentElement.clientWidth), Math.ceil(-box.left))";

#[tokio::test(flavor = "multi_thread")]
async fn s147_s148_every_dialog_opens_and_goes_away_with_nothing_changed() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let (demo, axe) = (Demo::start(), axe::source());
    sign_in(&browser, &demo).await;
    let company = first_company_with(
        &browser,
        &demo,
        "a[aria-label^='Configure Billing'][data-dialog]",
    )
    .await;
    let recurring = first_link(
        &browser,
        &demo,
        "/recurring",
        "tbody a[href^='/recurring/']",
    )
    .await;
    let client = new_client(&browser, &demo).await;
    let draft = first_link(
        &browser,
        &demo,
        "/invoices?status=draft",
        "tbody a[href^='/invoices/']",
    )
    .await;
    let paid = first_link(
        &browser,
        &demo,
        "/invoices?status=partially_paid",
        "tbody a[href^='/invoices/']",
    )
    .await;
    let mut kinds = Vec::new();
    for page in [company, recurring, client, draft, paid] {
        visit(&browser, &demo, &page).await;
        let found = browser.driver.execute(OPENERS, vec![]).await.unwrap();
        for opener in found.convert::<Vec<String>>().unwrap() {
            let kind = opener
                .rsplit('/')
                .next()
                .unwrap()
                .split('?')
                .next()
                .unwrap()
                .to_owned();
            if kinds.contains(&kind) {
                continue;
            }
            for (width, dark) in [(1440, false), (360, true)] {
                browser.look(Look { width, dark }).await;
                visit(&browser, &demo, &page).await;
                let before = ask(&browser, SAYS).await;
                open(&browser, &opener).await;
                let theme = if dark { "dark" } else { "light" };
                browser
                    .picture(&format!("dialog-{kind}-{width}-{theme}"))
                    .await;
                assert_eq!(
                    ask(&browser, HOLDS_FOCUS).await,
                    true,
                    "{opener} holds the focus"
                );
                assert_eq!(ask(&browser, OVERHANG).await, 0, "{opener} at {width} px");
                if let Some(axe) = &axe {
                    assert_eq!(
                        axe::barriers(&browser, axe).await,
                        Vec::<String>::new(),
                        "{opener}"
                    );
                }
                browser
                    .driver
                    .action_chain()
                    .send_keys(Key::Escape)
                    .perform()
                    .await
                    .unwrap();
                closed(&browser, &opener).await;
                open(&browser, &opener).await;
                browser
                    .find("dialog[open] [data-close]")
                    .await
                    .click()
                    .await
                    .unwrap();
                closed(&browser, &opener).await;
                visit(&browser, &demo, &page).await;
                let after = ask(&browser, SAYS).await;
                assert_eq!(after, before, "{opener} declined");
            }
            kinds.push(kind);
        }
    }
    for kind in [
        "billing",
        "disconnect",
        "unlink",
        "pause",
        "cancel",
        "archive",
        "void",
        "new",
        "take-back",
    ] {
        assert!(
            kinds.iter().any(|it| it == kind),
            "{kind} is not in {kinds:?}"
        );
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.quit().await;
}

async fn visit(browser: &Browser, demo: &Demo, path: &str) {
    browser
        .driver
        .goto(&format!("{}{path}", demo.url))
        .await
        .unwrap();
    browser.settle().await;
}

async fn open(browser: &Browser, opener: &str) {
    let link = browser
        .find(&format!("main a[data-dialog][href='{opener}']"))
        .await;
    link.scroll_into_view().await.unwrap();
    link.click().await.unwrap();
    browser.find("dialog[open] h2").await;
}

async fn closed(browser: &Browser, opener: &str) {
    browser
        .until(&format!("{opener} to close"), async || {
            no_dialog(browser).await
        })
        .await;
}

async fn ask(browser: &Browser, script: &str) -> serde_json::Value {
    browser
        .driver
        .execute(script, vec![])
        .await
        .unwrap()
        .json()
        .clone()
}

async fn first_link(browser: &Browser, demo: &Demo, list: &str, css: &str) -> String {
    visit(browser, demo, list).await;
    browser.find(css).await.attr("href").await.unwrap().unwrap()
}

/// The Pax8 page with the first company open whose subscriptions have such an element.
async fn first_company_with(browser: &Browser, demo: &Demo, css: &str) -> String {
    visit(browser, demo, PAX8).await;
    let toggles = browser
        .driver
        .find_all(By::Css("a.company-toggle"))
        .await
        .unwrap();
    let mut pages = Vec::new();
    for toggle in toggles {
        pages.push(toggle.attr("href").await.unwrap().unwrap());
    }
    for page in pages {
        visit(browser, demo, &page).await;
        if browser.driver.find(By::Css(css)).await.is_ok() {
            return page;
        }
    }
    panic!("no company has {css}")
}

/// The page of a client that nothing keeps from being archived.
async fn new_client(browser: &Browser, demo: &Demo) -> String {
    visit(browser, demo, "/clients/new").await;
    browser.fill("#name", "Quiet Harbour").await;
    browser
        .find("main form button.btn-primary")
        .await
        .click()
        .await
        .unwrap();
    browser.wait_for_text("Archive").await;
    browser
        .driver
        .current_url()
        .await
        .unwrap()
        .path()
        .to_owned()
}
