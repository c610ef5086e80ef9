//! Search through the API, the page and the box.

use pax8_sandbox::SandboxConfig;
use serde_json::{Value, json};

use crate::{
    billing_settings::{SEATS, Sold, add_estate, client, map},
    clients::make_client,
    world::{World, on_each_engine, with_sandbox},
};

const API: &str = "/api/v1/search";

/// What was found: kind, then titles.
fn found(answer: &Value) -> Vec<(String, Vec<String>)> {
    let groups = answer["groups"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let groups = groups.map(|group| {
        let hits = group["hits"].as_array().unwrap().iter();
        (
            text(&group["kind"]),
            hits.map(|hit| text(&hit["title"])).collect(),
        )
    });
    groups.collect()
}

fn group(kind: &str, titles: &[&str]) -> (String, Vec<String>) {
    let titles = titles.iter().map(|title| (*title).to_owned());
    (kind.to_owned(), titles.collect())
}

/// A client Harbor Dental with a company, two subscriptions, a recurring invoice and an invoice.
async fn story(world: &World) {
    let owner = &world.ours.owner;
    let harbor = client(
        owner,
        json!({ "name": "Harbor Dental", "account_reference": "ACC-7" }),
    )
    .await;
    let sold = ["Backup 50%", "Mail"].map(|product| Sold {
        product: Some(product),
        ..SEATS
    });
    let (company, _) = add_estate(world, &world.ours, "Harbor Dental LLC", &sold).await;
    map(owner, &company, &harbor).await;
    let recurring = json!({ "client_id": harbor, "name": "Support", "frequency": "monthly", "start_date": "2026-06-01",
        "lines": [{ "description": "Support", "quantity": "1", "unit_price": "100" }] });
    owner
        .post("/api/v1/recurring-invoices", recurring)
        .await
        .json(201);
    let run = json!({ "as_of": "2026-06-01" });
    owner.post("/api/v1/billing-runs", run).await.json(201);
}

#[tokio::test]
async fn everything_with_a_name_is_found_by_kind() {
    on_each_engine(async |world| {
        story(world).await;
        let owner = &world.ours.owner;
        let all = owner.get(&format!("{API}?q=HARBOR")).await.json(200);
        assert_eq!(
            found(&all),
            [
                group("client", &["Harbor Dental"]),
                group("company", &["Harbor Dental LLC"]),
                group("subscription", &["Backup 50%", "Mail"]),
                group("recurring_invoice", &["Support"]),
                group("invoice", &["INV-0001"]),
            ]
        );
        let client = &all["groups"][0]["hits"][0];
        assert_eq!(client["detail"], "ACC-7");
        assert!(client["path"].as_str().unwrap().starts_with("/clients/"));
        let by_reference = owner.get(&format!("{API}?q=acc-7")).await.json(200);
        assert_eq!(by_reference["groups"][0]["kind"], "client");
        let by_number = owner.get(&format!("{API}?q=inv-0001")).await.json(200);
        assert_eq!(found(&by_number), [group("invoice", &["INV-0001"])]);
        let literal = owner.get(&format!("{API}?q=50%25")).await.json(200);
        assert_eq!(found(&literal), [group("subscription", &["Backup 50%"])]);
        for q in ["", "%20", "nobody", "_"] {
            let none = owner.get(&format!("{API}?q={q}")).await.json(200);
            assert_eq!(found(&none), [], "{q}");
        }
        let long = format!("{API}?q={}", "x".repeat(201));
        assert_eq!(owner.get(&long).await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn what_a_sync_brought_is_found_in_any_case_and_by_its_company() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let owner = &world.ours.owner;
        add_estate(world, &world.ours, "Ärztehaus", &[SEATS]).await;
        let doctors = owner.get(&format!("{API}?q=%C3%84RZTE")).await.json(200);
        assert_eq!(
            found(&doctors),
            [
                group("company", &["Ärztehaus"]),
                group("subscription", &["Microsoft 365 Business Premium"])
            ]
        );
        let by_company = owner.get(&format!("{API}?q=cafe%20sohne")).await.json(200);
        let groups = found(&by_company);
        assert_eq!(groups[0], group("company", &["CAFE SOHNE & Partner GmbH"]));
        assert_eq!(
            (groups[1].0.as_str(), groups[1].1.len()),
            ("subscription", 5)
        );
        for (q, kind) in [("acrobat", "subscription"), ("ado-acr-tms", "subscription")] {
            let answer = owner.get(&format!("{API}?q={q}")).await.json(200);
            let groups = found(&answer);
            assert_eq!(groups[0].0, kind, "{q}");
            assert_eq!(groups[0].1[0], "Acrobat Pro for teams", "{q}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_finds_only_what_they_may_see() {
    on_each_engine(async |world| {
        story(world).await;
        let kinds = |answer: &Value| {
            found(answer)
                .into_iter()
                .map(|(kind, _)| kind)
                .collect::<Vec<_>>()
        };
        let members = world
            .ours
            .member
            .get(&format!("{API}?q=harbor"))
            .await
            .json(200);
        assert_eq!(kinds(&members), ["client", "recurring_invoice", "invoice"]);
        let theirs = world
            .theirs
            .owner
            .get(&format!("{API}?q=harbor"))
            .await
            .json(200);
        assert!(kinds(&theirs).is_empty(), "another organization's");
        let member = world.sign_in("member@Ours.example").await;
        assert_eq!(member.get("/search/subscriptions?q=mail").await.status, 403);
        assert!(
            !member
                .get("/search?q=mail")
                .await
                .text
                .contains("Pax8 subscriptions")
        );
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        let unlicensed = world
            .ours
            .owner
            .get(&format!("{API}?q=harbor"))
            .await
            .json(200);
        assert_eq!(
            kinds(&unlicensed),
            ["client", "recurring_invoice", "invoice"]
        );
        assert_eq!(
            world.nobody().get(&format!("{API}?q=harbor")).await.status,
            401
        );
    })
    .await;
}

#[tokio::test]
async fn five_of_a_kind_are_shown_and_a_link_leads_to_all() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        for number in 0..6 {
            make_client(owner, &format!("Client & Co {number}")).await;
        }
        let sold: Vec<Sold> = (0..60)
            .map(|_| Sold {
                product: Some("Mail & more"),
                ..SEATS
            })
            .collect();
        add_estate(world, &world.ours, "Contoso", &sold).await;
        let answer = owner.get(&format!("{API}?q=co")).await.json(200);
        let clients = &answer["groups"][0];
        assert_eq!(
            (clients["hits"].as_array().unwrap().len(), &clients["more"]),
            (5, &json!(true))
        );

        let browser = &world.ours.browser;
        let below = browser.script().get("/search?q=%26").await.page();
        let options = scraper::Selector::parse("[role=option]").unwrap();
        let leads = below.select(&options).map(|it| {
            let words = it.text().collect::<String>();
            (
                words.trim().to_owned(),
                it.attr("data-href").unwrap().to_owned(),
            )
        });
        let leads: Vec<_> = leads
            .filter(|(words, _)| words.starts_with("Show all"))
            .collect();
        let lead = |words: &str, path: &str| (words.to_owned(), path.to_owned());
        assert_eq!(
            leads,
            [
                lead("Show all Clients", "/clients?q=%26&status=all"),
                lead("Show all Pax8 subscriptions", "/search/subscriptions?q=%26"),
                lead("Show all results", "/search?q=%26"),
            ]
        );
        let page = browser.get("/search?q=%26").await.page();
        let links = scraper::Selector::parse("main a.push").unwrap();
        let links: Vec<_> = page
            .select(&links)
            .map(|link| link.attr("href").unwrap())
            .collect();
        assert_eq!(
            links,
            ["/clients?q=%26&status=all", "/search/subscriptions?q=%26"]
        );
        assert!(
            browser
                .get(links[0])
                .await
                .text
                .contains("Client &#38; Co 5")
        );
        let first = browser.get(links[1]).await.page();
        let hits = scraper::Selector::parse("main ul.list li").unwrap();
        assert_eq!(first.select(&hits).count(), 50);
        let next = scraper::Selector::parse("main .pager a").unwrap();
        let next = first
            .select(&next)
            .next()
            .unwrap()
            .attr("href")
            .unwrap()
            .to_owned();
        assert_eq!(browser.get(&next).await.page().select(&hits).count(), 10);
    })
    .await;
}

#[tokio::test]
async fn the_box_offers_choices_and_works_as_a_form() {
    on_each_engine(async |world| {
        story(world).await;
        let browser = &world.ours.browser;
        let page = browser.get("/").await.page();
        let form = scraper::Selector::parse("header form[action='/search'] input[name=q]").unwrap();
        assert_eq!(page.select(&form).count(), 1);
        let choices = browser.script().get("/search?q=harbor").await;
        assert!(!choices.text.contains("<html"));
        let choices = scraper::Html::parse_fragment(&choices.text);
        let option = scraper::Selector::parse("[role=option]").unwrap();
        let paths: Vec<_> = choices
            .select(&option)
            .map(|it| it.attr("data-href").unwrap())
            .collect();
        assert_eq!(paths.len(), 7, "six hits and the page");
        assert_eq!(paths[6], "/search?q=harbor");
        for path in paths {
            let (path, _) = path.split_once('#').unwrap_or((path, ""));
            assert_eq!(browser.get(path).await.status, 200, "{path}");
        }
        let none = browser.script().get("/search?q=nobody").await;
        assert!(none.text.contains("Nothing found"));
        let empty = browser.get("/search").await;
        assert!(empty.text.contains("What are you looking for?"));
    })
    .await;
}

/// Every page of a list, by id, in its order.
async fn all_pages(world: &World, address: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.ours.owner.get(&format!("{address}{cursor}")).await;
        let page = page.json(200);
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn a_text_finds_the_same_subscriptions_as_looking_at_each() {
    const LIST: &str = "/api/v1/integrations/pax8/subscriptions?limit=";
    let sandbox = || SandboxConfig::sized(300, 900, 12);
    with_sandbox(sandbox, async |world| {
        world.connect(&world.ours).await;
        let companies = all_pages(world, "/api/v1/integrations/pax8/companies?limit=200").await;
        let all = all_pages(world, &format!("{LIST}200")).await;
        assert_eq!(all.len(), 900);
        let company = |it: &Value| {
            let id = it["company_id"].clone();
            companies.iter().find(|it| it["id"] == id).unwrap().clone()
        };
        let contains = |it: &Value, q: &str| {
            let has = |it: &Value| it.as_str().is_some_and(|it| it.to_lowercase().contains(q));
            let of = company(it);
            let named = ["name", "vendor", "sku"]
                .iter()
                .any(|name| has(&it["product"][*name]));
            let id = it["pax8_id"].as_str().unwrap();
            let by_id = q.len() >= 4 && id.starts_with(q);
            named
                || by_id
                || ["name", "external_id", "pax8_id"]
                    .iter()
                    .any(|name| has(&of[*name]))
        };
        let id = &all[450]["pax8_id"].as_str().unwrap()[..6];
        let name = company(&all[10])["name"].as_str().unwrap().to_lowercase();
        let product = all[700]["product"]["name"].as_str().unwrap().to_lowercase();
        for q in ["e", "microsoft", "zzqx", "group", id, &name, &product] {
            let wanted = all.iter().filter(|it| contains(it, q)).cloned();
            let wanted: Vec<_> = wanted.map(|it| it["id"].clone()).collect();
            let encoded: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
            for (limit, more) in [(200, ""), (41, ""), (41, "&linked=false")] {
                let found = all_pages(world, &format!("{LIST}{limit}&q={encoded}{more}")).await;
                let found: Vec<_> = found.iter().map(|it| it["id"].clone()).collect();
                assert_eq!(found, wanted, "{q}");
            }
        }
    })
    .await;
}
