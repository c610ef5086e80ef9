//! The main path with scripts switched off: links, forms and pages of their own where there were dialogs.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::{
    browser::Browser,
    demo::Demo,
    main_path::{CLIENT, COMPANY, PAX8, PRODUCT, RECURRING, TOTAL, UNIT, row_says, sign_in},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_main_path_works_with_scripts_switched_off() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let demo = Demo::start();
    let off = json!({ "value": true });
    let tools = browser.driver.cdp();
    tools
        .send_raw("Emulation.setScriptExecutionDisabled", off)
        .await
        .unwrap();

    sign_in(&browser, &demo).await;
    browser
        .driver
        .goto(&format!("{}{PAX8}", demo.url))
        .await
        .unwrap();
    reconnect(&browser, &demo).await;
    map_a_company(&browser).await;
    price_and_link(&browser).await;
    see_and_bill(&browser, &demo).await;
    browser.quit().await;
}

/// Disconnecting asks on a page of its own; after connecting, the page is loaded again until the sync is done.
async fn reconnect(browser: &Browser, demo: &Demo) {
    browser.click("Disconnect Pax8").await;
    browser
        .find("main form button.btn-danger")
        .await
        .click()
        .await
        .unwrap();
    browser.wait_for_text("Not Connected").await;
    browser.fill("#client-id", &demo.client_id).await;
    browser.fill("#client-secret", &demo.client_secret).await;
    browser.click("Test Credentials").await;
    browser.wait_for_text("Pax8 accepted").await;
    browser.fill("#client-id", &demo.client_id).await;
    browser.fill("#client-secret", &demo.client_secret).await;
    browser.click("Connect Pax8").await;
    let done = async || {
        browser.driver.refresh().await.ok()?;
        let status = browser
            .driver
            .find(By::Css("#connection-status"))
            .await
            .ok()?;
        status.text().await.ok()?.contains("created").then_some(())
    };
    browser.until("the first sync to end", done).await;
}

/// The first unmapped company is mapped on the page that lists all clients.
async fn map_a_company(browser: &Browser) {
    let company = browser
        .find_at("//article[.//a[normalize-space(.)='All clients']]")
        .await;
    let id = company.attr("id").await.unwrap().unwrap();
    browser.click("All clients").await;
    let choice = browser.find("main button[aria-label^='Map to ']").await;
    choice.click().await.unwrap();
    let mapped = async || {
        let row = browser.driver.find(By::Css(format!("#{id}"))).await.ok()?;
        row.text().await.ok()?.contains("Mapped to").then_some(())
    };
    browser.until("the company to be mapped", mapped).await;
}

async fn price_and_link(browser: &Browser) {
    let company = format!("//article[.//h3[contains(., '{COMPANY}')]]");
    browser
        .find_at(&format!("{company}//a[contains(@class, 'company-toggle')]"))
        .await
        .click()
        .await
        .unwrap();
    let row = format!("{company}//tr[contains(., '{PRODUCT}')]");
    let dollar = format!("{row}//a[starts-with(@aria-label, 'Configure Billing')]");
    browser.find_at(&dollar).await.click().await.unwrap();
    browser.fill("#markup-value", "20").await;
    let choice = format!(
        "//select[@id='recurring-invoice']/option[starts-with(normalize-space(.), '{RECURRING}')]"
    );
    browser.find_at(&choice).await.click().await.unwrap();
    browser.click("Save Billing Settings").await;
    row_says(browser, &row, &["20%", UNIT, "Linked"]).await;
}

/// The preview shows the line; a run makes the invoice; the line tells why.
async fn see_and_bill(browser: &Browser, demo: &Demo) {
    browser
        .driver
        .goto(&format!("{}/recurring?q=Cedar", demo.url))
        .await
        .unwrap();
    let row = format!(
        "//tr[contains(., '{CLIENT}') and contains(., '{RECURRING}')]//a[starts-with(@href, '/recurring/')]"
    );
    browser.find_at(&row).await.click().await.unwrap();
    browser.wait_for_text(TOTAL).await;
    browser
        .driver
        .goto(&format!("{}/billing-runs", demo.url))
        .await
        .unwrap();
    let field = browser.find("#as-of").await;
    let today: jiff::civil::Date = field.prop("value").await.unwrap().unwrap().parse().unwrap();
    let later = today.checked_add(jiff::ToSpan::days(40)).unwrap();
    field
        .send_keys(later.strftime("%m%d%Y").to_string())
        .await
        .unwrap();
    browser
        .find("main form button.btn-primary")
        .await
        .click()
        .await
        .unwrap();
    let row = format!(
        "//tr[contains(., '{CLIENT}') and contains(., '{RECURRING}')]//a[starts-with(@href, '/invoices/')]"
    );
    browser.find_at(&row).await.click().await.unwrap();
    browser.wait_for_text(PRODUCT).await;
    let why = format!(
        "//tr[contains(., '{PRODUCT}')]//summary | //tr[contains(., '{PRODUCT}')]/following-sibling::tr[1]//summary"
    );
    browser.find_at(&why).await.click().await.unwrap();
}
