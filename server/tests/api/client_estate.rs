//! Clients and recurring invoices with what they have from Pax8: mapped companies, linked subscriptions, the preview.

use pax8_sandbox::demo;
use serde_json::{Value, json};

use crate::{
    client_pages::{follow_links, texts},
    clients::make_client,
    estate::PAX8,
    recurring::make_recurring,
    world::{World, on_each_engine},
};

/// A client with a mapped company, one of whose subscriptions feeds its recurring invoice.
struct Linked {
    client: String,
    company: String,
    recurring: String,
    subscription: Value,
}

async fn link(world: &World) -> Linked {
    world.connect(&world.ours).await;
    let owner = &world.ours.owner;
    let client = make_client(owner, "Harbor").await;
    let recurring = make_recurring(owner, &client).await;
    let company = format!(
        "{PAX8}/companies/{}",
        world.company_id(&demo::company_id(1))
    );
    let body = json!({ "client_id": client });
    owner
        .put(&format!("{company}/mapping"), body)
        .await
        .json(200);
    let list = owner
        .get(&format!("{company}/subscriptions?status=Active"))
        .await
        .json(200);
    let rows = list["data"].as_array().unwrap();
    let subscription = rows
        .iter()
        .find(|it| it["billing_term"] == "Monthly")
        .unwrap()
        .clone();
    let path = format!(
        "{PAX8}/subscriptions/{}/billing",
        subscription["id"].as_str().unwrap()
    );
    let settings = json!({ "markup": { "type": "percentage", "value": "20" }, "override_price": null,
        "recurring_invoice_id": recurring });
    owner.put(&path, settings).await.json(200);
    Linked {
        client,
        company,
        recurring,
        subscription,
    }
}

