//! Companies & Subscriptions: rows, mapping, the table and its filter.

use axum::http::StatusCode;
use pax8_sandbox::{Fault, Place, What, demo};
use scraper::{Html, Selector};
use serde_json::json;

use super::{
    PAGE, attribute, client, company, connect_with_clients, count, open, recurring, subscription,
    text, texts,
};
use crate::{
    billing_settings::{
        SEATS, YEARLY, add_companies, add_estate, client as make_client, map, told,
    },
    estate::SYNCS,
    world::{World, on_each_engine},
};

const COLUMNS: [&str; 9] = [
    "Product",
    "Vendor",
    "Qty",
    "Your Cost",
    "Markup",
    "Bill Price",
    "Invoice",
    "Status",
    "Actions",
];

fn row(world: &World, number: u32) -> String {
    format!("#company-{}", company(world, number))
}

/// The cells of every row of the table, by column.
fn table(html: &Html) -> Vec<Vec<String>> {
    let cells = texts(html, ".company tbody tr > *");
    cells.chunks(COLUMNS.len()).map(<[_]>::to_vec).collect()
}

/// The cells of the row whose product begins so.
#[track_caller]
fn product(html: &Html, name: &str) -> Vec<String> {
    let rows = table(html);
    let found = rows.iter().find(|cells| cells[0].starts_with(name));
    found.unwrap_or_else(|| panic!("{name}: {rows:?}")).clone()
}

#[tokio::test]
async fn s89_s90_s92_s93_every_company_has_a_row_with_status_and_count() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = world.ours.browser.get(PAGE).await.page();
        assert_eq!(count(&html, ".company"), 15, "mapped or not");
        let lakeside = row(world, 1);
        assert_eq!(
            text(&html, &format!("{lakeside} h3")),
            "Lakeside Family Dentistry"
        );
        assert_eq!(
            text(&html, &format!("{lakeside} .company-name > .badge")),
            "Active"
        );
        assert_eq!(
            text(&html, &format!("{lakeside} .company-name > .muted")),
            "8 subscriptions"
        );
        let orchard = row(world, 10);
        assert_eq!(
            text(&html, &format!("{orchard} .company-name > .badge")),
            "Inactive"
        );
        assert_eq!(
            text(&html, &format!("{orchard} .company-name > .muted")),
            "0 subscriptions"
        );
        assert!(text(&html, "#company-count").starts_with("15 companies, "));
    })
    .await;
}

#[tokio::test]
async fn s90_more_companies_than_a_page_holds_are_all_listed() {
    on_each_engine(async |world| {
        // Most have the same name, so that only their ids tell where a page ends.
        let mut companies = vec![told("Same"); 58];
        companies.extend([told("First"), told("Zulu")]);
        let mut made = add_companies(world, &world.ours, &companies).await;
        let client = make_client(&world.ours.owner, json!({ "name": "Mapped" })).await;
        map(&world.ours.owner, &made[7], &client).await;
        let mut listed = Vec::new();
        let mut next = Some(PAGE.to_owned());
        while let Some(path) = next {
            let html = world.ours.browser.get(&path).await.page();
            let rows = Selector::parse("article.company").unwrap();
            let ids = html.select(&rows).map(|row| row.attr("id").unwrap());
            listed.extend(ids.map(|id| id.replace("company-", "")));
            let link = Selector::parse(".pager a[href*=cursor]").unwrap();
            next = html
                .select(&link)
                .next()
                .map(|link| link.attr("href").unwrap().to_owned());
            assert!(listed.len() <= 60, "a company is listed twice");
        }
        listed.sort();
        made.sort();
        assert_eq!(listed, made);
    })
    .await;
}

