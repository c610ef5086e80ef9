//! The main path, clicked through: from signing in to the PDF of an invoice with a Pax8 subscription on it.

use std::time::Duration;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::{browser::Browser, demo::Demo};

pub const PAX8: &str = "/admin/integrations/pax8";
/// How late the sandbox answers the lists of the first sync, so that a person, and a browser, can see it at work.
const SLOW_MS: u64 = 4_000;

#[tokio::test(flavor = "multi_thread")]
async fn from_signing_in_to_the_pdf_of_an_invoice() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let demo = Demo::start();

    sign_in(&browser, &demo).await;
    browser.click("Integrations").await;
    let open = browser.until("the way to the Pax8 page", async || {
        browser
            .driver
            .find(By::Css(format!("main a[href='{PAX8}']")))
            .await
            .ok()
    });
    open.await.click().await.unwrap();

    disconnect(&browser).await;
    refuse_wrong_credentials(&browser, &demo).await;
    connect(&browser, &demo).await;
    let company = map_a_company_by_hand(&browser).await;
    price_and_link_a_subscription(&browser).await;
    see_it_in_the_preview(&browser).await;
    let invoice = bill(&browser).await;
    read_the_pdf(&browser, &demo, &invoice).await;

    assert_eq!(
        browser.complaints().await,
        Vec::<String>::new(),
        "after {company}"
    );
    browser.quit().await;
}

/// Signs in as the demo's owner.
pub async fn sign_in(browser: &Browser, demo: &Demo) {
    browser.driver.goto(&demo.url).await.unwrap();
    browser.fill("#email", &demo.email).await;
    browser.fill("#password", &demo.password).await;
    browser.click("Sign in").await;
    browser.find(".app").await;
}

/// s146, s147, s148: declining changes nothing, confirming ends the connection.
async fn disconnect(browser: &Browser) {
    browser.wait_for_text("Connection Status").await;
    browser.click("Disconnect Pax8").await;
    browser.find("dialog[open]").await;
    browser.click("Keep it connected").await;
    browser
        .until("the dialog to close", async || no_dialog(browser).await)
        .await;
    assert!(
        text(browser, "#connection-status")
            .await
            .contains("Connected")
    );

    browser.click("Disconnect Pax8").await;
    browser
        .find("dialog[open] button.btn-danger")
        .await
        .click()
        .await
        .unwrap();
    browser
        .until("Not Connected", async || {
            status_says(browser, "Not Connected").await
        })
        .await;
}

/// s36: wrong credentials are refused, and nothing is kept.
async fn refuse_wrong_credentials(browser: &Browser, demo: &Demo) {
    browser.fill("#client-id", &demo.client_id).await;
    browser.fill("#client-secret", "not the secret").await;
    browser.click("Test Credentials").await;
    browser
        .until("a refusal", async || {
            browser
                .driver
                .find(By::Css("#credentials-result .notice-bad"))
                .await
                .ok()
        })
        .await;
    browser.click("Connect Pax8").await;
    browser
        .until("a refusal", async || {
            browser
                .driver
                .find(By::Css("#credentials-result .notice-bad"))
                .await
                .ok()
        })
        .await;
    assert!(
        text(browser, "#connection-status")
            .await
            .contains("Not Connected")
    );
}

/// s34, s35, s37, s46, s70: the right ones connect, and the first sync starts by itself, shows how far it is and tells what
/// it did.
async fn connect(browser: &Browser, demo: &Demo) {
    let slow = |place| json!({ "place": place, "what": { "slow": { "ms": SLOW_MS } } });
    demo.order_fault(&slow("companies")).await;
    demo.order_fault(&slow("subscriptions")).await;
    browser.fill("#client-id", &demo.client_id).await;
    browser.fill("#client-secret", &demo.client_secret).await;
    browser.click("Test Credentials").await;
    browser.wait_for_text("Pax8 accepted").await;
    browser.click("Connect Pax8").await;
    browser
        .until("Connected", async || {
            status_says(browser, "Connected").await
        })
        .await;
    for stage in ["Pulling companies", "Pulling subscriptions"] {
        let says = async || {
            text(browser, "#sync-stage")
                .await
                .contains(stage)
                .then_some(())
        };
        browser.until(stage, says).await;
        browser.find("#connection-status progress").await;
    }
    browser.picture("first-sync").await;
    browser
        .until("the first sync to end", async || {
            status_says(browser, "created").await
        })
        .await;
    browser
        .driver
        .goto(&format!("{}{PAX8}", demo.url))
        .await
        .unwrap();
    browser.wait_for_text("Mapped to").await;
}

