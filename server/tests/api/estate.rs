//! What is stored of Pax8's estate, read straight from the rows, and the usual ways to get it there.

use ascent::ids::OrganizationId;
use axum::http::StatusCode;
use db::{Row, args};
use serde_json::{Value, json};

use crate::world::{Organization, World};

pub const PAX8: &str = "/api/v1/integrations/pax8";
pub const SYNCS: &str = "/api/v1/integrations/pax8/syncs";
/// What the sandbox accepts.
pub const CLIENT_ID: &str = "sandbox-client";
pub const CLIENT_SECRET: &str = "sandbox-secret";

db::statements! {
    org COMPANIES = "select * from pax8_company where organization_id = $1 order by pax8_id";
    org SUBSCRIPTIONS = "select s.*, c.pax8_id as company_pax8_id from pax8_subscription s
        join pax8_company c on c.organization_id = s.organization_id and c.id = s.company_id
        where s.organization_id = $1 order by s.pax8_id";
    org HISTORY = "select count(*) as n from pax8_change where organization_id = $1";
    org PRICE = "insert into subscription_billing (organization_id, subscription_pax8_id, markup_type, markup_value, version, updated_at)
        values ($1, $2, 'percentage', '20', 1, 0)";
    org PRICES = "select subscription_pax8_id, markup_value, recurring_invoice_id from subscription_billing where organization_id = $1";
    org AUDIT = "select action, actor, before_json, after_json from audit_event where organization_id = $1 order by id";
    org CREDENTIALS = "select client_id_sealed, client_secret_sealed from pax8_connection where organization_id = $1";
}

/// A row as text, column by column; the empty text is null.
pub type Record = std::collections::BTreeMap<&'static str, String>;

const COMPANY: [&str; 6] = [
    "pax8_id",
    "name",
    "status",
    "external_id",
    "website",
    "fingerprint",
];
const SUBSCRIPTION: [&str; 23] = [
    "pax8_id",
    "company_pax8_id",
    "parent_pax8_id",
    "product_pax8_id",
    "product_name",
    "vendor",
    "sku",
    "quantity",
    "billing_term",
    "commitment_term",
    "commitment_end",
    "currency",
    "price",
    "partner_cost",
    "status",
    "start_date",
    "end_date",
    "billing_start",
    "last_known",
    "attention",
    "bill_price",
    "fingerprint",
    "seen_sync_id",
];
const NUMBERS: [&str; 4] = [
    "missing_since",
    "seen_at",
    "monthly_revenue_minor",
    "monthly_cost_minor",
];

fn record(row: &Row, texts: &[&'static str], numbers: &[&'static str]) -> Record {
    let text = |name: &'static str| {
        let value: Option<String> = row.get(name).unwrap();
        (name, value.unwrap_or_default())
    };
    let number = |name: &'static str| {
        let value: Option<i64> = row.get(name).unwrap();
        (name, value.map_or(String::new(), |it| it.to_string()))
    };
    let texts = texts.iter().copied().map(text);
    texts.chain(numbers.iter().copied().map(number)).collect()
}

impl World {
    pub async fn companies(&self, organization: OrganizationId) -> Vec<Record> {
        let mut tx = self.app.database.read(organization).await.unwrap();
        let rows = tx.fetch_all(&COMPANIES, args![]).await.unwrap();
        let numbers = ["missing_since", "last_synced_at", "subscription_count"];
        rows.iter()
            .map(|row| record(row, &COMPANY, &numbers))
            .collect()
    }

    pub async fn subscriptions(&self, organization: OrganizationId) -> Vec<Record> {
        let mut tx = self.app.database.read(organization).await.unwrap();
        let rows = tx.fetch_all(&SUBSCRIPTIONS, args![]).await.unwrap();
        rows.iter()
            .map(|row| record(row, &SUBSCRIPTION, &NUMBERS))
            .collect()
    }

    /// The subscription as it is stored for our organization.
    pub async fn subscription(&self, pax8_id: &str) -> Record {
        let all = self.subscriptions(self.ours.id).await;
        let found = all.into_iter().find(|it| it["pax8_id"] == pax8_id);
        found.unwrap_or_else(|| panic!("{pax8_id} is not stored"))
    }

    /// Everything stored of an organization's estate, to compare before and after.
    pub async fn snapshot(&self, organization: OrganizationId) -> (Vec<Record>, Vec<Record>, i64) {
        let mut tx = self.app.database.read(organization).await.unwrap();
        let history = tx.fetch_one(&HISTORY, args![]).await.unwrap();
        drop(tx);
        (
            self.companies(organization).await,
            self.subscriptions(organization).await,
            history.get("n").unwrap(),
        )
    }

