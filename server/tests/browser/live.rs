//! What happens elsewhere shows on a page that is open.

use serde_json::json;

use crate::{
    browser::Browser,
    demo::Demo,
    main_path::{PAX8, sign_in, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_somebody_else_starts_shows_its_progress_here() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let demo = Demo::start();
    sign_in(&browser, &demo).await;
    browser
        .driver
        .goto(&format!("{}{PAX8}", demo.url))
        .await
        .unwrap();
    browser.settle().await;
    demo.order_fault(&json!({ "place": "subscriptions", "what": { "slow": { "ms": 8_000 } } }))
        .await;
    demo.request_sync(&browser).await;
    let follows = async || {
        text(&browser, "#sync-stage")
            .await
            .contains("Pulling")
            .then_some(())
    };
    browser
        .until("the progress of the other's sync", follows)
        .await;
    let ended = async || {
        text(&browser, "#connection-status")
            .await
            .contains("0 updated")
            .then_some(())
    };
    browser.until("its result", ended).await;
    browser.quit().await;
}