/// s94, s95, s96: an unmapped company is mapped with the searchable box.
async fn map_a_company_by_hand(browser: &Browser) -> String {
    let box_of = "article.company search-select";
    let search = browser.find(&format!("{box_of} input")).await;
    search.scroll_into_view().await.unwrap();
    let company = browser
        .driver
        .find(By::XPath("//article[.//search-select]"))
        .await
        .unwrap();
    let id = company.attr("id").await.unwrap().unwrap();
    let name = text(browser, &format!("#{id} h3")).await;
    search.send_keys("a").await.unwrap();
    let option = browser
        .find("[role=option][data-value]:not([data-value=''])")
        .await;
    option.click().await.unwrap();
    let mapped = async || {
        text(browser, &format!("#{id}"))
            .await
            .contains("Mapped to")
            .then_some(())
    };
    browser.until(&format!("{name} to be mapped"), mapped).await;
    name
}

/// The company, product and recurring invoice that the walk goes on with.
pub const COMPANY: &str = "Cedar & Stone Architects, LLC";
pub const CLIENT: &str = "Cedar & Stone Architects";
pub const PRODUCT: &str = "Microsoft 365 Business Premium [New Commerce Experience]";
pub const RECURRING: &str = "Monthly services";
/// 12 seats of 22.00 with 20 percent on top.
pub const UNIT: &str = "$26.40";
pub const TOTAL: &str = "$316.80";

/// Opens the company and the dialog of its subscription, which has a retail cost; gives the XPath of the row.
pub async fn open_the_dialog(browser: &Browser) -> String {
    let company = format!("//article[.//h3[contains(., '{COMPANY}')]]");
    let toggle = browser
        .find_at(&format!("{company}//a[contains(@class, 'company-toggle')]"))
        .await;
    toggle.scroll_into_view().await.unwrap();
    toggle.click().await.unwrap();
    let row = format!("{company}//tr[contains(., '{PRODUCT}')]");
    let text = browser.find_at(&row).await.text().await.unwrap();
    assert!(text.contains("(retail)"), "{text}");
    let dollar = format!("{row}//a[starts-with(@aria-label, 'Configure Billing')]");
    let dollar = browser.find_at(&dollar).await;
    dollar.scroll_into_view().await.unwrap();
    dollar.click().await.unwrap();
    row
}

/// s101, s108, s123, s125, s134, s135, s139, s140, s113: opened, priced, previewed, linked, saved.
async fn price_and_link_a_subscription(browser: &Browser) {
    let row = open_the_dialog(browser).await;
    browser.find("dialog[open] #markup-value").await;
    browser.fill("#markup-value", "20").await;
    let choice = format!(
        "//select[@id='recurring-invoice']/option[starts-with(normalize-space(.), '{RECURRING}')]"
    );
    browser.find_at(&choice).await.click().await.unwrap();
    for text in ["Billable Price per Unit", UNIT, "Total Monthly", TOTAL] {
        browser.wait_for_text(text).await;
    }
    browser.picture("configure-billing").await;
    browser.click("Save Billing Settings").await;
    browser
        .until("the dialog to close", async || no_dialog(browser).await)
        .await;
    row_says(browser, &row, &["20%", UNIT, "Linked"]).await;
}

