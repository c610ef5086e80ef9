//! What linked subscriptions bring: the list of clients in an order of choice, and past months on the dashboard.

use serde_json::json;

use super::*;
use crate::{
    pax8_pages::{attribute, count, text, texts},
    world::on_each_engine,
};

db::statements! {
    org SET_SEEN = "update pax8_subscription set first_seen_at = $3 where organization_id = $1 and id = $2";
    bulk INSERT_WORTH_CHANGE = "insert into pax8_change (organization_id, id, sync_id, at, record_type, record_pax8_id, field,
        revenue_change_minor, cost_change_minor, currency) values", 10, "";
}

/// A client with a company whose subscriptions feed its recurring invoice.
async fn earning(
    world: &World,
    name: &'static str,
    currency: &str,
    sold: &[(Sold, &str)],
) -> (String, Vec<String>) {
    let owner = &world.ours.owner;
    let id = client(owner, json!({ "name": name, "currency": currency })).await;
    let kinds: Vec<_> = sold.iter().map(|(sold, _)| sold.clone()).collect();
    let (company, ids) = add_estate(world, &world.ours, name, &kinds).await;
    map(owner, &company, &id).await;
    let invoice = recurring(owner, &id, "monthly").await;
    for (subscription, (_, markup)) in ids.iter().zip(sold) {
        let settings = json!({ "markup": { "type": "fixed", "value": markup }, "recurring_invoice_id": invoice });
        save(owner, subscription, settings).await;
    }
    (id, ids)
}

fn seats(quantity: &'static str) -> Sold {
    Sold {
        quantity: Some(quantity),
        ..SEATS
    }
}

async fn names(world: &World, path: &str) -> Vec<String> {
    let page = world.ours.browser.get(path).await.page();
    texts(&page, "tbody th a")
}

#[tokio::test]
async fn clients_are_sorted_by_what_they_bring_and_by_what_is_left() {
    on_each_engine(async |world| {
        // 18.50 a seat: 10 at +1.50, 1 at +20, and one whose cost nobody knows.
        earning(world, "Many", "USD", &[(seats("10"), "1.50")]).await;
        earning(world, "Few", "USD", &[(seats("1"), "20")]).await;
        client(&world.ours.owner, json!({ "name": "Alone" })).await;
        let euros = Sold {
            currency: Some("EUR"),
            ..seats("100")
        };
        earning(world, "Euro", "EUR", &[(euros, "0")]).await;
        let low = Sold {
            quantity: None,
            ..SEATS
        };
        earning(world, "Unknown", "USD", &[(low, "1")]).await;

        let page = world.ours.browser.get("/clients").await.page();
        assert_eq!(
            texts(&page, "tbody th a"),
            ["Alone", "Euro", "Few", "Many", "Unknown"]
        );
        assert_eq!(text(&page, "th[aria-sort=ascending]"), "Name");
        assert_eq!(
            texts(&page, "td[data-label='Monthly revenue']"),
            ["None", "€1,850.00", "$38.50", "$200.00", "Unknown"]
        );
        assert_eq!(
            texts(&page, "td[data-label=Margin]"),
            [
                "None",
                "€0.00 0.0%",
                "$20.00 51.9%",
                "$15.00 7.5%",
                "Unknown 1 subscription without price or cost"
            ]
        );

        let found = world.ours.browser.get("/clients?q=many").await.page();
        let path = attribute(&found, "tbody th a", "href").unwrap();
        let shown = world.ours.browser.get(&path).await.page();
        assert_eq!(
            texts(&shown, "#earnings dd"),
            ["$200.00", "$15.00 7.5%"],
            "the client's page says the same"
        );
        let member = world.sign_in("member@Ours.example").await;
        let shown = member.get(&path).await.page();
        assert_eq!(
            texts(&shown, "#earnings dd"),
            ["$200.00"],
            "costs are not for everybody"
        );
        let list = member.get("/clients?q=many&sort=-margin").await.page();
        assert_eq!(count(&list, "td[data-label=Margin]"), 0);
        assert_eq!(
            texts(&list, "td[data-label='Monthly revenue']"),
            ["$200.00"]
        );
        assert!(!texts(&list, "#list th a").contains(&"Margin".to_owned()));
        let list = member.get("/clients?sort=-margin").await.page();
        assert_eq!(
            texts(&list, "tbody th a"),
            ["Alone", "Euro", "Few", "Many", "Unknown"],
            "the order does not tell either"
        );

        let by_revenue = ["Many", "Few", "Alone", "Unknown", "Euro"];
        assert_eq!(
            names(world, "/clients?sort=-revenue").await[..2],
            by_revenue[..2]
        );
        assert_eq!(
            names(world, "/clients?sort=-revenue").await[4],
            "Euro",
            "another currency comes after"
        );
        assert_eq!(
            names(world, "/clients?sort=revenue").await[..2],
            ["Few", "Many"]
        );
        assert_eq!(
            names(world, "/clients?sort=-margin").await[..2],
            ["Few", "Many"]
        );
        let page = world
            .ours
            .browser
            .get("/clients?q=few&sort=-margin")
            .await
            .page();
        assert_eq!(text(&page, "th[aria-sort=descending]"), "Margin");
        assert_eq!(
            attribute(&page, "th[aria-sort] a", "href").unwrap(),
            "/clients?q=few&sort=margin"
        );
        assert_eq!(
            attribute(&page, "input[name=sort]", "value").unwrap(),
            "-margin"
        );
        assert_eq!(count(&page, "tbody tr"), 1, "the filter stays");
        let theirs = world.theirs.browser.get("/clients").await.page();
        assert_eq!(count(&theirs, "tbody tr"), 0);
    })
    .await;
}

