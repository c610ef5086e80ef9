//! Companies and subscriptions: mapping, pricing, linking. Their rows are written here as a sync leaves them, so that a
//! test can say exactly what Pax8 said.

mod automatic;
mod billing;
mod companies;
mod decisions;
mod earnings;
mod links;
mod map_many;
mod mapping;
mod subscriptions;
mod walk;

use ascent::{
    ids::{CompanyId, SubscriptionId, SyncId},
    like::search_text,
    pax8::subscriptions::reprice_companies,
};
use db::args;
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::world::{Organization, User, World};

db::statements! {
    bulk INSERT_COMPANY = "insert into pax8_company (organization_id, id, pax8_id, name, status, external_id, website,
        subscription_count, missing_since, fingerprint, first_seen_at, search_text) values", 12, "";
    bulk INSERT_SUBSCRIPTION = "insert into pax8_subscription (organization_id, id, pax8_id, company_id, product_pax8_id,
        product_name, vendor, sku, quantity, billing_term, commitment_term, commitment_end, currency, price, partner_cost,
        status, start_date, end_date, billing_start, missing_since, attention, fingerprint, first_seen_at, seen_at,
        seen_sync_id, search_text) values", 26, "";
    bulk INSERT_CHANGE = "insert into pax8_change (organization_id, id, sync_id, at, record_type, record_pax8_id, field,
        before_value, after_value) values", 9, "";
    bulk INSERT_CONNECTION = "insert into pax8_connection (organization_id, client_id_sealed, client_secret_sealed,
        client_id_hint, auto_map, active, last_sync_at, next_sync_at, version, connected_at) values", 10, "";
    org MOVE = "update pax8_subscription set company_id = $3, attention = 'moved' where organization_id = $1 and id = $2";
    org SET_ATTENTION = "update pax8_subscription set attention = $3 where organization_id = $1 and id = $2";
    org STORED_FIGURES = "select bill_price, monthly_revenue_minor, monthly_cost_minor, below_cost from pax8_subscription
        where organization_id = $1 and id = $2";
    org LATEST_EVENT = "select action, actor, via, before_json, after_json from audit_event
        where organization_id = $1 and subject_id = $2 order by id desc limit 1";
    org COUNT_EVENTS = "select count(*) as n from audit_event where organization_id = $1";
}

/// A company as Pax8 tells it.
#[derive(Clone, Default)]
pub struct Told {
    pub name: Option<&'static str>,
    pub status: Option<&'static str>,
    pub external_id: Option<&'static str>,
    pub website: Option<&'static str>,
    pub missing: bool,
}

/// A subscription as Pax8 tells it.
#[derive(Clone)]
pub struct Sold {
    pub product: Option<&'static str>,
    pub vendor: Option<&'static str>,
    pub sku: Option<&'static str>,
    pub quantity: Option<&'static str>,
    pub term: Option<&'static str>,
    pub commitment: Option<(&'static str, &'static str)>,
    pub currency: Option<&'static str>,
    pub price: Option<&'static str>,
    pub partner_cost: Option<&'static str>,
    pub status: Option<&'static str>,
    pub start: Option<&'static str>,
    pub end: Option<&'static str>,
    pub missing: bool,
}

/// Thirty-seven seats at 18.50 a month.
pub const SEATS: Sold = Sold {
    product: Some("Microsoft 365 Business Premium"),
    vendor: Some("Microsoft"),
    sku: Some("CFQ7TTC0LCHC-0002"),
    quantity: Some("37"),
    term: Some("Monthly"),
    commitment: None,
    currency: Some("USD"),
    price: Some("22.00"),
    partner_cost: Some("18.50"),
    status: Some("Active"),
    start: Some("2026-01-01"),
    end: None,
    missing: false,
};

/// Six seats at 226.80 a year, from 1 March.
pub const YEARLY: Sold = Sold {
    product: Some("Acrobat Pro for teams"),
    vendor: Some("Adobe"),
    sku: None,
    quantity: Some("6"),
    term: Some("Annual"),
    commitment: Some(("1-Year", "2027-02-28")),
    price: Some("300"),
    partner_cost: Some("226.80"),
    start: Some("2026-03-01"),
    ..SEATS
};

pub fn told(name: &'static str) -> Told {
    Told {
        name: Some(name),
        status: Some("Active"),
        ..Told::default()
    }
}

