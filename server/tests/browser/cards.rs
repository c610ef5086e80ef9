//! The cards of the Pax8 page and Configure Billing, as people use them: what is saved stays, what is refused stays typed,
//! what is asked is done only after a yes.

use thirtyfour::prelude::*;

use crate::{
    browser::Browser,
    demo::Demo,
    main_path::{COMPANY, PAX8, no_dialog, open_the_dialog, row_says, sign_in, text},
};

/// Unit price and total of the same 12 seats at their override, and at 20 percent on their cost of 22.00.
const OVERRIDDEN: [&str; 2] = ["$50.00", "$600.00"];
const MARKED_UP: [&str; 2] = ["$26.40", "$316.80"];

#[tokio::test(flavor = "multi_thread")]
async fn every_card_saves_refuses_and_asks() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let demo = Demo::start();
    sign_in(&browser, &demo).await;
    i5_the_switch_is_saved_at_once(&browser, &demo).await;
    s118_s119_s120_the_status_filter_narrows_and_widens(&browser, &demo).await;
    s124_an_unmapped_company_cannot_be_billed(&browser, &demo).await;
    s67_a_row_is_refreshed(&browser, &demo).await;
    i9_what_is_typed_is_previewed_and_refused_at_its_field(&browser, &demo).await;
    s97_whoever_is_overtaken_is_told_and_the_row_is_redrawn(&browser, &demo).await;
    s97_s98_unlinking_asks_and_the_company_can_be_mapped_again(&browser).await;
    all_beyond_doubt_are_mapped_at_once(&browser, &demo).await;
    s52_s149_s150_disconnecting_leaves_the_credentials_card_alone(&browser, &demo).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.quit().await;
}

async fn i5_the_switch_is_saved_at_once(browser: &Browser, demo: &Demo) {
    for expected in [false, true] {
        visit(browser, demo, PAX8).await;
        browser.find("#auto-map").await.click().await.unwrap();
        browser.find(".flash").await;
        visit(browser, demo, PAX8).await;
        let switch = browser.find("#auto-map").await;
        assert_eq!(switch.is_selected().await.unwrap(), expected);
    }
}

/// The filter is part of the address, so that Back undoes it.
async fn s118_s119_s120_the_status_filter_narrows_and_widens(browser: &Browser, demo: &Demo) {
    let (page, active, all) = company_with_more_than_active(browser, demo).await;
    visit(browser, demo, &page).await;
    let filter = browser.find("#f-status").await;
    assert_eq!(
        filter.prop("value").await.unwrap().as_deref(),
        Some("Active")
    );
    browser
        .find("#f-status option[value=all]")
        .await
        .click()
        .await
        .unwrap();
    let widened = async || (subscriptions(browser).await == all).then_some(());
    browser
        .until("subscriptions of every status", widened)
        .await;
    let address = browser.driver.current_url().await.unwrap();
    assert!(address.query().unwrap().contains("status=all"), "{address}");
    browser.driver.back().await.unwrap();
    let narrowed = async || (subscriptions(browser).await == active).then_some(());
    browser.until("the active ones again", narrowed).await;
}

/// The page with a company open that has subscriptions of another status than Active; how many it shows, and of all.
async fn company_with_more_than_active(browser: &Browser, demo: &Demo) -> (String, usize, usize) {
    visit(browser, demo, PAX8).await;
    let mut pages = Vec::new();
    for toggle in browser
        .driver
        .find_all(By::Css("a.company-toggle"))
        .await
        .unwrap()
    {
        pages.push(toggle.attr("href").await.unwrap().unwrap());
    }
    for page in pages {
        visit(browser, demo, &page).await;
        let active = subscriptions(browser).await;
        visit(browser, demo, &page.replacen('?', "?status=all&", 1)).await;
        let all = subscriptions(browser).await;
        if all > active {
            return (page, active, all);
        }
    }
    panic!("every subscription of the demo is active");
}

async fn s124_an_unmapped_company_cannot_be_billed(browser: &Browser, demo: &Demo) {
    visit(browser, demo, &format!("{PAX8}?mapped=false")).await;
    browser
        .find("a.company-toggle")
        .await
        .click()
        .await
        .unwrap();
    let dollar = browser
        .find("button[aria-label^='Configure Billing']")
        .await;
    assert!(!dollar.is_enabled().await.unwrap());
    browser
        .wait_for_text("Map this company to a client to configure billing")
        .await;
}

