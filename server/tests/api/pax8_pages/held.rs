//! What is held, and deciding it where it is shown: the list, Configure Billing, the draft.

use axum::http::StatusCode;
use pax8_sandbox::demo;
use scraper::Html;

use super::{
    PAGE, attribute, client, company, connect_with_clients, count, recurring, subscription, text,
    texts,
};
use crate::world::{Answer, User, World, on_each_engine};

/// Connects, and links demo subscription `number` of a client at 20 %; gives the recurring invoice.
async fn link(world: &World, name: &str, number: u32) -> String {
    connect_with_clients(world).await;
    let client = client(world, name).await;
    let invoice = recurring(world, &client, "Managed services", "monthly").await;
    let fields = [
        ("markup_type", "percentage"),
        ("markup_value", "20"),
        ("recurring_invoice_id", invoice.as_str()),
    ];
    let path = billing(world, number);
    let saved = world.ours.browser.submit(&path, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    invoice
}

fn billing(world: &World, number: u32) -> String {
    format!(
        "{PAGE}/subscriptions/{}/billing",
        subscription(world, number)
    )
}

async fn page(world: &World, path: &str) -> Html {
    world.ours.browser.get(path).await.page()
}

async fn held_list(world: &World) -> Html {
    page(world, &format!("{PAGE}/subscriptions?show=held")).await
}

/// Presses the button that accepts, as the form on a page would.
async fn press(world: &World, html: &Html, form: &str) -> Answer {
    press_as(&world.ours.browser, html, form).await
}

async fn press_as(user: &User, html: &Html, form: &str) -> Answer {
    let value = |name: &str| attribute(html, &format!("{form} [name={name}]"), "value").unwrap();
    let action = attribute(html, form, "action").unwrap();
    let (change, seen) = (value("change"), value("seen_sync_id"));
    let mut fields = vec![("change", change.as_str()), ("seen_sync_id", seen.as_str())];
    if count(html, &format!("{form} [name=from]")) > 0 {
        fields.push(("from", "held"));
    }
    user.submit(&action, &fields).await
}

const LIST_FORM: &str = "tbody form[action$='/accept-change']";
const DIALOG_FORM: &str = "form#accept-change";

#[tokio::test]
async fn d8_d22_a_pending_subscription_is_decided_in_the_list_and_asked_about_again_when_its_status_changes()
 {
    on_each_engine(async |world| {
        link(world, "Hartwell Logistics", 20).await;
        let list = held_list(world).await;
        let row = text(&list, "tbody th");
        assert!(row.contains("Decide to bill it in this status"), "{row}");
        let price = text(&list, "tbody [data-label='Bill Price']");
        assert!(price.ends_with("$55.80 a month"), "{price}");
        assert_eq!(
            texts(&list, &format!("{LIST_FORM} button")),
            ["Bill it in this status", "Bill once"]
        );
        let decisions = "section[aria-labelledby=decide] a";
        let told = texts(&page(world, "/").await, decisions);
        let waits = "1 linked subscription pending or in an unknown status";
        assert!(told.iter().any(|it| it == waits), "{told:?}");

        let answer = press(world, &list, LIST_FORM).await;
        assert_eq!(answer.location(), format!("{PAGE}/subscriptions?show=held"));
        assert_eq!(count(&held_list(world).await, "tbody tr"), 0);
        let told = texts(&page(world, "/").await, decisions);
        assert!(!told.iter().any(|it| it == waits), "{told:?}");
        let again = press(world, &list, LIST_FORM).await;
        assert_eq!(again.status, StatusCode::CONFLICT);

        // It holds for this status alone, also when that comes back.
        let estate = world.sandbox.sandbox().estate();
        let id = demo::subscription_id(20);
        estate.set_quantity(&id, 16.into()).unwrap();
        world.sync(&world.ours).await;
        assert_eq!(count(&held_list(world).await, "tbody tr"), 0);
        for status in ["Active", "PendingManual"] {
            estate.set_status(&id, status).unwrap();
            world.sync(&world.ours).await;
        }
        assert_eq!(count(&held_list(world).await, "tbody tr"), 1);
    })
    .await;
}

#[tokio::test]
async fn d26_a_changed_product_is_shown_and_accepted_in_configure_billing() {
    on_each_engine(async |world| {
        link(world, "Lakeside Dental Care", 1).await;
        let before = page(world, &billing(world, 1)).await;
        assert_eq!(count(&before, "#held"), 0);
        let estate = world.sandbox.sandbox().estate();
        let id = demo::subscription_id(1);
        let name = |number| {
            estate
                .product(&demo::product_id(number))
                .unwrap()
                .name
                .clone()
        };
        for number in [3, 2] {
            estate
                .change_product(&id, &demo::product_id(number))
                .unwrap();
            world.sync(&world.ours).await;
        }
        let script = world.ours.browser.script();
        let dialog = script.get(&billing(world, 1)).await.page();
        let notice = text(&dialog, "dialog #held");
        assert!(
            notice.contains("Check price and link, then accept the change."),
            "{notice}"
        );
        // All that changed since it was linked, not only the last step.
        let changes = texts(&dialog, "#held li");
        assert_eq!(changes[0], format!("Product: {} → {}", name(1), name(2)));
        let history = format!("{PAGE}/subscriptions/{}/history", subscription(world, 1));
        assert_eq!(
            attribute(&dialog, "#held a", "href").as_deref(),
            Some(&*history)
        );
        assert_eq!(
            attribute(&dialog, "#held button", "form").as_deref(),
            Some("accept-change"),
            "Enter in a field saves and does not accept"
        );

        // Somebody looks at the list while Pax8 tells of another price.
        let list = held_list(world).await;
        assert!(text(&list, "tbody th").contains(&changes[0]));
        estate.set_partner_cost(&id, "99".parse().ok()).unwrap();
        world.sync(&world.ours).await;
        let late = press(world, &list, LIST_FORM).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("changed meanwhile"), "{}", late.text);

        let now = page(world, &billing(world, 1)).await;
        let answer = press(world, &now, DIALOG_FORM).await;
        let back = answer.location();
        assert!(back.contains("q=") && back.contains("status=all"), "{back}");
        let html = page(world, back).await;
        let open = format!("#company-{} tbody tr", company(world, 1));
        assert!(count(&html, &open) > 0, "the company is listed and open");
        assert_eq!(count(&page(world, &billing(world, 1)).await, "#held"), 0);
    })
    .await;
}