/// Writes companies as a sync leaves them, and gives their ids.
pub async fn add_companies(world: &World, to: &Organization, all: &[Told]) -> Vec<String> {
    let now = world.app.clock.now();
    let mut ids = Vec::new();
    let mut rows = Vec::new();
    for told in all {
        let id = CompanyId::new();
        ids.push(id.to_string());
        rows.push(args![
            id,
            format!("pax8-{id}"),
            told.name,
            told.status,
            told.external_id,
            told.website,
            0_i64,
            told.missing.then_some(now),
            "",
            now,
            search_text([told.name, told.external_id, Some(&format!("pax8-{id}"))])
        ]);
    }
    let mut tx = world.app.database.write(to.id).await.unwrap();
    tx.bulk(&INSERT_COMPANY, rows).await.unwrap();
    tx.commit().await.unwrap();
    ids
}

/// Writes a company with these subscriptions, and gives its id and theirs.
pub async fn add_estate(
    world: &World,
    to: &Organization,
    name: &'static str,
    sold: &[Sold],
) -> (String, Vec<String>) {
    let company = add_companies(world, to, &[told(name)]).await.remove(0);
    let ids = add_subscriptions(world, to, &company, sold).await;
    (company, ids)
}

/// Writes subscriptions of a company as a sync leaves them, and gives their ids.
pub async fn add_subscriptions(
    world: &World,
    to: &Organization,
    company: &str,
    sold: &[Sold],
) -> Vec<String> {
    let now = world.app.clock.now();
    let company = CompanyId::parse(company).unwrap();
    let mut ids = Vec::new();
    let mut rows = Vec::new();
    for sold in sold {
        let id = SubscriptionId::new();
        ids.push(id.to_string());
        rows.push(subscription_row(id, company, sold, now));
    }
    let mut tx = world.app.database.write(to.id).await.unwrap();
    tx.bulk(&INSERT_SUBSCRIPTION, rows).await.unwrap();
    reprice_companies(&mut tx, &[company]).await.unwrap();
    tx.commit().await.unwrap();
    ids
}

fn subscription_row(
    id: SubscriptionId,
    company: CompanyId,
    sold: &Sold,
    now: Timestamp,
) -> Vec<db::Value> {
    let decimal = |text: Option<&str>| text.map(|text| text.parse::<Decimal>().unwrap());
    let date = |text: Option<&str>| text.map(|text| text.parse::<Date>().unwrap());
    args![
        id,
        pax8_id(&id.to_string()),
        company,
        sold.product.map(|name| format!("product of {name}")),
        sold.product,
        sold.vendor,
        sold.sku,
        decimal(sold.quantity),
        sold.term,
        sold.commitment.map(|(term, _)| term),
        date(sold.commitment.map(|(_, end)| end)),
        sold.currency,
        decimal(sold.price),
        decimal(sold.partner_cost),
        sold.status,
        date(sold.start),
        date(sold.end),
        date(sold.start),
        sold.missing.then_some(now),
        None::<&str>,
        "",
        now,
        now,
        SyncId::new(),
        search_text([
            sold.product,
            sold.vendor,
            sold.sku,
            Some(&pax8_id(&id.to_string()))
        ])
    ]
}

/// Pax8's id of a subscription of these tests.
pub fn pax8_id(subscription: &str) -> String {
    format!("pax8-{subscription}")
}

