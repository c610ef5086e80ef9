//! Every page that a link of the demo leads to, at three widths, light and dark: nothing hangs over the edge, nothing is
//! refused by the policy, axe-core finds no barrier; with `ASCENT_SCREENSHOTS` a picture of each is kept.

use std::collections::{BTreeSet, VecDeque};

use crate::{
    axe,
    browser::{Browser, Look},
    demo::Demo,
    main_path::sign_in,
};

/// Links of the page to others of ours that show something.
const LINKS: &str = "return [...document.querySelectorAll('a[href]')].filter((link) => link.origin === location.origin
    && !link.hasAttribute('download') && !/\\.(pdf|csv|xlsx|json)$/.test(link.pathname)).map((link) => link.pathname + link.search)";
/// Width and whether dark.
const LOOKS: [(u32, bool); 5] = [
    (360, true),
    (360, false),
    (768, false),
    (1440, true),
    (1440, false),
];
/// Where nothing leads to.
const UNLINKED: [&str; 4] = [
    "/",
    "/no-such-page",
    "/clients/no-such-client",
    "/deliveries",
];
/// Fewer would mean that the walk lost its way.
const AT_LEAST: usize = 25;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_every_width_in_light_and_dark_and_has_no_barrier() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let (demo, axe) = (Demo::start(), axe::source());
    let mut complaints = look_at(&browser, &demo.url, "/sign-in", axe.as_deref()).await;
    sign_in(&browser, &demo).await;
    let mut seen = BTreeSet::new();
    let mut ahead: VecDeque<String> = UNLINKED.map(str::to_owned).into();
    while let Some(path) = ahead.pop_front() {
        if !seen.insert(kind_of(&path)) {
            continue;
        }
        complaints.extend(look_at(&browser, &demo.url, &path, axe.as_deref()).await);
        let links = browser.driver.execute(LINKS, vec![]).await.unwrap();
        ahead.extend(links.convert::<Vec<String>>().unwrap());
    }
    // The walk saw one invoice, whichever came first; these are the pages of others.
    for (status, pages) in [
        ("draft", ["", "/issue", "/void"]),
        ("partially_paid", ["", "/payments/new", "/credit-note"]),
    ] {
        let list = format!("{}/invoices?status={status}", demo.url);
        browser.driver.goto(&list).await.unwrap();
        let invoice = browser.find("tbody a[href^='/invoices/']").await;
        let invoice = invoice.attr("href").await.unwrap().unwrap();
        for page in pages {
            let path = format!("{invoice}{page}");
            complaints.extend(look_at(&browser, &demo.url, &path, axe.as_deref()).await);
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(seen.len() >= AT_LEAST, "only {seen:?}");
    browser.quit().await;
}

/// Looks at a page in every way and tells what is wrong with it.
pub async fn look_at(browser: &Browser, url: &str, path: &str, axe: Option<&str>) -> Vec<String> {
    let mut wrong = Vec::new();
    browser.driver.goto(&format!("{url}{path}")).await.unwrap();
    browser.settle().await;
    browser.find("h1").await;
    for (width, dark) in LOOKS {
        browser.look(Look { width, dark }).await;
        let theme = if dark { "dark" } else { "light" };
        let name = match kind_of(path).trim_matches('/').replace('/', "-") {
            name if name.is_empty() => "dashboard".to_owned(),
            name => name,
        };
        browser.picture(&format!("{name}-{width}-{theme}")).await;
        let at = format!("{path} at {width} px, {theme}");
        match overhang(browser).await {
            0 => {}
            pixels => wrong.push(format!("{at}: hangs over the edge by {pixels} px")),
        }
        // Contrast is a matter of the theme, targets and order of the width: two looks tell all.
        if let Some(axe) = axe.filter(|_| [(360, false), (1440, true)].contains(&(width, dark))) {
            let found = axe::barriers(browser, axe).await;
            wrong.extend(found.into_iter().map(|barrier| format!("{at}: {barrier}")));
        }
    }
    wrong.extend(
        browser
            .take_complaints()
            .await
            .into_iter()
            .map(|it| format!("{path}: {it}")),
    );
    wrong
}

/// The page's address without what differs between two of its kind: ids, the query and the calls of the API.
fn kind_of(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    if path.starts_with("/api/docs/") {
        return "/api/docs/group".to_owned();
    }
    let part = |part: &str| {
        if part.len() == 36 && part.contains('-') {
            "id".to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// By how many pixels the page is wider than the window.
async fn overhang(browser: &Browser) -> i64 {
    let script =
        "const page = document.documentElement; return page.scrollWidth - page.clientWidth;";
    let answer = browser.driver.execute(script, vec![]).await.unwrap();
    answer.json().as_i64().unwrap()
}