#[tokio::test]
async fn d14_accepting_a_move_to_another_client_says_that_the_link_ends() {
    on_each_engine(async |world| {
        link(world, "Lakeside Dental Care", 1).await;
        let estate = world.sandbox.sandbox().estate();
        let id = demo::subscription_id(1);
        estate.move_subscription(&id, &demo::company_id(2)).unwrap();
        world.sync(&world.ours).await;
        let list = held_list(world).await;
        let row = text(&list, "tbody th");
        let names = [1, 2].map(|number| {
            let company = estate.company(&demo::company_id(number));
            company.unwrap().name.clone()
        });
        let moved = format!("Company: {} → {}", names[0], names[1]);
        assert!(row.contains(&moved), "{row}");
        assert!(
            row.contains("Accepting ends its link to “Managed services”."),
            "{row}"
        );
        let script = world.ours.browser.script();
        let dialog = script.get(&billing(world, 1)).await.page();
        let answer = press_as(&script, &dialog, DIALOG_FORM).await.page();
        let told = text(&answer, ".flash");
        assert!(
            told.contains("Its link ended; link it again under Configure Billing."),
            "{told}"
        );
        assert_eq!(
            count(&answer, &format!("#company-{}", company(world, 2))),
            1,
            "the row of its company"
        );
        assert!(texts(&answer, "#to-decide a").contains(&"Held 0".to_owned()));
        let html = page(world, &billing(world, 1)).await;
        assert_eq!(count(&html, "#held"), 0);
        assert_eq!(count(&html, "#recurring-invoice option[selected]"), 0);
    })
    .await;
}

