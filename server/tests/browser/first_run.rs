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
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    browser.quit().await;
}
