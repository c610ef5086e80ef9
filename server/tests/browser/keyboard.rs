//! The main path with the keyboard alone: every stop is reached with Tab, shows where the focus is, and does what it says.

use thirtyfour::prelude::*;

use crate::{
    browser::Browser,
    demo::Demo,
    main_path::{COMPANY, PAX8, PRODUCT, RECURRING, UNIT, no_dialog, text},
};

/// More stops than any page has.
const MOST_STOPS: usize = 250;

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_maps_prices_links_and_bills() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let demo = Demo::start();
    browser.driver.goto(&demo.url).await.unwrap();
    browser.settle().await;
    tab_to(&browser, "it.id === 'email'").await;
    press(&browser, &demo.email).await;
    tab_to(&browser, "it.id === 'password'").await;
    press(&browser, &demo.password).await;
    press(&browser, Key::Enter + "").await;
    browser.find(".app").await;

    browser
        .driver
        .goto(&format!("{}{PAX8}", demo.url))
        .await
        .unwrap();
    browser.settle().await;
    skip_to_the_content(&browser).await;
    map_a_company(&browser).await;
    price_and_link(&browser).await;
    bill(&browser, &demo).await;
    browser.quit().await;
}

/// The first stop of a page leads past the navigation.
async fn skip_to_the_content(browser: &Browser) {
    press(browser, Key::Tab + "").await;
    press(browser, Key::Enter + "").await;
    assert_eq!(
        ask(browser, "return document.activeElement.id").await,
        "main"
    );
}

async fn map_a_company(browser: &Browser) {
    tab_to(browser, "it.matches('article.company [role=combobox]')").await;
    let company = "return document.activeElement.closest('article').id";
    let company = ask(browser, company).await;
    let company = company.as_str().unwrap();
    press(browser, "a").await;
    browser
        .find("[role=option][data-value]:not([data-value=''])")
        .await;
    press(browser, Key::Down + "").await;
    press(browser, Key::Enter + "").await;
    let mapped = async || {
        text(browser, &format!("#{company}"))
            .await
            .contains("Mapped to")
            .then_some(())
    };
    browser.until("the company to be mapped", mapped).await;
    let kept =
        format!("return document.getElementById('{company}').contains(document.activeElement)");
    assert_eq!(
        ask(browser, &kept).await,
        true,
        "the focus stays with the company"
    );
}

async fn price_and_link(browser: &Browser) {
    tab_to(
        browser,
        &format!("it.matches('a.company-toggle') && it.textContent.includes('{COMPANY}')"),
    )
    .await;
    press(browser, Key::Enter + "").await;
    browser
        .find_at(&format!(
            "//article[.//h3[contains(., '{COMPANY}')]]//tr[contains(., '{PRODUCT}')]"
        ))
        .await;
    tab_to(browser, &format!(
        "it.ariaLabel?.startsWith('Configure Billing') && it.closest('tr').textContent.includes('{PRODUCT}')"
    )).await;
    press(browser, Key::Enter + "").await;
    browser.find("dialog[open] #markup-value").await;
    tab_to(browser, "it.id === 'markup-value'").await;
    press(browser, "20").await;
    browser.wait_for_text(UNIT).await;
    tab_to(browser, "it.id === 'recurring-invoice'").await;
    press(browser, RECURRING).await;
    tab_to(browser, "it.textContent.trim() === 'Save Billing Settings'").await;
    press(browser, Key::Enter + "").await;
    browser
        .until("the dialog to close", async || no_dialog(browser).await)
        .await;
    let row = format!("//article[.//h3[contains(., '{COMPANY}')]]//tr[contains(., '{PRODUCT}')]");
    let saved = async || {
        let text = browser
            .driver
            .find(By::XPath(&row))
            .await
            .ok()?
            .text()
            .await
            .ok()?;
        (text.contains(UNIT) && text.contains("Linked")).then_some(())
    };
    browser.until("the row to show what was saved", saved).await;
    assert_ne!(
        ask(browser, "return document.activeElement.tagName").await,
        "BODY",
        "the focus is not lost"
    );
}

async fn bill(browser: &Browser, demo: &Demo) {
    browser
        .driver
        .goto(&format!("{}/billing-runs", demo.url))
        .await
        .unwrap();
    browser.settle().await;
    tab_to(browser, "it.matches('main form button.btn-primary')").await;
    press(browser, Key::Enter + "").await;
    let made = async || {
        let address = browser.driver.current_url().await.ok()?;
        address.path().strip_prefix("/billing-runs/").map(|_| ())
    };
    browser.until("the run's page", made).await;
}

/// Presses Tab until the focused element, `it`, is the one, and checks that people can see that it has the focus.
async fn tab_to(browser: &Browser, condition: &str) {
    let found = format!("const it = document.activeElement; return Boolean(it && ({condition}))");
    let visible = "const style = getComputedStyle(document.activeElement);
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none'";
    for _ in 0..MOST_STOPS {
        press(browser, Key::Tab + "").await;
        if ask(browser, &found).await == true {
            assert_eq!(
                ask(browser, visible).await,
                true,
                "the focus on {condition} shows"
            );
            return;
        }
    }
    panic!("no stop where {condition}");
}

async fn press(browser: &Browser, keys: impl Into<TypingData>) {
    browser
        .driver
        .action_chain()
        .send_keys(keys)
        .perform()
        .await
        .unwrap();
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