#[tokio::test]
async fn every_client_is_on_one_page_of_the_list_in_each_order() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        for number in 0..52 {
            client(owner, json!({ "name": format!("Client {number:02}") })).await;
        }
        for (name, quantity) in [("A", "3"), ("B", "3"), ("C", "7")] {
            earning(world, name, "USD", &[(seats(quantity), "1")]).await;
        }
        for sort in ["", "revenue", "-revenue", "margin", "-margin"] {
            let mut found = Vec::new();
            let mut path = format!("/clients?sort={sort}");
            loop {
                let page = world.ours.browser.get(&path).await.page();
                found.extend(texts(&page, "tbody th a"));
                let next = ".pager a[href*=cursor]";
                if count(&page, next) == 0 {
                    break;
                }
                path = attribute(&page, next, "href").unwrap();
            }
            assert_eq!(found.len(), 55, "{sort}");
            found.sort();
            found.dedup();
            assert_eq!(found.len(), 55, "{sort}: nobody twice");
        }
    })
    .await;
}

#[tokio::test]
async fn the_dashboard_tells_past_months_back_from_today() {
    on_each_engine(async |world| {
        connect(world, &world.ours).await;
        let (_, ids) = earning(
            world,
            "Harbor",
            "USD",
            &[(seats("10"), "1.50"), (seats("1"), "20")],
        )
        .await;
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = world.app.clock.now();
        assert_eq!(now.to_string()[..4], *"2026");
        let seen = [at("2026-03-10T00:00:00Z"), at("2026-05-10T00:00:00Z")];
        for (id, at) in ids.iter().zip(seen) {
            let id = SubscriptionId::parse(id).unwrap();
            execute(world, &SET_SEEN, args![id, at]).await;
        }
        // In April two seats were added at 20.00, costing 18.50; changes of others do not count.
        let change = |record: String, currency: &str| {
            args![
                ascent::ids::ChangeId::new(),
                SyncId::new(),
                at("2026-04-10T00:00:00Z"),
                "subscription",
                record,
                "quantity",
                4_000_i64,
                3_700_i64,
                currency
            ]
        };
        let rows = vec![
            change(pax8_id(&ids[0]), "USD"),
            change("other".to_owned(), "USD"),
        ];
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.bulk(&INSERT_WORTH_CHANGE, rows).await.unwrap();
        tx.commit().await.unwrap();

        let page = world.ours.browser.get("/").await.page();
        let row = |name: &str| {
            let rows = texts(&page, "section[aria-labelledby=history] tbody tr");
            rows.into_iter().find(|it| it.starts_with(name)).unwrap()
        };
        assert_eq!(row("Feb 2026"), "Feb 2026 Unknown Unknown Unknown");
        assert_eq!(row("Mar 2026"), "Mar 2026 $160.00 $148.00 $12.00");
        assert_eq!(row("Apr 2026"), "Apr 2026 $200.00 $185.00 $15.00");
        assert_eq!(row("May 2026"), "May 2026 $238.50 $203.50 $35.00");
        let titles = texts(&page, "svg.chart g title");
        assert_eq!(titles.len(), 12);
        assert!(
            titles.contains(&"Apr 2026: revenue $200.00, cost $185.00, margin $15.00".to_owned())
        );
        let theirs = world.theirs.browser.get("/").await.page();
        assert_eq!(count(&theirs, "svg.chart"), 0);
    })
    .await;
}

#[tokio::test]
async fn d7_the_dashboards_margin_leaves_out_what_is_unknown_and_says_so() {
    on_each_engine(async |world| {
        connect(world, &world.ours).await;
        let owner = &world.ours.owner;
        let unknown = Sold {
            price: None,
            partner_cost: None,
            ..seats("1")
        };
        let sold = [(seats("10"), "1.50"), (unknown, "0")];
        let (client, ids) = earning(world, "Harbor", "USD", &sold).await;
        let path = format!("/api/v1/recurring-invoices?client_id={client}");
        let invoice = owner.get(&path).await.json(200)["data"][0]["id"].clone();
        let settings = json!({ "override_price": "100.00", "recurring_invoice_id": invoice });
        save(owner, &ids[1], settings).await;
        let page = world.ours.browser.get("/").await.page();
        let tiles = texts(&page, "section.tiles dd");
        assert_eq!(
            tiles,
            [
                "$300.00",
                "2 linked subscriptions",
                "$185.00",
                "$15.00",
                "7.5% of revenue, 1 without a price or cost not counted"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn pausing_and_cancelling_say_in_numbers_what_stops() {
    on_each_engine(async |world| {
        let sold = [(SEATS, "1.50"), (seats("3"), "1.50"), (YEARLY, "0")];
        let (client, _) = earning(world, "Harbor", "USD", &sold).await;
        let path = format!("/api/v1/recurring-invoices?client_id={client}");
        let list = world.ours.owner.get(&path).await.json(200);
        let id = list["data"][0]["id"].as_str().unwrap().to_owned();
        for verb in ["pause", "cancel"] {
            let question = world
                .ours
                .browser
                .get(&format!("/recurring/{id}/{verb}"))
                .await;
            let effects = texts(&question.page(), ".card-body p");
            assert_eq!(
                effects[0],
                "3 linked subscriptions stop billing, $913.40 a month."
            );
        }
    })
    .await;
}