/// Connects an organization as a complete sync leaves it, so that its data is fresh.
pub async fn connect(world: &World, organization: &Organization) {
    let now = world.app.clock.now();
    let row = args!["-", "-", "…", true, true, now, now, 1_i64, now];
    let mut tx = world.app.database.write(organization.id).await.unwrap();
    tx.bulk(&INSERT_CONNECTION, vec![row]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Runs a statement of these tests on our rows.
pub async fn execute(world: &World, statement: &'static db::OrgStatement, args: Vec<db::Value>) {
    let mut tx = world.app.database.write(world.ours.id).await.unwrap();
    tx.execute(statement, args).await.unwrap();
    tx.commit().await.unwrap();
}

/// Makes a client with what is given, and gives its id.
pub async fn client(user: &User, given: Value) -> String {
    let made = user.post("/api/v1/clients", given).await.json(201);
    made["id"].as_str().unwrap().to_owned()
}

/// Makes a recurring invoice of a client from 1 July 2026, and gives its id.
pub async fn recurring(user: &User, client: &str, frequency: &str) -> String {
    recurring_with(user, client, frequency, json!([])).await
}

/// Makes a recurring invoice with lines, and gives its id.
pub async fn recurring_with(user: &User, client: &str, frequency: &str, lines: Value) -> String {
    let body = json!({ "client_id": client, "name": format!("{frequency} services"), "frequency": frequency,
        "start_date": "2026-07-01", "lines": lines });
    let made = user
        .post("/api/v1/recurring-invoices", body)
        .await
        .json(201);
    made["id"].as_str().unwrap().to_owned()
}

/// Maps a company by hand.
pub async fn map(user: &User, company: &str, client: &str) -> Value {
    let path = format!("/api/v1/integrations/pax8/companies/{company}/mapping");
    user.put(&path, json!({ "client_id": client }))
        .await
        .json(200)
}

/// Saves billing settings.
pub async fn save(user: &User, subscription: &str, settings: Value) -> Value {
    user.put(&billing_path(subscription), settings)
        .await
        .json(200)
}

pub fn billing_path(subscription: &str) -> String {
    format!("/api/v1/integrations/pax8/subscriptions/{subscription}/billing")
}

pub fn accept_path(subscription: &str) -> String {
    format!("/api/v1/integrations/pax8/subscriptions/{subscription}/accept-change")
}

/// Accepts what holds a subscription of ours, as it is shown.
pub async fn accept(world: &World, subscription: &str) -> Value {
    let owner = &world.ours.owner;
    let seen = shown(owner, subscription).await["to_accept"].clone();
    owner.post(&accept_path(subscription), seen).await.json(200)
}

/// A subscription as the API shows it.
pub async fn shown(user: &User, subscription: &str) -> Value {
    let path = format!(
        "/api/v1/integrations/pax8/subscriptions?q={}",
        pax8_id(subscription)
    );
    let mut list = user.get(&path).await.json(200);
    list["data"].as_array_mut().unwrap().remove(0)
}

/// A company as the API shows it.
pub async fn shown_company(user: &User, company: &str) -> Value {
    let path = format!("/api/v1/integrations/pax8/companies/{company}");
    user.get(&path).await.json(200)
}

/// One field of each row of a list.
#[track_caller]
pub fn column(list: &Value, field: &str) -> Vec<String> {
    let rows = list["data"].as_array().expect("a list");
    rows.iter()
        .map(|row| match row.pointer(field).expect("the field") {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
        .collect()
}

/// The codes of an answer's warnings.
#[track_caller]
pub fn warnings(answer: &Value) -> Vec<&str> {
    let warnings = answer["warnings"].as_array().expect("warnings");
    warnings
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect()
}

/// The latest audit event of ours about a subject: action, before and after.
pub async fn latest_event(world: &World, subject: &str) -> (String, Value, Value) {
    let mut tx = world.app.database.read(world.ours.id).await.unwrap();
    let row = tx.fetch_one(&LATEST_EVENT, args![subject]).await.unwrap();
    let json = |column| {
        let text: Option<String> = row.get(column).unwrap();
        text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    };
    (
        row.get("action").unwrap(),
        json("before_json"),
        json("after_json"),
    )
}

/// How many audit events we have.
pub async fn count_events(world: &World) -> i64 {
    let mut tx = world.app.database.read(world.ours.id).await.unwrap();
    let row = tx.fetch_one(&COUNT_EVENTS, args![]).await.unwrap();
    row.get("n").unwrap()
}

/// The figures kept for sums: bill price, monthly revenue and cost in minor units, below cost.
pub async fn stored_figures(
    world: &World,
    subscription: &str,
) -> (Option<String>, Option<i64>, Option<i64>, bool) {
    let mut tx = world.app.database.read(world.ours.id).await.unwrap();
    let row = tx
        .fetch_one(&STORED_FIGURES, args![subscription])
        .await
        .unwrap();
    (
        row.get("bill_price").unwrap(),
        row.get("monthly_revenue_minor").unwrap(),
        row.get("monthly_cost_minor").unwrap(),
        row.get("below_cost").unwrap(),
    )
}