#[tokio::test]
async fn s94_s96_s97_s99_mapped_rows_name_the_client_and_unmapped_ones_offer_suggestions() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = world.ours.browser.get(PAGE).await.page();
        let lakeside = text(&html, &format!("{} .company-actions > span", row(world, 1)));
        assert_eq!(lakeside, "Mapped to Lakeside Dental Care automatically");
        let unlink = format!("{} a[href$='/unlink']", row(world, 1));
        assert_eq!(count(&html, &unlink), 1);

        let summit = row(world, 6);
        let options = texts(&html, &format!("{summit} select option"));
        assert_eq!(options, ["Map to client...", "Summit Outdoor Group"]);
        let why = attribute(&html, &format!("{summit} optgroup option"), "title");
        assert!(why.unwrap().contains("same domain"));
        assert_eq!(count(&html, &format!("{summit} a[href$='/unlink']")), 0);
    })
    .await;
}

#[tokio::test]
async fn s91_s95_s98_s100_a_company_is_mapped_by_hand_unlinked_and_mapped_again() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = &world.ours.browser;
        let pine = client(world, "Pine Street Pharmacy").await;
        let id = company(world, 9);
        let map = format!("{PAGE}/companies/{id}/mapping");
        for _ in 0..2 {
            let answer = browser.submit(&map, &[("client_id", &pine)]).await;
            assert!(answer.location().starts_with(PAGE));
            let html = browser.get(PAGE).await.page();
            let said = text(&html, &format!("{} .company-actions > span", row(world, 9)));
            assert_eq!(said, "Mapped to Pine Street Pharmacy");

            let unlink = format!("{PAGE}/companies/{id}/unlink");
            let question = browser.get(&unlink).await.page();
            assert_eq!(text(&question, "h1"), "Unlink Driftwood Studio?");
            browser.submit(&unlink, &[]).await;
            let html = browser.get(PAGE).await.page();
            let offer = format!("{} select", row(world, 9));
            assert_eq!(count(&html, &offer), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn s95_the_script_gets_the_row_the_count_and_a_message() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let pine = client(world, "Pine Street Pharmacy").await;
        let path = format!("{PAGE}/companies/{}/mapping", company(world, 9));
        let answer = world
            .ours
            .browser
            .script()
            .submit(&path, &[("client_id", &pine)])
            .await;
        let html = answer.page();
        assert_eq!(count(&html, &row(world, 9)), 1);
        assert_eq!(count(&html, "#company-count"), 1);
        assert!(text(&html, ".flash").contains("Mapped to Pine Street Pharmacy."));
        assert_eq!(count(&html, "main"), 0);
    })
    .await;
}

#[tokio::test]
async fn s95_s97_whoever_is_overtaken_is_told_and_sees_the_row_as_it_is() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = &world.ours.browser;
        let pine = client(world, "Pine Street Pharmacy").await;
        let summit = client(world, "Summit Outdoor Group").await;
        let id = company(world, 9);
        let map = format!("{PAGE}/companies/{id}/mapping");
        let unlink = format!("{PAGE}/companies/{id}/unlink");
        let said = format!("{} .company-actions > span", row(world, 9));
        // What each form sends, from the pages as they were before anybody mapped the company.
        let card = browser.get(PAGE).await.page();
        let field = "input[name=expected_client_id]";
        let of_row = format!("{} form:has(select) {field}", row(world, 9));
        assert_eq!(attribute(&card, &of_row, "value").unwrap(), "");
        let alone = browser.get(&format!("{map}?q=pine")).await.page();
        assert_eq!(attribute(&alone, field, "value").unwrap(), "");

        browser.submit(&map, &[("client_id", &pine), ("expected_client_id", "")]).await;
        let late = [("client_id", summit.as_str()), ("expected_client_id", "")];
        let answer = browser.script().submit(&map, &late).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        let html = Html::parse_document(&answer.text);
        assert_eq!(text(&html, &said), "Mapped to Pine Street Pharmacy");
        assert!(text(&html, ".flash-bad").contains(
            "Driftwood Studio is mapped to Pine Street Pharmacy meanwhile. Look again before you change it."
        ));
        let answer = browser.submit(&map, &late).await;
        let html = browser.get(answer.location()).await.page();
        assert_eq!(text(&html, &said), "Mapped to Pine Street Pharmacy");

        let question = browser.get(&unlink).await.page();
        let seen = attribute(&question, &format!("main {field}"), "value").unwrap();
        assert_eq!(seen, pine);
        browser.submit(&map, &[("client_id", &summit)]).await;
        let answer = browser.script().submit(&unlink, &[("expected_client_id", &seen)]).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert_eq!(text(&Html::parse_document(&answer.text), &said), "Mapped to Summit Outdoor Group");
    })
    .await;
}