async fn s67_a_row_is_refreshed(browser: &Browser, demo: &Demo) {
    visit(browser, demo, PAX8).await;
    let refresh = browser
        .find("button[aria-label^='Refresh subscriptions of']")
        .await;
    refresh.scroll_into_view().await.unwrap();
    refresh.click().await.unwrap();
    let told = async || {
        let flash = browser.driver.find(By::Css(".flash")).await.ok()?;
        flash
            .text()
            .await
            .ok()?
            .contains(": 0 created, 0 updated")
            .then_some(())
    };
    browser.until("what the refresh did", told).await;
}

async fn i9_what_is_typed_is_previewed_and_refused_at_its_field(browser: &Browser, demo: &Demo) {
    visit(browser, demo, PAX8).await;
    open_the_dialog(browser).await;
    browser.find("dialog[open] #markup-value").await;
    browser.fill("#markup-value", "-5").await;
    browser.click("Save Billing Settings").await;
    browser
        .find("dialog[open] #markup-value[aria-invalid=true]")
        .await;
    let kept = browser
        .find("#markup-value")
        .await
        .prop("value")
        .await
        .unwrap();
    assert_eq!(kept.as_deref(), Some("-5"), "what was refused stays typed");
    browser.picture("configure-billing-refused").await;

    browser.fill("#markup-value", "20").await;
    previews(browser, MARKED_UP).await;
    browser.fill("#override-price", "50").await;
    previews(browser, OVERRIDDEN).await;
    browser.fill("#override-price", "").await;
    browser
        .find("#override-price")
        .await
        .send_keys(" ")
        .await
        .unwrap();
    previews(browser, MARKED_UP).await;
    browser.click("Save Billing Settings").await;
    browser
        .until("the dialog to close", async || no_dialog(browser).await)
        .await;
}

async fn previews(browser: &Browser, figures: [&str; 2]) {
    let shows = async || {
        let shown = text(browser, "dialog[open] output").await;
        figures.iter().all(|it| shown.contains(it)).then_some(())
    };
    browser
        .until(&format!("the preview of {figures:?}"), shows)
        .await;
}

/// While the question is open, somebody else maps the company to another client.
async fn s97_whoever_is_overtaken_is_told_and_the_row_is_redrawn(browser: &Browser, demo: &Demo) {
    const MEANWHILE: &str = "
        const row = [...document.querySelectorAll('article.company')].find((it) => it.textContent.includes(name));
        const present = row.querySelector('.company-actions a[href^=\"/clients/\"]').getAttribute('href');
        const clients = (await (await fetch('/api/v1/clients')).json()).data;
        const other = clients.find((it) => it.status === 'active' && !present.endsWith(it.id));
        const headers = { 'content-type': 'application/json', 'x-csrf-token': document.querySelector('[name=csrf_token]').value };
        const path = `/api/v1/integrations/pax8/companies/${row.id.replace('company-', '')}/mapping`;
        await fetch(path, { method: 'PUT', headers, body: JSON.stringify({ client_id: other.id }) });
        done(other.name);";
    visit(browser, demo, PAX8).await;
    let row = format!("//article[.//h3[contains(., '{COMPANY}')]]");
    let unlink = browser
        .find_at(&format!("{row}//a[starts-with(@aria-label, 'Unlink')]"))
        .await;
    unlink.scroll_into_view().await.unwrap();
    unlink.click().await.unwrap();
    let yes = browser.find("dialog[open] button.btn-danger").await;
    let script = format!("(async (name, done) => {{ {MEANWHILE} }})(...arguments)");
    let arguments = vec![COMPANY.into()];
    let other = browser.driver.execute_async(script, arguments).await;
    let other: String = other.unwrap().convert().unwrap();
    yes.click().await.unwrap();
    browser
        .until("the question to close", async || no_dialog(browser).await)
        .await;
    browser
        .wait_for_text(&format!("{COMPANY} is mapped to {other} meanwhile."))
        .await;
    row_says(browser, &row, &[&format!("Mapped to {other}")]).await;
}

