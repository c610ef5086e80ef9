//! What is asked for: the sandbox's default estate, connected, partly mapped and billed.

use jiff::{ToSpan as _, tz::TimeZone};
use pax8_sandbox::Running;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::Visitor;

/// Clients that are made, each of a company's name so that the sync maps it.
const CLIENTS: usize = 200;
/// Subscriptions that are linked for each.
const LINKS: usize = 3;
/// So many kinds of requests there are.
const KINDS: usize = 16;

pub struct Estate {
    pub clients: Vec<String>,
    pub linked: usize,
    paths: Vec<String>,
}

/// Today, as the program sees it.
fn today() -> jiff::civil::Date {
    // The program under load reads the system's clock; so has the one that asks it.
    ascent::clock::Clock::system()
        .now()
        .to_zoned_datetime(TimeZone::UTC)
        .date()
}

fn recurring(client: &str, name: &str) -> Value {
    json!({
        "client_id": client, "name": name, "frequency": "monthly", "start_date": today().saturating_sub(1.month()).to_string(),
        "lines": [{ "description": "Care", "quantity": "1", "unit_price": "100" }],
    })
}

/// Makes a recurring invoice and bills what is due.
pub async fn bill_something_new(visitor: &Visitor, client: &str) {
    let made = recurring(client, "More");
    visitor
        .call(Method::POST, "/recurring-invoices", made)
        .await;
    let run = json!({ "as_of": today().to_string() });
    visitor.call(Method::POST, "/billing-runs", run).await;
}

impl Estate {
    pub async fn prepare(visitor: &Visitor, sandbox: &Running) -> Self {
        let config = sandbox.sandbox().config();
        let credentials =
            json!({ "client_id": config.client_id, "client_secret": config.client_secret });
        visitor
            .call(Method::PUT, "/integrations/pax8", credentials)
            .await;
        visitor.sync().await;
        let mut clients = Vec::new();
        let mut linked = 0;
        let companies = companies(visitor).await;
        for (company, name) in &companies {
            let client = json!({ "name": name });
            let client = visitor.call(Method::POST, "/clients", client).await;
            let client = client["id"].as_str().unwrap().to_owned();
            let mapping = format!("/integrations/pax8/companies/{company}/mapping");
            visitor
                .call(Method::PUT, &mapping, json!({ "client_id": client }))
                .await;
            let made = recurring(&client, "Managed services");
            let made = visitor
                .call(Method::POST, "/recurring-invoices", made)
                .await;
            linked += link(visitor, company, &made["id"]).await;
            clients.push(client);
        }
        let run = json!({ "as_of": today().to_string() });
        visitor.call(Method::POST, "/billing-runs", run).await;
        let paths = paths(visitor, &clients, &companies).await;
        Self {
            clients,
            linked,
            paths,
        }
    }

    /// The first of each kind of request.
    pub fn one_of_each_kind(&self) -> &[String] {
        &self.paths[..KINDS]
    }

    /// What the request of this number asks for.
    pub fn request(&self, number: u64) -> String {
        // A step that shares no factor with the length goes through all of them, in no order of theirs.
        let length = self.paths.len() as u64;
        let index = number.wrapping_mul(7_919) % length;
        self.paths[usize::try_from(index).unwrap()].clone()
    }
}

async fn companies(visitor: &Visitor) -> Vec<(String, String)> {
    let list = "/integrations/pax8/companies?limit=200";
    let list = visitor.call(Method::GET, list, Value::Null).await;
    let companies = list["data"].as_array().unwrap().iter();
    companies
        .filter_map(|it| {
            let name = it["name"].as_str()?.replace(char::is_control, " ");
            let plain = !name.trim().is_empty();
            plain.then(|| (it["id"].as_str().unwrap_or_default().to_owned(), name))
        })
        .take(CLIENTS)
        .collect()
}

async fn link(visitor: &Visitor, company: &str, recurring: &Value) -> usize {
    let list = format!("/integrations/pax8/companies/{company}/subscriptions?limit={LINKS}");
    let list = visitor.call(Method::GET, &list, Value::Null).await;
    let subscriptions = list["data"].as_array().unwrap();
    for subscription in subscriptions {
        let id = subscription["id"].as_str().unwrap();
        let billing = json!({
            "markup": { "type": "percentage", "value": "20" }, "recurring_invoice_id": recurring,
        });
        let path = format!("/integrations/pax8/subscriptions/{id}/billing");
        visitor.call(Method::PUT, &path, billing).await;
    }
    subscriptions.len()
}

/// Pages and calls, half and half, lists and single records.
async fn paths(
    visitor: &Visitor,
    clients: &[String],
    companies: &[(String, String)],
) -> Vec<String> {
    let invoices = visitor
        .call(Method::GET, "/invoices?limit=200", Value::Null)
        .await;
    let invoices: Vec<&str> = invoices["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["id"].as_str())
        .collect();
    let mut paths = Vec::new();
    for number in 0..100 {
        let client = &clients[number % clients.len()];
        let (company, _) = &companies[number % companies.len()];
        let invoice = invoices[number % invoices.len()];
        let one_of_each: [String; KINDS] = [
            "/".to_owned(),
            "/clients".to_owned(),
            format!("/clients/{client}"),
            "/invoices".to_owned(),
            format!("/invoices/{invoice}"),
            "/recurring".to_owned(),
            "/admin/integrations/pax8".to_owned(),
            "/admin/jobs".to_owned(),
            "/api/v1/clients?limit=50".to_owned(),
            format!("/api/v1/clients/{client}"),
            "/api/v1/invoices?limit=50".to_owned(),
            format!("/api/v1/invoices/{invoice}"),
            "/api/v1/recurring-invoices?limit=50".to_owned(),
            format!("/api/v1/integrations/pax8/companies/{company}/subscriptions?limit=20"),
            "/api/v1/audit-events?limit=20".to_owned(),
            "/api/v1/me".to_owned(),
        ];
        paths.extend(one_of_each);
    }
    paths
}