#[tokio::test]
async fn mapping_without_script_is_a_page_with_a_search() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let path = format!("{PAGE}/companies/{}/mapping", company(world, 9));
        let html = world
            .ours
            .browser
            .get(&format!("{path}?q=pine"))
            .await
            .page();
        assert_eq!(text(&html, "h1"), "Map Driftwood Studio to client");
        assert_eq!(count(&html, ".list form"), 1);
        let refused = world.ours.browser.submit(&path, &[("client_id", "")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn d13_unlinking_says_how_many_lines_stop_and_what_they_are_worth() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = &world.ours.browser;
        let lakeside = client(world, "Lakeside Dental Care").await;
        let invoice = recurring(world, &lakeside, "Managed services", "monthly").await;
        let billing = format!("{PAGE}/subscriptions/{}/billing", subscription(world, 1));
        let fields = [
            ("markup_type", "percentage"),
            ("markup_value", "20"),
            ("recurring_invoice_id", invoice.as_str()),
        ];
        browser.submit(&billing, &fields).await;
        let unlink = format!("{PAGE}/companies/{}/unlink", company(world, 1));
        let question = browser.get(&unlink).await.page();
        // 18.48 + 20 % = 22.176, rounded 22.18; 18 of them.
        assert_eq!(
            texts(&question, ".card-body li")[0],
            "1 linked subscription will stop billing, worth $399.24 a month."
        );
        browser.submit(&unlink, &[]).await;
        let html = open(world, 1, "").await;
        assert_eq!(
            product(&html, "Microsoft 365 Business Premium")[6],
            "Not linked"
        );
        assert_eq!(product(&html, "Microsoft 365 Business Premium")[4], "20%");
    })
    .await;
}

#[tokio::test]
async fn s67_s69_every_row_refreshes_its_own_company() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = world.ours.browser.script();
        let html = world.ours.browser.get(PAGE).await.page();
        let button = ".company button[title='Refresh subscriptions']";
        assert_eq!(count(&html, button), 15, "s67: on every row");
        let row = Selector::parse(".company").unwrap();
        let field = Selector::parse("form[action$='/syncs'] input[name=company_id]").unwrap();
        for row in html.select(&row) {
            let id = row.select(&field).next().unwrap().attr("value").unwrap();
            assert_eq!(row.attr("id").unwrap(), format!("company-{id}"));
        }
        let id = company(world, 1);
        let answer = browser
            .submit(&format!("{PAGE}/syncs"), &[("company_id", &id)])
            .await;
        let html = answer.page();
        let running = attribute(&html, "[data-events]", "data-refresh").unwrap();
        assert!(running.starts_with(&format!("{PAGE}/companies/{id}?after=")));
        world.work().await;
        let html = browser.get(&running).await.page();
        assert_eq!(count(&html, ".company"), 1);
        assert_eq!(
            text(&html, ".flash"),
            "Lakeside Family Dentistry: 0 created, 0 updated."
        );
        assert_eq!(
            count(&html, ".company button[title='Refresh subscriptions']"),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn s101_s102_opening_a_row_shows_its_subscriptions_or_says_that_there_are_none() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = world.ours.browser.get(PAGE).await.page();
        let toggle = format!("{} a.company-toggle", row(world, 1));
        let expand = attribute(&html, &toggle, "data-expand").unwrap();
        assert_eq!(count(&html, ".company tbody"), 0, "loaded when opened");
        let part = world.ours.browser.script().get(&expand).await.page();
        assert_eq!(count(&part, "tbody tr"), 8);
        let link = attribute(&html, &toggle, "href").unwrap();
        let opened = world.ours.browser.get(&link).await.page();
        assert_eq!(count(&opened, ".company tbody tr"), 8);
        let none = open(world, 10, "").await;
        assert!(text(&none, ".company-body .empty").contains("Refresh it to look again"));
    })
    .await;
}

