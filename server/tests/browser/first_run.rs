//! A fresh installation: the first page makes the organization, and every list says what to do while it is empty.

use crate::{
    axe,
    browser::Browser,
    pages::look_at,
    process::{Process, first_line},
};

/// Pages that show nothing yet.
const EMPTY: [&str; 6] = [
    "/",
    "/clients",
    "/recurring",
    "/invoices",
    "/admin/integrations",
    "/admin/integrations/pax8",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_makes_an_organization_whose_empty_pages_say_what_to_do() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let (folder, axe) = (tempfile::tempdir().unwrap(), axe::source());
    let data = folder.path().to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data];
    let mut server = Process::start(env!("CARGO_BIN_EXE_ascent"), &serve).unwrap();
    let said = server.lines_until(|line| line.contains("listening on "));
    let url = first_line(&said, "listening on ");

    let mut wrong = look_at(&browser, url, "/", axe.as_deref()).await;
    for (field, text) in [
        ("#organization", "Summit IT"),
        ("#name", "Owner"),
        ("#email", "owner@summit.example"),
        ("#password", "a password of some length"),
    ] {
        browser.fill(field, text).await;
    }
    browser.click("Create organization").await;
    browser.find(".app").await;
    for page in EMPTY {
        wrong.extend(look_at(&browser, url, page, axe.as_deref()).await);
    }
    let invitation = invite(&browser, url).await;
    wrong.extend(look_at(&browser, url, &invitation, axe.as_deref()).await);
    join(&browser).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    browser.quit().await;
}

/// Invites somebody and gives the path of the link that they get.
async fn invite(browser: &Browser, url: &str) -> String {
    let page = format!("{url}/admin/roles/invite");
    browser.driver.goto(&page).await.unwrap();
    browser.settle().await;
    browser.fill("#email", "second@summit.example").await;
    browser.click("Invite").await;
    let link = browser.find("#secret").await.prop("value").await.unwrap();
    let link = link.unwrap();
    browser.picture("invited").await;
    // Whoever opens the link is not signed in yet.
    browser.driver.delete_all_cookies().await.unwrap();
    let (_, path) = link.split_once("/invitation").unwrap();
    format!("/invitation{path}")
}

/// Accepts the invitation that is open.
async fn join(browser: &Browser) {
    browser.fill("#name", "Second").await;
    browser.fill("#password", "another long password").await;
    browser.click("Join").await;
    browser.find(".app").await;
}