    /// Connects an organization and lets the first sync happen.
    pub async fn connect(&self, organization: &Organization) -> Value {
        let body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        organization.owner.put(PAX8, body).await.json(200);
        self.work().await;
        self.last_sync(organization).await
    }

    /// Asks for a full sync, lets it happen and shows it.
    pub async fn sync(&self, organization: &Organization) -> Value {
        let answer = organization.owner.post(SYNCS, json!({})).await;
        let id = answer.json(202)["id"].as_str().unwrap().to_owned();
        self.work().await;
        let answer = organization.owner.get(&format!("{SYNCS}/{id}")).await;
        answer.json(200)
    }

    /// Our companies as the API lists them.
    pub async fn listed_companies(&self) -> Vec<Value> {
        let path = format!("{PAX8}/companies?limit=200");
        let list = self.ours.owner.get(&path).await.json(200);
        list["data"].as_array().unwrap().clone()
    }

    /// The same for one company.
    pub async fn sync_company(&self, pax8_id: &str) -> Value {
        let company = self.company_id(pax8_id);
        let body = json!({ "company_id": company });
        let answer = self.ours.owner.post(SYNCS, body).await;
        let id = answer.json(202)["id"].as_str().unwrap().to_owned();
        self.work().await;
        let answer = self.ours.owner.get(&format!("{SYNCS}/{id}")).await;
        answer.json(200)
    }

    /// Our id of our company.
    pub fn company_id(&self, pax8_id: &str) -> String {
        let digest = ascent::ids::digest_of(self.ours.id, "company", pax8_id);
        ascent::ids::CompanyId::from_digest(digest).to_string()
    }

    pub async fn last_sync(&self, organization: &Organization) -> Value {
        let syncs = organization.owner.get(SYNCS).await.json(200);
        syncs["data"][0].clone()
    }

    /// How many syncs there have been.
    pub async fn count_syncs(&self, organization: &Organization) -> usize {
        let path = format!("{SYNCS}?limit=200");
        let syncs = organization.owner.get(&path).await.json(200);
        syncs["data"].as_array().unwrap().len()
    }

    pub async fn connection(&self, organization: &Organization) -> Value {
        let answer = organization.owner.get(PAX8).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json(200)
    }

    /// What a sync changed.
    pub async fn changes(&self, sync: &Value) -> Vec<Value> {
        let id = sync["id"].as_str().unwrap();
        let path = format!("{SYNCS}/{id}/changes?limit=200");
        let list = self.ours.owner.get(&path).await.json(200);
        list["data"].as_array().unwrap().clone()
    }

    /// Gives one of our subscriptions a markup of 20 %.
    pub async fn price(&self, pax8_id: &str) {
        let mut tx = self.app.database.write(self.ours.id).await.unwrap();
        tx.execute(&PRICE, args![pax8_id]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Pricing settings: subscription, markup, recurring invoice.
    pub async fn prices(&self) -> Vec<[String; 3]> {
        let mut tx = self.app.database.read(self.ours.id).await.unwrap();
        let rows = tx.fetch_all(&PRICES, args![]).await.unwrap();
        let text = |row: &Row, name: &str| {
            let value: Option<String> = row.get(name).unwrap();
            value.unwrap_or_default()
        };
        let columns = [
            "subscription_pax8_id",
            "markup_value",
            "recurring_invoice_id",
        ];
        rows.iter()
            .map(|row| columns.map(|name| text(row, name)))
            .collect()
    }

    /// The audit log of our organization, as one text.
    pub async fn audit(&self) -> String {
        let mut tx = self.app.database.read(self.ours.id).await.unwrap();
        let rows = tx.fetch_all(&AUDIT, args![]).await.unwrap();
        let text = |row: &Row, name: &str| {
            let value: Option<String> = row.get(name).unwrap();
            value.unwrap_or_default()
        };
        let columns = ["action", "actor", "before_json", "after_json"];
        let lines = rows
            .iter()
            .map(|row| columns.map(|it| text(row, it)).join(" "));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Our credentials as they are stored.
    pub async fn sealed(&self) -> Option<[String; 2]> {
        let mut tx = self.app.database.read(self.ours.id).await.unwrap();
        let row = tx.fetch_optional(&CREDENTIALS, args![]).await.unwrap()?;
        Some([
            row.get("client_id_sealed").unwrap(),
            row.get("client_secret_sealed").unwrap(),
        ])
    }
}