#[tokio::test]
async fn s104_the_sku_stands_with_the_product_where_there_is_one() {
    on_each_engine(async |world| {
        let (id, _) = add_estate(world, &world.ours, "Harbor", &[SEATS, YEARLY]).await;
        let html = world
            .ours
            .browser
            .get(&format!("{PAGE}?company={id}"))
            .await
            .page();
        let products: Vec<_> = table(&html)
            .into_iter()
            .map(|mut row| row.remove(0))
            .collect();
        assert_eq!(
            products,
            [
                "Acrobat Pro for teams",
                "Microsoft 365 Business Premium CFQ7TTC0LCHC-0002"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn s103_s105_s106_s107_s111_s112_s114_s115_s117_the_columns_stand_in_order_and_say_what_pax8_says()
 {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = open(world, 1, "").await;
        assert_eq!(texts(&html, ".company thead th"), COLUMNS);
        let premium = product(&html, "Microsoft 365 Business Premium");
        assert!(premium[0].ends_with("MST-OFC-BPR-C100"), "{premium:?}");
        assert_eq!(
            premium[1..8],
            [
                "Microsoft",
                "18",
                "$18.48",
                "Not set",
                "$18.48",
                "Not linked",
                "Active"
            ]
        );
        let storage = product(&html, "Acronis Cloud Storage per GB");
        assert_eq!(storage[2..4], ["1,250", "$0.0425"]);
        let yearly = product(&html, "DigiCert Secure Site Certificate");
        assert_eq!(yearly[3], "$268.80 / year");
    })
    .await;
}

#[tokio::test]
async fn s87_s88_s108_s155_a_missing_partner_cost_shows_the_retail_price_and_says_so() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = open(world, 2, "").await;
        let premium = product(&html, "Microsoft 365 Business Premium");
        assert_eq!(premium[3], "$22.00 (retail)");
        assert_eq!(premium[5], "$22.00");
        let free = product(&html, "KnowBe4");
        assert_eq!(free[3], "$0.00", "zero is a cost");
    })
    .await;
}

#[tokio::test]
async fn d7_what_pax8_does_not_say_is_shown_as_unknown() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = open(world, 3, "&status=all").await;
        let unknown = product(&html, "KnowBe4");
        assert_eq!(unknown[2], "Unknown");
        assert!(product(&html, "Proofpoint")[7].contains("Suspended"));
    })
    .await;
}

#[tokio::test]
async fn s109_s110_s113_markups_and_links_show_in_their_columns() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = &world.ours.browser;
        let lakeside = client(world, "Lakeside Dental Care").await;
        let invoice = recurring(world, &lakeside, "Managed services", "monthly").await;
        for (number, kind, value, link) in [
            (1, "percentage", "20", invoice.as_str()),
            (2, "fixed", "1.50", ""),
        ] {
            let path = format!(
                "{PAGE}/subscriptions/{}/billing",
                subscription(world, number)
            );
            let fields = [
                ("markup_type", kind),
                ("markup_value", value),
                ("recurring_invoice_id", link),
            ];
            let answer = browser.submit(&path, &fields).await;
            assert!(answer.location().starts_with(PAGE), "{}", answer.text);
        }
        let html = open(world, 1, "").await;
        let premium = product(&html, "Microsoft 365 Business Premium");
        assert_eq!(premium[4..7], ["20%", "$22.18", "Linked"]);
        let basic = product(&html, "Microsoft 365 Business Basic");
        assert_eq!(basic[4..7], ["+ $1.50", "$6.54", "Not linked"]);
    })
    .await;
}

