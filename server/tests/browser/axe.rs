//! axe-core: what would keep people with disabilities from using a page.

use crate::browser::Browser;

/// Names each barrier: rule, element, what is wrong.
const RUN: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
        .then(({ violations }) => done(violations.flatMap((rule) =>
            rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`))))
        .catch((error) => done([String(error)]));";

/// The text of axe-core, or nothing where it is not at hand: then pages are looked at without it.
pub fn source() -> Option<String> {
    let Some(path) = std::env::var_os("ASCENT_TEST_AXE") else {
        assert!(
            std::env::var_os("ASCENT_TEST_REQUIRE_BROWSER").is_none(),
            "ASCENT_TEST_AXE is required here: it is what scripts/axe-core prints"
        );
        eprintln!("axe-core: skipped (ASCENT_TEST_AXE is not set)");
        return None;
    };
    Some(std::fs::read_to_string(path).unwrap())
}

/// The barriers on the page as it stands.
pub async fn barriers(browser: &Browser, axe: &str) -> Vec<String> {
    browser.driver.execute(axe, vec![]).await.unwrap();
    let answer = browser.driver.execute_async(RUN, vec![]).await.unwrap();
    answer.convert().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_barrier_is_seen() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let Some(axe) = source() else { return };
    let page = "data:text/html,<html lang=en><title>T</title><main><h1>H</h1><img src=x></main>";
    browser.driver.goto(page).await.unwrap();
    let found = barriers(&browser, &axe).await;
    assert!(
        found.len() == 1 && found[0].starts_with("image-alt"),
        "{found:?}"
    );
    browser.quit().await;
}