async fn s97_s98_unlinking_asks_and_the_company_can_be_mapped_again(browser: &Browser) {
    let company = format!("//article[.//h3[contains(., '{COMPANY}')]]");
    let unlink = browser
        .find_at(&format!("{company}//a[starts-with(@aria-label, 'Unlink')]"))
        .await;
    unlink.scroll_into_view().await.unwrap();
    unlink.click().await.unwrap();
    browser
        .find("dialog[open] button.btn-danger")
        .await
        .click()
        .await
        .unwrap();
    browser
        .find_at(&format!(
            "{company}//input[@placeholder='Map to client...']"
        ))
        .await;
}

/// Companies get clients of their names, and some are beyond doubt then; only the one that stays ticked is mapped.
async fn all_beyond_doubt_are_mapped_at_once(browser: &Browser, demo: &Demo) {
    let page = format!("{PAX8}/companies/mappings");
    visit(browser, demo, &page).await;
    browser.wait_for_text("No company is beyond doubt").await;
    visit(browser, demo, &format!("{PAX8}?mapped=false")).await;
    let script = "return [...document.querySelectorAll('article.company h3')].map((it) => it.textContent.trim())";
    let names = browser.driver.execute(script, vec![]).await.unwrap();
    let names: Vec<String> = names.convert().unwrap();
    for name in &names {
        visit(browser, demo, "/clients/new").await;
        browser.fill("#name", name).await;
        browser
            .find("main form .btn-primary")
            .await
            .click()
            .await
            .unwrap();
        browser.wait_for_text("Edit").await;
    }
    visit(browser, demo, PAX8).await;
    browser.find("#map-all a").await.click().await.unwrap();
    browser.wait_for_text("Map the ticked companies").await;
    browser.picture("map-all").await;
    let boxes = browser.driver.find_all(By::Css("[name=mapping]")).await;
    let count = boxes.unwrap().len();
    assert!(count >= 2, "{names:?}");
    browser
        .wait_for_text(&format!("All {count} companies"))
        .await;
    let all = browser.find("[data-ticks]").await;
    let ticked = async |count: usize| {
        let ticked = browser
            .driver
            .find_all(By::Css("[name=mapping]:checked"))
            .await;
        assert_eq!(ticked.unwrap().len(), count);
    };
    ticked(count).await;
    all.click().await.unwrap();
    ticked(0).await;
    browser.find("[name=mapping]").await.click().await.unwrap();
    ticked(1).await;
    let partly = browser.driver.execute(
        "return document.querySelector('[data-ticks]').indeterminate",
        vec![],
    );
    assert_eq!(partly.await.unwrap().json(), true);
    browser.click("Map the ticked companies").await;
    browser.wait_for_text("1 company mapped.").await;
    visit(browser, demo, &page).await;
    let left = browser.driver.find_all(By::Css("[name=mapping]")).await;
    assert_eq!(left.unwrap().len(), count - 1);
}

async fn s52_s149_s150_disconnecting_leaves_the_credentials_card_alone(
    browser: &Browser,
    demo: &Demo,
) {
    visit(browser, demo, PAX8).await;
    browser.click("Disconnect Pax8").await;
    browser
        .find("dialog[open] button.btn-danger")
        .await
        .click()
        .await
        .unwrap();
    let gone = async || {
        text(browser, "#connection-status")
            .await
            .contains("Not Connected")
            .then_some(())
    };
    browser.until("Not Connected", gone).await;
    visit(browser, demo, PAX8).await;
    assert!(browser.driver.find(By::Css("#sync-options")).await.is_err());
    assert!(
        browser
            .driver
            .find(By::Css("article.company"))
            .await
            .is_err()
    );
    browser.find("#client-id").await;
}

async fn visit(browser: &Browser, demo: &Demo, path: &str) {
    browser
        .driver
        .goto(&format!("{}{path}", demo.url))
        .await
        .unwrap();
    browser.settle().await;
}

/// How many subscriptions are listed.
async fn subscriptions(browser: &Browser) -> usize {
    let rows = browser
        .driver
        .find_all(By::Css("article.company tbody tr"))
        .await;
    rows.unwrap().len()
}
