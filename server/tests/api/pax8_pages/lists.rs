//! What changed, the history of a subscription, what needs a decision, and the dashboard that leads there.

use pax8_sandbox::demo;

use super::{
    PAGE, attribute, client, connect_with_clients, count, recurring, subscription, text, texts,
};
use crate::world::{World, on_each_engine};

/// Links Lakeside's first subscription at 20 %.
async fn link_lakeside(world: &World) {
    let lakeside = client(world, "Lakeside Dental Care").await;
    let invoice = recurring(world, &lakeside, "Managed services", "monthly").await;
    let path = format!("{PAGE}/subscriptions/{}/billing", subscription(world, 1));
    let fields = [
        ("markup_type", "percentage"),
        ("markup_value", "20"),
        ("recurring_invoice_id", invoice.as_str()),
    ];
    world.ours.browser.submit(&path, &fields).await;
}

#[tokio::test]
async fn s151_d9_a_change_shows_with_its_sync_and_in_the_subscriptions_history() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        link_lakeside(world).await;
        let estate = world.sandbox.sandbox().estate();
        estate
            .set_quantity(&demo::subscription_id(1), "20".parse().unwrap())
            .unwrap();
        world.sync(&world.ours).await;
        let browser = &world.ours.browser;
        let html = browser.get(PAGE).await.page();
        let link = attribute(&html, "#connection-status a[href$='/changes']", "href").unwrap();
        let changes = browser.get(&link).await.page();
        assert_eq!(text(&changes, "h1"), "What changed");
        let cells = texts(&changes, "tbody tr > *");
        assert!(
            cells[0].contains("Microsoft 365 Business Premium"),
            "{cells:?}"
        );
        // 22.18 and 18.48 for two more.
        assert_eq!(cells[1..], ["Quantity", "18", "20", "+$44.36", "+$36.96"]);

        let path = format!("{PAGE}/subscriptions/{}/history", subscription(world, 1));
        let history = browser.get(&path).await.page();
        let cells = texts(&history, "tbody tr > *");
        assert_eq!(cells[1..4], ["Quantity", "18", "20"]);
    })
    .await;
}

#[tokio::test]
async fn what_needs_a_decision_is_listed_by_what_it_is() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = &world.ours.browser;
        let path = format!("{PAGE}/subscriptions");
        let html = browser.get(&path).await.page();
        assert!(text(&html, ".tabs [aria-current]").starts_with("Not linked"));
        assert!(count(&html, "tbody tr") > 30);
        let held = browser.get(&format!("{path}?show=held")).await.page();
        assert_eq!(text(&held, ".empty"), "No linked subscription is held.");

        link_lakeside(world).await;
        let estate = world.sandbox.sandbox().estate();
        estate
            .remove_subscription(&demo::subscription_id(1))
            .unwrap();
        world.sync(&world.ours).await;
        let held = browser.get(&format!("{path}?show=held")).await.page();
        let row = text(&held, "tbody th");
        assert!(row.starts_with("Microsoft 365 Business Premium"), "{row}");
        assert!(
            row.contains("Not found in Pax8 since 15 Jun 2026."),
            "{row}"
        );
        assert!(row.contains("Look for it in Pax8"), "{row}");
        assert!(text(&held, "main section > p").contains("waits as a draft"));

        let low = format!("{path}?show=below_cost");
        assert_eq!(count(&browser.get(&low).await.page(), "tbody tr"), 0);
        let billing = format!("{PAGE}/subscriptions/{}/billing", subscription(world, 2));
        browser.submit(&billing, &[("override_price", "1")]).await;
        assert_eq!(count(&browser.get(&low).await.page(), "tbody tr"), 1);
    })
    .await;
}

#[tokio::test]
async fn the_dashboard_starts_with_what_to_do_first() {
    on_each_engine(async |world| {
        let html = world.ours.browser.get("/").await.page();
        assert_eq!(text(&html, "h1"), "Dashboard");
        assert!(texts(&html, ".list a").contains(&"Connect Pax8".to_owned()));
        assert_eq!(count(&html, ".stat"), 0);
    })
    .await;
}

#[tokio::test]
async fn the_dashboard_adds_up_what_is_linked_and_leads_to_decisions() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        link_lakeside(world).await;
        let browser = &world.ours.browser;
        let html = browser.get("/").await.page();
        let figures = texts(&html, ".stat dd:nth-of-type(1)");
        assert_eq!(figures, ["$399.24", "$332.64", "$66.60"]);
        let links = texts(&html, "section[aria-labelledby=decide] a");
        assert!(
            links.iter().any(|it| it.ends_with("companies unmapped")),
            "{links:?}"
        );
        assert!(
            links.iter().any(|it| it.ends_with("not linked")),
            "{links:?}"
        );
        assert_eq!(
            texts(&html, "section[aria-labelledby=next] a"),
            ["1 Jul 2026"]
        );
        for path in ["?mapped=false", "/subscriptions?show=not_linked"] {
            assert_eq!(browser.get(&format!("{PAGE}{path}")).await.status, 200);
        }

        let other = world.theirs.browser.get("/").await.page();
        assert_eq!(count(&other, ".stat"), 0, "nothing of another organization");
    })
    .await;
}