#[tokio::test]
async fn d26_a_draft_leads_to_the_mapping_of_a_company_that_nobody_has() {
    on_each_engine(async |world| {
        link(world, "Lakeside Dental Care", 1).await;
        let estate = world.sandbox.sandbox().estate();
        let id = demo::subscription_id(1);
        estate.move_subscription(&id, &demo::company_id(9)).unwrap();
        world.sync(&world.ours).await;
        let owner = &world.ours.owner;
        let run = serde_json::json!({ "as_of": "2026-07-01" });
        assert!(
            owner
                .post("/api/v1/billing-runs", run)
                .await
                .status
                .is_success()
        );
        let drafts = owner.get("/api/v1/invoices").await.json(200);
        let draft = format!("/invoices/{}", drafts["data"][0]["id"].as_str().unwrap());
        let html = page(world, &draft).await;
        let notice = text(&html, ".notice-warn li");
        assert!(notice.contains("Accept the move"), "{notice}");
        let decide = attribute(&html, ".notice-warn li a", "href").unwrap();
        let mapping = format!("{PAGE}/companies/{}/mapping", company(world, 9));
        let browser = &world.ours.browser;
        assert_eq!(browser.get(&decide).await.location(), mapping);
        let list = held_list(world).await;
        let map = attribute(&list, "tbody a[aria-label^='Map ']", "href");
        assert_eq!(map.as_deref(), Some(&*mapping));

        let member = world.sign_in("member@ours.example").await;
        let html = member.get(&draft).await.page();
        assert_eq!(count(&html, ".notice-warn li a"), 0);
        assert_eq!(
            text(&html, ".notice-warn ul ~ p"),
            "An administrator decides this under Pax8, Subscriptions, Held."
        );
    })
    .await;
}

#[tokio::test]
async fn the_pax8_page_leads_to_what_is_to_be_decided_with_its_numbers() {
    on_each_engine(async |world| {
        link(world, "Hartwell Logistics", 20).await;
        let html = page(world, PAGE).await;
        let links = texts(&html, "#to-decide a");
        assert_eq!(links.len(), 3, "{links:?}");
        assert!(links.contains(&"Held 1".to_owned()), "{links:?}");
        for (place, url) in ["not_linked", "held", "below_cost"].iter().enumerate() {
            let link = format!("#to-decide a:nth-of-type({})", place + 1);
            let url = format!("{PAGE}/subscriptions?show={url}");
            assert_eq!(attribute(&html, &link, "href").as_deref(), Some(&*url));
            let list = page(world, &url).await;
            assert_eq!(texts(&list, ".tabs a"), links);
        }
        let held = held_list(world).await;
        let answer = press(world, &held, LIST_FORM).await;
        assert!(answer.status.is_redirection());
        let links = texts(&page(world, PAGE).await, "#to-decide a");
        assert!(links.contains(&"Held 0".to_owned()), "{links:?}");
        assert_eq!(
            count(&world.theirs.browser.get(PAGE).await.page(), "#to-decide"),
            0
        );
    })
    .await;
}

/// Runs billing and gives the page of the draft that waits, with its id.
async fn draft_of_run(world: &World, as_of: &str) -> (String, Html) {
    let owner = &world.ours.owner;
    let run = serde_json::json!({ "as_of": as_of });
    let run = owner.post("/api/v1/billing-runs", run).await;
    assert!(run.status.is_success(), "{}", run.text);
    let drafts = owner.get("/api/v1/invoices?status=draft").await.json(200);
    let id = drafts["data"][0]["id"].as_str().unwrap().to_owned();
    let html = page(world, &format!("/invoices/{id}")).await;
    (id, html)
}