#[tokio::test]
async fn s118_s119_s120_s121_the_status_filter_starts_at_active_and_shows_all_or_one() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = open(world, 3, "").await;
        assert_eq!(
            text(&html, "label[for='f-status']"),
            "Filter by status",
            "its label"
        );
        let options = texts(&html, "#f-status option");
        assert_eq!(options[..2], ["Active", "All"]);
        assert!(
            options.iter().any(|it| it == "Pending cancel"),
            "{options:?}"
        );
        assert_eq!(text(&html, "#f-status option[selected]"), "Active");
        let statuses: Vec<_> = table(&html).iter().map(|it| it[7].clone()).collect();
        assert_eq!(statuses, ["Active"; 5]);
        assert!(text(&html, ".company-body .pager").contains("with another status"));

        let all = open(world, 3, "&status=all").await;
        assert_eq!(table(&all).len(), 10);
        assert_eq!(text(&all, "#f-status option[selected]"), "All");
        let cancelled = open(world, 3, "&status=Cancelled").await;
        let statuses: Vec<_> = table(&cancelled).iter().map(|it| it[7].clone()).collect();
        assert_eq!(statuses, ["Cancelled"]);
    })
    .await;
}

#[tokio::test]
async fn companies_are_searched_and_filtered_by_mapping() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let names = async |query: &str| {
            let html = world
                .ours
                .browser
                .script()
                .get(&format!("{PAGE}?{query}"))
                .await
                .page();
            assert_eq!(count(&html, "#company-list"), 1);
            texts(&html, ".company h3")
        };
        assert_eq!(names("q=quarry").await, ["Quarry Legal"]);
        let unmapped = names("mapped=false").await;
        assert!(unmapped.contains(&"Driftwood Studio".to_owned()));
        assert!(!unmapped.contains(&"Lakeside Family Dentistry".to_owned()));
        assert!(
            !names("mapped=true")
                .await
                .contains(&"Driftwood Studio".to_owned())
        );
        assert_eq!(names("q=100%25").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn s124_the_dollar_button_is_off_with_the_reason_while_unmapped() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = open(world, 9, "").await;
        assert_eq!(count(&html, ".company .actions a"), 0);
        assert_eq!(count(&html, ".company .actions button[disabled]"), 2);
        assert!(text(&html, ".company-body .notice").starts_with("Map this company to a client"));
    })
    .await;
}

#[tokio::test]
async fn names_from_pax8_are_text_whatever_they_contain() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let answer = world.ours.browser.get(PAGE).await;
        assert!(!answer.text.contains("<script>alert"));
        let names = texts(&answer.page(), ".company h3");
        let hostile = demo::clients().len();
        assert!(
            hostile > 0
                && names
                    .iter()
                    .any(|name| name.starts_with("<script>alert('Pax8')"))
        );
    })
    .await;
}

#[tokio::test]
async fn d6_what_is_missing_is_marked_and_explains_itself() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let estate = world.sandbox.sandbox().estate();
        estate.remove_company(&demo::company_id(10)).unwrap();
        world.sync(&world.ours).await;
        let html = world.ours.browser.get(PAGE).await.page();
        let mark = format!("{} .mark", row(world, 10));
        assert_eq!(text(&html, &mark), "Missing");
        let why = text(&html, &format!("{} .tip", row(world, 10)));
        assert!(
            why.contains("stopped listing this company on 15 Jun 2026"),
            "{why}"
        );
        assert!(
            why.contains("that Pax8 still lists are billed as before"),
            "{why}"
        );
    })
    .await;
}

#[tokio::test]
async fn d6_subscriptions_without_a_company_stand_under_an_unknown_one_that_has_no_refresh() {
    on_each_engine(async |world| {
        let fault = Fault::new(Place::Subscriptions, What::NullFields);
        world.sandbox.sandbox().faults().add(fault);
        connect_with_clients(world).await;
        let id = world.company_id("");
        let html = world
            .ours
            .browser
            .get(&format!("{PAGE}?company={id}"))
            .await;
        let html = html.page();
        let row = format!("#company-{id}");
        assert_eq!(text(&html, &format!("{row} h3")), "Unknown company");
        assert_eq!(
            count(
                &html,
                &format!("{row} button[title='Refresh subscriptions']")
            ),
            0
        );
        let why = text(&html, &format!("{row} .company-head .tip"));
        assert!(why.contains("does not say to which company"), "{why}");
        let answer = world
            .ours
            .owner
            .post(SYNCS, json!({ "company_id": id }))
            .await;
        assert_eq!(answer.refusal(409), "pax8_company_unknown");
    })
    .await;
}

