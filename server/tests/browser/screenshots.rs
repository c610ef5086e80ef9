//! Every page of the demo, at three widths, light and dark: nothing hangs over the edge, nothing is refused by the policy,
//! and with `ASCENT_SCREENSHOTS` a picture of each is kept.

use crate::{
    browser::{Browser, Look},
    demo::Demo,
    main_path::sign_in,
};

const PAGES: [(&str, &str); 9] = [
    ("dashboard", "/"),
    ("clients", "/clients"),
    ("client-form", "/clients/new"),
    ("recurring", "/recurring"),
    ("recurring-form", "/recurring/new"),
    ("invoices", "/invoices"),
    ("billing-runs", "/billing-runs"),
    ("integrations", "/admin/integrations"),
    ("pax8", "/admin/integrations/pax8"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_every_width_in_light_and_dark() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let demo = Demo::start();
    sign_in(&browser, &demo).await;
    for (name, path) in PAGES {
        for width in [1440, 768, 360] {
            for dark in [false, true] {
                browser.look(Look { width, dark }).await;
                browser
                    .driver
                    .goto(&format!("{}{path}", demo.url))
                    .await
                    .unwrap();
                browser.find("main h1").await;
                let theme = if dark { "dark" } else { "light" };
                browser.picture(&format!("{name}-{width}-{theme}")).await;
                assert_eq!(
                    overhang(&browser).await,
                    0,
                    "{path} at {width} px hangs over the edge"
                );
            }
        }
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.quit().await;
}

/// By how many pixels the page is wider than the window.
async fn overhang(browser: &Browser) -> i64 {
    let script =
        "const page = document.documentElement; return page.scrollWidth - page.clientWidth;";
    let answer = browser.driver.execute(script, vec![]).await.unwrap();
    answer.json().as_i64().unwrap()
}
