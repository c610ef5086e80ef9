//! The Pax8 pages as a browser gets them: labels, states, forms, and the parts that the page's script asks for.

mod billing;
mod companies;
mod connection;
mod gate;
mod held;
mod lists;
mod map_all;

use ascent::ids::{SubscriptionId, digest_of};
use axum::http::StatusCode;
use pax8_sandbox::demo;
use scraper::{Html, Selector};
use serde_json::json;

use crate::world::World;

/// The page.
pub const PAGE: &str = "/admin/integrations/pax8";

/// Makes the clients that the demo's companies match, connects, and lets the first sync happen.
pub async fn connect_with_clients(world: &World) {
    for client in demo::clients() {
        let body = json!({
            "name": client.name,
            "account_reference": client.account_reference,
            "website": client.website,
            "email": client.email,
            "currency": client.currency,
        });
        let made = world.ours.owner.post("/api/v1/clients", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    }
    world.connect(&world.ours).await;
}

/// The id here of demo subscription `number`.
pub fn subscription(world: &World, number: u32) -> String {
    let pax8_id = demo::subscription_id(number);
    SubscriptionId::from_digest(digest_of(world.ours.id, "subscription", &pax8_id)).to_string()
}

/// The id here of demo company `number`.
pub fn company(world: &World, number: u32) -> String {
    world.company_id(&demo::company_id(number))
}

/// The id of our client of that name.
pub async fn client(world: &World, name: &str) -> String {
    let list = world.ours.owner.get("/api/v1/clients?limit=200").await;
    let list = list.json(200);
    let found = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == name);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Makes a recurring invoice of a client and gives its id.
pub async fn recurring(world: &World, client: &str, name: &str, frequency: &str) -> String {
    let body = json!({
        "client_id": client, "name": name, "frequency": frequency, "start_date": "2026-07-01",
    });
    let made = world
        .ours
        .owner
        .post("/api/v1/recurring-invoices", body)
        .await;
    made.json(201)["id"].as_str().unwrap().to_owned()
}

/// Everything that a selector finds, as text with single spaces.
pub fn texts(html: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    html.select(&selector)
        .map(|element| {
            let text: Vec<_> = element.text().flat_map(str::split_whitespace).collect();
            text.join(" ")
        })
        .collect()
}

/// The one thing that a selector finds.
#[track_caller]
pub fn text(html: &Html, selector: &str) -> String {
    let found = texts(html, selector);
    assert_eq!(found.len(), 1, "{selector}: {found:?}");
    found.into_iter().next().unwrap()
}

/// How often a selector finds something.
pub fn count(html: &Html, selector: &str) -> usize {
    html.select(&Selector::parse(selector).unwrap()).count()
}

/// An attribute of the one thing that a selector finds.
#[track_caller]
pub fn attribute(html: &Html, selector: &str, name: &str) -> Option<String> {
    let parsed = Selector::parse(selector).unwrap();
    let found: Vec<_> = html.select(&parsed).collect();
    assert_eq!(found.len(), 1, "{selector}");
    found[0].attr(name).map(str::to_owned)
}

/// The page with a company open.
pub async fn open(world: &World, number: u32, filter: &str) -> Html {
    let id = company(world, number);
    let path = format!("{PAGE}?company={id}{filter}");
    world.ours.browser.get(&path).await.page()
}
