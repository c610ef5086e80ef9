//! The main path with the keyboard alone: every stop is reached with Tab, shows where the focus is, and does what it says.

use thirtyfour::prelude::*;

use crate::{
    browser::Browser,
    demo::Demo,
    main_path::{
        CLIENT, COMPANY, PAX8, PRODUCT, RECURRING, TOTAL, UNIT, no_dialog, row_says, sign_in, text,
    },
};

/// More stops than any page has.
const MOST_STOPS: usize = 250;

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_leads_from_signing_in_to_the_pdf() {
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
    disconnect(&browser).await;
    connect(&browser, &demo).await;
    browser.driver.refresh().await.unwrap();
    browser.settle().await;
    map_a_company(&browser).await;
    price_and_link(&browser).await;
    bill(&browser, &demo).await;
    read_the_invoice(&browser).await;
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_box_answers_to_its_keys() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let demo = Demo::start();
    sign_in(&browser, &demo).await;
    press(&browser, "/").await;
    let focused = "return document.activeElement.matches('[data-search]')";
    assert_eq!(ask(&browser, focused).await, true, "a slash leads to it");
    press(&browser, "cedar").await;
    browser
        .find(".search-choices:not([hidden]) [role=option][data-href]")
        .await;
    let chosen = "return document.querySelector('.search-choices [aria-selected=true]')?.id ?? ''";
    let told = "return document.activeElement.getAttribute('aria-activedescendant') ?? ''";
    assert_eq!(ask(&browser, chosen).await, "");
    press(&browser, Key::Down + "").await;
    assert_eq!(ask(&browser, chosen).await, "search-choice-0");
    assert_eq!(ask(&browser, told).await, "search-choice-0");
    press(&browser, Key::Up + "").await;
    assert_eq!(ask(&browser, told).await, "", "above the first is the box");
    press(&browser, Key::Escape + "").await;
    let closed = "return document.querySelector('.search-choices').hidden";
    assert_eq!(ask(&browser, closed).await, true);

    press(&browser, Key::Down + "").await;
    browser.find(".search-choices:not([hidden])").await;
    press(&browser, Key::Down + "").await;
    press(&browser, Key::Enter + "").await;
    let opened = async || {
        let address = browser.driver.current_url().await.ok()?;
        address.path().starts_with("/clients/").then_some(())
    };
    browser.until("what was chosen to open", opened).await;
    browser.settle().await;

    let control_k = browser.driver.action_chain().key_down(Key::Control);
    let control_k = control_k.send_keys("k").key_up(Key::Control);
    control_k.perform().await.unwrap();
    assert_eq!(ask(&browser, focused).await, true, "so does Ctrl+K");
    press(&browser, "cedar").await;
    press(&browser, Key::Enter + "").await;
    let all = async || {
        let address = browser.driver.current_url().await.ok()?;
        (address.path() == "/search" && address.query() == Some("q=cedar")).then_some(())
    };
    browser.until("the page of all that was found", all).await;
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

async fn disconnect(browser: &Browser) {
    tab_to(browser, "it.textContent.trim() === 'Disconnect Pax8'").await;
    press(browser, Key::Enter + "").await;
    browser.find("dialog[open]").await;
    tab_to(browser, "it.matches('dialog[open] button.btn-danger')").await;
    press(browser, Key::Enter + "").await;
    status(browser, "Not Connected").await;
}

async fn connect(browser: &Browser, demo: &Demo) {
    tab_to(browser, "it.id === 'client-id'").await;
    press(browser, &demo.client_id).await;
    tab_to(browser, "it.id === 'client-secret'").await;
    press(browser, &demo.client_secret).await;
    tab_to(browser, "it.textContent.trim() === 'Test Credentials'").await;
    press(browser, Key::Enter + "").await;
    browser.wait_for_text("Pax8 accepted").await;
    tab_to(browser, "it.textContent.trim() === 'Connect Pax8'").await;
    press(browser, Key::Enter + "").await;
    status(browser, "created").await;
}

/// Waits until the card of the connection says the words.
async fn status(browser: &Browser, words: &str) {
    let says = async || {
        text(browser, "#connection-status")
            .await
            .contains(words)
            .then_some(())
    };
    browser.until(words, says).await;
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
    row_says(browser, &row, &[UNIT, "Linked"]).await;
    assert_ne!(
        ask(browser, "return document.activeElement.tagName").await,
        "BODY",
        "the focus is not lost"
    );
}

/// Bills what is due within the next 40 days.
async fn bill(browser: &Browser, demo: &Demo) {
    browser
        .driver
        .goto(&format!("{}/billing-runs", demo.url))
        .await
        .unwrap();
    browser.settle().await;
    tab_to(browser, "it.id === 'as-of'").await;
    let later =
        "const day = new Date(document.activeElement.value); day.setUTCDate(day.getUTCDate() + 40);
        return day.toISOString().slice(0, 10)";
    let later = ask(browser, later).await;
    let day: jiff::civil::Date = later.as_str().unwrap().parse().unwrap();
    press(browser, day.strftime("%m%d%Y").to_string()).await;
    let typed = ask(browser, "return document.activeElement.value").await;
    assert_eq!(typed, later, "the day as it is typed");
    tab_to(browser, "it.matches('main form button.btn-primary')").await;
    press(browser, Key::Enter + "").await;
    let made = async || {
        let address = browser.driver.current_url().await.ok()?;
        address.path().strip_prefix("/billing-runs/").map(|_| ())
    };
    browser.until("the run's page", made).await;
    browser.wait_for_text("Finished").await;
    browser.settle().await;
}

/// From the run's page to the invoice, the reason of its line, and its PDF.
async fn read_the_invoice(browser: &Browser) {
    tab_to(browser, &format!(
        "it.pathname?.startsWith('/invoices/') && it.closest('tr')?.textContent.includes('{CLIENT}') && it.closest('tr').textContent.includes('{RECURRING}')"
    )).await;
    press(browser, Key::Enter + "").await;
    browser.wait_for_text(TOTAL).await;
    browser.settle().await;
    let pdf = "it.pathname?.endsWith('.pdf')";
    tab_to(browser, pdf).await;
    let address = ask(browser, "return document.activeElement.href").await;
    tab_to(browser, &format!(
        "it.tagName === 'SUMMARY' && (it.closest('tr').textContent + (it.closest('tr').previousElementSibling?.textContent ?? '')).includes('{PRODUCT}')"
    )).await;
    press(browser, Key::Enter + "").await;
    assert_eq!(
        ask(browser, "return document.activeElement.parentElement.open").await,
        true
    );
    press(browser, Key::Home + "").await;
    browser.driver.refresh().await.unwrap();
    browser.settle().await;
    tab_to(browser, pdf).await;
    press(browser, Key::Enter + "").await;
    let opened = async || {
        let now = browser.driver.current_url().await.ok()?;
        (now.as_str() == address.as_str()?).then_some(())
    };
    browser.until("the PDF to open", opened).await;
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