async fn lines_of(world: &World, id: &str) -> (usize, usize) {
    let invoice = world
        .ours
        .owner
        .get(&format!("/api/v1/invoices/{id}"))
        .await;
    let invoice = invoice.json(200);
    let count = |list: &str| invoice[list].as_array().unwrap().len();
    (count("lines"), count("held"))
}

#[tokio::test]
async fn d26_what_is_missing_is_billed_once_or_as_long_as_it_is_missing_from_the_draft_itself() {
    on_each_engine(async |world| {
        link(world, "Lakeside Dental Care", 1).await;
        let estate = world.sandbox.sandbox().estate();
        estate
            .remove_subscription(&demo::subscription_id(1))
            .unwrap();
        world.sync(&world.ours).await;
        let (id, html) = draft_of_run(world, "2026-07-01").await;
        let form = "[aria-label='Decide what is held'] form";
        assert_eq!(
            texts(&html, &format!("{form} button")),
            ["Keep billing", "Bill once"]
        );
        assert_eq!(lines_of(world, &id).await.1, 1);

        let value =
            |name: &str| attribute(&html, &format!("{form} [name={name}]"), "value").unwrap();
        let action = attribute(&html, form, "action").unwrap();
        let (change, seen, from) = (value("change"), value("seen_sync_id"), value("from"));
        let mut fields = vec![
            ("change", &*change),
            ("seen_sync_id", &*seen),
            ("from", &*from),
        ];
        fields.push(("bill", "once"));
        let member = world.sign_in("member@ours.example").await;
        assert_eq!(
            member.submit(&action, &fields).await.status,
            StatusCode::FORBIDDEN
        );
        let theirs = world.theirs.browser.submit(&action, &fields).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        let answer = world.ours.browser.submit(&action, &fields).await;
        assert_eq!(answer.location(), format!("/invoices/{id}"));
        assert_eq!(
            lines_of(world, &id).await.1,
            0,
            "the draft was computed anew"
        );

        // Once was for this draft: the next invoice asks again. Now it is kept.
        let (next, _) = draft_of_run(world, "2026-08-01").await;
        assert_ne!(next, id);
        assert_eq!(lines_of(world, &next).await.1, 1);
        fields.pop();
        fields.push(("bill", "always"));
        let answer = world.ours.browser.submit(&action, &fields).await;
        assert_eq!(answer.location(), format!("/invoices/{id}"));
        let path = format!("/api/v1/invoices/{next}/recalculate");
        world
            .ours
            .owner
            .post(&path, serde_json::json!({}))
            .await
            .json(200);
        assert_eq!(lines_of(world, &next).await.1, 0);
        assert_eq!(count(&held_list(world).await, "tbody tr"), 0);
    })
    .await;
}

#[tokio::test]
async fn d26_the_link_of_what_is_held_is_ended_from_the_list_with_its_money_in_the_question() {
    on_each_engine(async |world| {
        link(world, "Hartwell Logistics", 20).await;
        let list = held_list(world).await;
        let end = attribute(&list, "tbody a[aria-label^='End the link of']", "href").unwrap();
        let question = page(world, &end).await;
        let effect = text(&question, "main li strong");
        assert!(
            effect.contains("stops billing on “Managed services”, worth $"),
            "{effect}"
        );
        let value =
            |name: &str| attribute(&question, &format!("main [name={name}]"), "value").unwrap();
        let (version, from) = (value("version"), value("from"));
        let fields = [("version", &*version), ("from", &*from)];
        let path = end.split('?').next().unwrap();
        let answer = world.ours.browser.submit(path, &fields).await;
        assert_eq!(answer.location(), format!("{PAGE}/subscriptions?show=held"));
        assert_eq!(count(&held_list(world).await, "tbody tr"), 0);
        let settings = page(world, &billing(world, 20)).await;
        assert_eq!(count(&settings, "#recurring-invoice option[selected]"), 0);
        assert_eq!(
            attribute(&settings, "#markup-value", "value").as_deref(),
            Some("20")
        );
        let again = world.ours.browser.submit(path, &fields).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
    })
    .await;
}