#[tokio::test]
async fn the_subscriptions_of_a_company_and_of_a_client_are_paged() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let owner = &world.ours.owner;
        let many: Vec<_> = (0..120).map(|_| SEATS).collect();
        let (id, _) = add_estate(world, &world.ours, "Big Harbor", &many).await;
        let trial = crate::billing_settings::Sold {
            status: Some("Trial"),
            ..SEATS
        };
        crate::billing_settings::add_subscriptions(world, &world.ours, &id, &[trial]).await;
        let browser = &world.ours.browser;

        let table = format!("{PAGE}/companies/{id}/subscriptions");
        let part = browser.script().get(&table).await;
        let html = Html::parse_fragment(&part.text);
        assert_eq!(count(&html, "tbody tr"), 50);
        assert_eq!(
            text(&html, "nav.pager > span:first-child"),
            "120 subscriptions, 50 on a page"
        );
        assert!(text(&html, "p.pager").starts_with("1 subscription with another status"));
        let mut path = attribute(&html, "nav.pager a:last-child", "data-from").unwrap();
        let address = attribute(&html, "nav.pager a:last-child", "href").unwrap();
        assert!(
            address.contains(&format!("company={id}&rows=")),
            "{address}"
        );
        let mut rows = 50;
        loop {
            let html = Html::parse_fragment(&browser.script().get(&path).await.text);
            rows += count(&html, "tbody tr");
            let links = texts(&html, "nav.pager a");
            if links == ["First"] {
                break;
            }
            assert_eq!(links, ["First", "Next"]);
            path = attribute(&html, "nav.pager a:last-child", "data-from").unwrap();
        }
        assert_eq!(rows, 120);
        let address = address.split('#').next().unwrap().replace('?', "?q=Big&");
        let page = browser.get(&address).await.page();
        assert_eq!(
            count(&page, &format!("#company-{id}-table tbody tr")),
            50,
            "without script"
        );
        assert_eq!(
            texts(&page, &format!("#company-{id}-table nav.pager a")),
            ["First", "Next"]
        );

        let client = make_client(owner, json!({ "name": "Big Harbor" })).await;
        map(owner, &id, &client).await;
        let member = world.sign_in("member@Ours.example").await;
        let mut path = format!("/clients/{client}");
        let mut rows = 0;
        loop {
            let page = member.get(path.split('#').next().unwrap()).await.page();
            rows += count(&page, &format!("#subscriptions-{id} tbody tr"));
            let pager = format!("#subscriptions-{id} .pager a");
            if !texts(&page, &pager).contains(&"Next".to_owned()) {
                break;
            }
            path = attribute(&page, &format!("{pager}:last-child"), "href").unwrap();
        }
        assert_eq!(rows, 121);
        let part = member.script().get(path.split('#').next().unwrap()).await;
        let start = part.text.trim_start();
        assert!(start.starts_with(&format!(
            "<section class=\"card\" id=\"subscriptions-{id}\""
        )));
    })
    .await;
}

#[tokio::test]
async fn asking_for_a_sync_without_script_is_answered_with_a_message() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = &world.ours.browser;
        let id = company(world, 1);
        let asked = browser
            .submit(&format!("{PAGE}/syncs"), &[("company_id", &id)])
            .await;
        assert!(
            asked.told().contains("The company is being refreshed."),
            "{}",
            asked.told()
        );
        let asked = browser.submit(&format!("{PAGE}/syncs"), &[]).await;
        assert!(
            asked.told().contains("The sync has started."),
            "{}",
            asked.told()
        );
    })
    .await;
}