#[tokio::test]
async fn s139_a_recurring_invoice_lists_and_previews_what_is_linked_to_it() {
    on_each_engine(async |world| {
        let it = link(world).await;
        let (owner, browser) = (&world.ours.owner, &world.ours.browser);
        let path = format!("/api/v1/recurring-invoices/{}", it.recurring);
        let shown = owner.get(&path).await.json(200);
        let linked = shown["linked_subscriptions"].as_array().unwrap();
        assert_eq!(linked.len(), 1);
        assert_eq!(linked[0]["id"], it.subscription["id"]);

        let preview = owner.get(&format!("{path}/preview")).await.json(200);
        assert_eq!(preview["date"], "2026-07-01");
        assert_eq!(
            preview["period"],
            json!({ "start": "2026-07-01", "end": "2026-08-01" })
        );
        let sources: Vec<_> = preview["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| &line["source"]["type"])
            .collect();
        assert_eq!(sources, ["manual", "pax8"]);
        let early = owner.get(&format!("{path}/preview?date=2026-06-30")).await;
        assert_eq!(early.refusal(422), "invalid_fields");
        assert_eq!(
            owner
                .get(&format!("{path}/preview?date=soon"))
                .await
                .refusal(422),
            "invalid_fields"
        );
        assert_eq!(
            world
                .theirs
                .owner
                .get(&format!("{path}/preview"))
                .await
                .refusal(404),
            "not_found"
        );

        let product = it.subscription["product"]["name"].as_str().unwrap();
        let page = browser.get(&format!("/recurring/{}", it.recurring)).await;
        let total = texts(&page.page(), "#next-invoice tfoot .total td");
        assert_eq!(total.len(), 1, "{}", page.text);
        assert_eq!(
            total[0].replace(['$', ','], ""),
            preview["total"].as_str().unwrap()
        );
        assert!(page.text.contains(product));
        let part = browser
            .script()
            .get(&format!("/recurring/{}?preview=2026-08-01", it.recurring))
            .await;
        assert!(
            part.text
                .trim_start()
                .starts_with("<section class=\"card\" id=\"next-invoice\""),
            "{}",
            part.text
        );
        for path in [
            format!("/recurring/{}", it.recurring),
            format!("/clients/{}", it.client),
            "/recurring".to_owned(),
        ] {
            follow_links(browser, &path).await;
        }
        assert!(
            browser
                .get(&format!("/clients/{}", it.client))
                .await
                .text
                .contains(product)
        );
        assert!(
            browser
                .get("/recurring")
                .await
                .text
                .contains("a month from Pax8")
        );
    })
    .await;
}

/// Where the lines of each of our invoices come from, the earliest period first.
async fn sources(world: &World) -> Vec<Vec<String>> {
    let owner = &world.ours.owner;
    let list = owner.get("/api/v1/invoices?limit=200").await.json(200);
    let mut invoices = Vec::new();
    for row in list["data"].as_array().unwrap() {
        let path = format!("/api/v1/invoices/{}", row["id"].as_str().unwrap());
        invoices.push(owner.get(&path).await.json(200));
    }
    invoices.sort_by_key(|it| it["period"]["start"].to_string());
    let of = |invoice: &Value| {
        let lines = invoice["lines"].as_array().unwrap().iter();
        let source = |line: &Value| line["source"]["type"].as_str().unwrap().to_owned();
        lines.map(source).collect()
    };
    invoices.iter().map(of).collect()
}

#[tokio::test]
async fn s139_choosing_a_recurring_invoice_includes_the_subscription_and_choosing_none_leaves_it_out()
 {
    on_each_engine(async |world| {
        let it = link(world).await;
        let owner = &world.ours.owner;
        let run = async |as_of: &str| {
            let body = json!({ "as_of": as_of });
            let run = owner.post("/api/v1/billing-runs", body).await;
            assert!(run.status.is_success(), "{}", run.text);
        };
        run("2026-07-01").await;
        assert_eq!(sources(world).await, [vec!["manual", "pax8"]]);
        let path = format!(
            "{PAX8}/subscriptions/{}/billing",
            it.subscription["id"].as_str().unwrap()
        );
        let none = json!({ "markup": { "type": "percentage", "value": "20" }, "override_price": null,
            "recurring_invoice_id": null });
        owner.put(&path, none).await.json(200);
        run("2026-08-01").await;
        assert_eq!(
            sources(world).await,
            [vec!["manual", "pax8"], vec!["manual"]]
        );
    })
    .await;
}

#[tokio::test]
async fn cancelling_says_how_many_links_end_and_keeps_the_pricing() {
    on_each_engine(async |world| {
        let it = link(world).await;
        let (owner, browser) = (&world.ours.owner, &world.ours.browser);
        let question = browser
            .get(&format!("/recurring/{}/cancel", it.recurring))
            .await
            .page();
        assert_eq!(
            texts(&question, ".card-body p")[0],
            "1 linked subscription stops billing, $63.75 a month."
        );
        let path = format!("/api/v1/recurring-invoices/{}", it.recurring);
        let cancelled = owner.delete(&path).await.json(200);
        assert_eq!(cancelled["links_ended"], 1);
        assert_eq!(
            owner.get(&path).await.json(200)["linked_subscriptions"],
            json!([])
        );
        assert_eq!(
            owner.get(&format!("{path}/preview")).await.refusal(409),
            "recurring_invoice_over"
        );
        let list = owner
            .get(&format!("{}/subscriptions", it.company))
            .await
            .json(200);
        let rows = list["data"].as_array().unwrap();
        let row = rows
            .iter()
            .find(|row| row["id"] == it.subscription["id"])
            .unwrap();
        assert_eq!(row["recurring_invoice"], Value::Null);
        assert_eq!(row["markup"]["value"], "20");
        assert_eq!(row["billing"]["state"], "not_linked");
    })
    .await;
}

#[tokio::test]
async fn d19_a_client_with_a_mapped_company_is_not_archived_and_its_currency_changes_what_is_told()
{
    on_each_engine(async |world| {
        let it = link(world).await;
        let owner = &world.ours.owner;
        let path = format!("/api/v1/clients/{}", it.client);
        owner
            .delete(&format!("/api/v1/recurring-invoices/{}", it.recurring))
            .await
            .json(200);
        let refusal = owner.delete(&path).await;
        assert!(
            refusal.text.contains("A Pax8 company is mapped to it"),
            "{}",
            refusal.text
        );
        assert_eq!(refusal.refusal(409), "client_in_use");
        let archive = format!("/clients/{}/archive", it.client);
        let back = world.ours.browser.get(&archive).await;
        assert_eq!(back.location(), format!("/clients/{}", it.client));

        let pax8_id = it.subscription["pax8_id"].as_str().unwrap();
        assert_ne!(
            world.subscription(pax8_id).await["monthly_revenue_minor"],
            ""
        );
        owner
            .patch(&path, json!({ "currency": "EUR" }))
            .await
            .json(200);
        let stored = world.subscription(pax8_id).await;
        assert_eq!(
            stored["monthly_revenue_minor"], "",
            "nothing is ever converted"
        );

        owner.delete(&format!("{}/mapping", it.company)).await;
        assert_eq!(owner.delete(&path).await.json(200)["status"], "archived");
    })
    .await;
}