/// The recurring invoice's next invoice shows what the subscription will put on it.
async fn see_it_in_the_preview(browser: &Browser) {
    browser.click("Recurring").await;
    let row = format!(
        "//tr[contains(., '{CLIENT}') and contains(., '{RECURRING}')]//a[starts-with(@href, '/recurring/')]"
    );
    browser.find_at(&row).await.click().await.unwrap();
    browser.wait_for_text(PRODUCT).await;
    browser.wait_for_text(TOTAL).await;
    browser.picture("recurring-invoice").await;
}

/// s10: a run makes the invoices that are due, the subscription is a line of one, and the line explains itself. Gives the
/// invoice's address.
async fn bill(browser: &Browser) -> String {
    let origin = origin(browser).await;
    browser
        .driver
        .goto(&format!("{origin}/billing-runs"))
        .await
        .unwrap();
    let later = "const field = document.querySelector('#as-of'); const day = new Date(field.value); \
        day.setUTCDate(day.getUTCDate() + 40); field.value = day.toISOString().slice(0, 10);";
    browser.find("#as-of").await;
    browser.driver.execute(later, vec![]).await.unwrap();
    browser
        .find("main form button.btn-primary")
        .await
        .click()
        .await
        .unwrap();
    let row = format!(
        "//tr[contains(., '{CLIENT}') and contains(., '{RECURRING}')]//a[starts-with(@href, '/invoices/')]"
    );
    let link = browser.find_at(&row).await;
    browser.picture("billing-run").await;
    let address = link.prop("href").await.unwrap().unwrap();
    browser.driver.goto(&address).await.unwrap();
    browser.wait_for_text(PRODUCT).await;
    browser.wait_for_text(TOTAL).await;
    let why = format!(
        "//tr[contains(., '{PRODUCT}')]//summary | //tr[contains(., '{PRODUCT}')]/following-sibling::tr[1]//summary"
    );
    browser.find_at(&why).await.click().await.unwrap();
    browser.picture("invoice").await;
    address
}

/// The PDF of the invoice is one, and only for those who are signed in.
async fn read_the_pdf(browser: &Browser, demo: &Demo, invoice: &str) {
    let cookie = browser
        .driver
        .get_named_cookie("ascent_session")
        .await
        .unwrap();
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(30))
        .build();
    let client = client.expect("a client without TLS");
    let address = format!("{}.pdf", invoice.split('?').next().unwrap());
    assert!(address.starts_with(&demo.url), "{address}");
    let answer = client
        .get(&address)
        .header("cookie", format!("ascent_session={}", cookie.value))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let bytes = answer.bytes().await.unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    let refused = client.get(&address).send().await.unwrap();
    assert_ne!(refused.headers()["content-type"], "application/pdf");
}

async fn origin(browser: &Browser) -> String {
    browser
        .driver
        .current_url()
        .await
        .unwrap()
        .origin()
        .ascii_serialization()
}

/// The text of an element, once it is there.
pub async fn text(browser: &Browser, css: &str) -> String {
    let read = async || {
        browser
            .driver
            .find(By::Css(css))
            .await
            .ok()?
            .text()
            .await
            .ok()
    };
    browser.until(&format!("the text of {css}"), read).await
}

async fn status_says(browser: &Browser, words: &str) -> Option<()> {
    let status = browser
        .driver
        .find(By::Css("#connection-status"))
        .await
        .ok()?;
    status.text().await.ok()?.contains(words).then_some(())
}

/// Waits until a row, given by its XPath, shows all of these.
pub async fn row_says(browser: &Browser, row: &str, wanted: &[&str]) {
    let says = async || {
        let row = browser.driver.find(By::XPath(row)).await.ok()?;
        let text = row.text().await.ok()?;
        wanted.iter().all(|it| text.contains(it)).then_some(())
    };
    browser.until("the row to show what was saved", says).await;
}

/// Whether no dialog is open.
pub async fn no_dialog(browser: &Browser) -> Option<()> {
    browser
        .driver
        .find_all(By::Css("dialog[open]"))
        .await
        .ok()?
        .is_empty()
        .then_some(())
}
