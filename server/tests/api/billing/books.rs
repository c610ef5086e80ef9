//! An organization's books for tests of billing: clients, recurring invoices and linked subscriptions, made in one line each.

use ascent::{
    accounts::By,
    billing_runs::{BillingRun, Trigger, run},
    clients::{Client, ClientDetails, create_client},
    ids::{CompanyId, RecurringInvoiceId, SubscriptionId, SyncId},
    recurring::{
        LineDetails, RecurringDetails, RecurringInvoice, create_recurring_invoice,
        load_recurring_invoice,
    },
};
use db::{OrgTx, args};
use jiff::civil::Date;
use serde_json::Value;

use crate::world::{Organization, World};

db::statements! {
    org SET_TAX = "insert into tax_rate (organization_id, position, name, percent) values ($1, 0, 'VAT', $2)
        on conflict (organization_id, position) do update set percent = excluded.percent";
    org SET_ADDRESS = "update organization set address = $2 where id = $1";
    org RENAME_ON_INVOICE = "update invoice set client_json = replace(client_json, client_name, $3) where organization_id = $1 and id = $2";
    org COUNT_EVERYTHING = "select (select count(*) from invoice where organization_id = $1) as invoices,
        (select count(*) from invoice_line where organization_id = $1) as lines,
        (select count(*) from billing_run where organization_id = $1) as runs,
        (select count(*) from audit_event where organization_id = $1) as events,
        (select count(*) from billed_once where organization_id = $1) as marks,
        (select cast(sum(version) as bigint) from recurring_invoice where organization_id = $1) as versions,
        (select next_invoice_number from organization where id = $1) as next_number";
    org SPOIL_RECURRING = "update recurring_invoice set frequency = 'fortnightly' where organization_id = $1 and id = $2";
    org MEND_RECURRING = "update recurring_invoice set frequency = 'monthly' where organization_id = $1 and id = $2";
    org INSERT_CONNECTION = "insert into pax8_connection (organization_id, client_id_sealed, client_secret_sealed, client_id_hint,
        auto_map, active, last_sync_at, next_sync_at, version, connected_at) values ($1, '', '', '', false, true, $2, $2, 1, $2)
        on conflict (organization_id) do update set last_sync_at = $2";
    org INSERT_COMPANY = "insert into pax8_company (organization_id, id, pax8_id, name, status, client_id, mapped_by, fingerprint,
        first_seen_at, search_text) values ($1, $2, $2, 'Company', 'Active', $3, 'manual', '', 0, 'company')";
    org INSERT_SUBSCRIPTION = "insert into pax8_subscription (organization_id, id, pax8_id, company_id, product_pax8_id, product_name,
        vendor, sku, quantity, billing_term, currency, price, partner_cost, status, start_date, end_date, billing_start,
        missing_since, fingerprint, first_seen_at, seen_at, seen_sync_id, search_text)
        values ($1, $2, $2, $3, 'product', $4, 'Vendor', 'SKU', $5, $6, $7, $8, $9, $10, $11, $12, $11, $13, '', 0, $14, $15, '')";
    org INSERT_BILLING = "insert into subscription_billing (organization_id, subscription_pax8_id, markup_type, markup_value,
        override_price, recurring_invoice_id, charge, linked_from, version, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0)";
    org SET_MISSING = "update pax8_subscription set missing_since = $3 where organization_id = $1 and id = $2";
}

/// The books of one organization.
pub struct Books<'a> {
    pub world: &'a World,
    pub organization: &'a Organization,
}

/// A subscription as Pax8 has it, and how it is priced.
#[derive(Clone)]
pub struct Linked {
    pub product: &'static str,
    pub quantity: Option<&'static str>,
    pub term: &'static str,
    pub currency: &'static str,
    pub partner_cost: Option<&'static str>,
    pub status: &'static str,
    pub start: &'static str,
    pub end: Option<&'static str>,
    pub markup_percent: Option<&'static str>,
    pub override_price: Option<&'static str>,
    pub charge: &'static str,
    pub missing: bool,
}

impl Default for Linked {
    fn default() -> Self {
        Self {
            product: "Microsoft 365 Business Premium",
            quantity: Some("5"),
            term: "Monthly",
            currency: "USD",
            partner_cost: Some("18.50"),
            status: "Active",
            start: "2026-01-01",
            end: None,
            markup_percent: Some("20"),
            override_price: None,
            charge: "spread",
            missing: false,
        }
    }
}

/// A monthly recurring invoice since 1 June 2026 with one line: 2 × 50.00.
pub fn monthly() -> RecurringDetails {
    RecurringDetails {
        name: "Managed services".to_owned(),
        frequency: "monthly".to_owned(),
        start_date: "2026-06-01".to_owned(),
        lines: vec![line("Helpdesk", "2", "50.00")],
        ..RecurringDetails::default()
    }
}

pub fn line(description: &str, quantity: &str, unit_price: &str) -> LineDetails {
    LineDetails {
        description: description.to_owned(),
        quantity: quantity.to_owned(),
        unit_price: unit_price.to_owned(),
        taxable: true,
    }
}

/// The sync that saw everything.
pub fn pull() -> SyncId {
    SyncId::from_digest([1; 16])
}

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

impl<'a> Books<'a> {
    pub fn ours(world: &'a World) -> Self {
        Self {
            world,
            organization: &world.ours,
        }
    }

    pub fn theirs(world: &'a World) -> Self {
        Self {
            world,
            organization: &world.theirs,
        }
    }

    pub async fn write(&self) -> OrgTx {
        let database = &self.world.app.database;
        database.write(self.organization.id).await.unwrap()
    }

    pub async fn read(&self) -> OrgTx {
        let database = &self.world.app.database;
        database.read(self.organization.id).await.unwrap()
    }

    pub async fn client(&self, name: &str) -> Client {
        self.client_like(ClientDetails {
            name: name.to_owned(),
            account_reference: None,
            website: None,
            email: Some("accounts@client.example".to_owned()),
            address: "4 Mill Lane\nSpringfield".to_owned(),
            currency: "USD".to_owned(),
            payment_terms_days: Some(30),
            tax_exempt: false,
        })
        .await
    }

    pub async fn client_like(&self, details: ClientDetails) -> Client {
        let mut tx = self.write().await;
        let client = create_client(&mut tx, &By::job(), &details, self.world.app.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        client
    }

    pub async fn recurring(&self, client: &Client, details: RecurringDetails) -> RecurringInvoice {
        let mut tx = self.write().await;
        let now = self.world.app.clock.now();
        let invoice = create_recurring_invoice(&mut tx, &By::job(), Some(client.id), &details, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        invoice
    }

    pub async fn reload(&self, id: RecurringInvoiceId) -> RecurringInvoice {
        load_recurring_invoice(&mut self.read().await, id)
            .await
            .unwrap()
    }

    pub async fn tax(&self, percent: &str) {
        let mut tx = self.write().await;
        tx.execute(&SET_TAX, args![percent]).await.unwrap();
        tx.execute(&SET_ADDRESS, args!["1 Harbour Street\nPortland"])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// A company of the client with one subscription that feeds the recurring invoice. Pax8 was pulled just now.
    pub async fn link(&self, recurring: &RecurringInvoice, linked: Linked) -> SubscriptionId {
        let (company, id) = (CompanyId::new(), SubscriptionId::new());
        let now = self.world.app.clock.now();
        let mut tx = self.write().await;
        tx.execute(&INSERT_CONNECTION, args![now]).await.unwrap();
        tx.execute(&INSERT_COMPANY, args![company, recurring.client_id])
            .await
            .unwrap();
        let missing = linked.missing.then_some(now);
        let args = args![
            id,
            company,
            linked.product,
            linked.quantity,
            linked.term,
            linked.currency,
            None::<&str>,
            linked.partner_cost,
            linked.status,
            linked.start,
            linked.end,
            missing,
            now,
            pull()
        ];
        tx.execute(&INSERT_SUBSCRIPTION, args).await.unwrap();
        let markup = linked.markup_percent.map(|_| "percentage");
        let args = args![
            id,
            markup,
            linked.markup_percent,
            linked.override_price,
            recurring.id,
            linked.charge,
            recurring.next_invoice_date
        ];
        tx.execute(&INSERT_BILLING, args).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Pax8 was last pulled completely at this instant.
    pub async fn pulled_at(&self, instant: jiff::Timestamp) {
        let mut tx = self.write().await;
        tx.execute(&INSERT_CONNECTION, args![instant])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The subscription is in Pax8 again.
    pub async fn found_again(&self, id: SubscriptionId) {
        let mut tx = self.write().await;
        tx.execute(&SET_MISSING, args![id, None::<jiff::Timestamp>])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Makes a recurring invoice unreadable, as a newer version of the program might.
    pub async fn spoil(&self, id: RecurringInvoiceId, spoilt: bool) {
        let mut tx = self.write().await;
        let statement = if spoilt {
            &SPOIL_RECURRING
        } else {
            &MEND_RECURRING
        };
        tx.execute(statement, args![id]).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn run(&self, as_of: &str) -> BillingRun {
        let run = self.try_run(as_of, false).await.unwrap();
        assert!(run.failed.is_empty(), "{:?}", run.failed);
        run
    }

    pub async fn dry_run(&self, as_of: &str) -> BillingRun {
        self.try_run(as_of, true).await.unwrap()
    }

    pub async fn try_run(&self, as_of: &str, dry_run: bool) -> ascent::error::Result<BillingRun> {
        let organization = self.organization.id;
        run(
            &self.world.app,
            organization,
            day(as_of),
            dry_run,
            Trigger::Cli,
        )
        .await
    }

    /// Another name in an invoice's snapshot: what no verb does.
    pub async fn rename_on_invoice(&self, id: &str, name: &str) {
        let mut tx = self.write().await;
        tx.execute(&RENAME_ON_INVOICE, args![id, name])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Every invoice as the API shows it, oldest first.
    pub async fn invoices(&self) -> Vec<Value> {
        let answer = self
            .organization
            .owner
            .get("/api/v1/invoices?limit=200")
            .await
            .json(200);
        assert_eq!(answer["next_cursor"], Value::Null);
        let mut invoices = answer["data"].as_array().unwrap().clone();
        invoices.reverse();
        invoices
    }

    /// How much there is of everything that billing writes.
    pub async fn count_everything(&self) -> Vec<Option<i64>> {
        let row = self
            .read()
            .await
            .fetch_one(&COUNT_EVERYTHING, args![])
            .await
            .unwrap();
        [
            "invoices",
            "lines",
            "runs",
            "events",
            "marks",
            "versions",
            "next_number",
        ]
        .map(|column| row.get(column).unwrap())
        .to_vec()
    }
}

/// The texts of a field of each of the values.
pub fn texts(values: &[Value], pointer: &str) -> Vec<String> {
    values
        .iter()
        .map(|value| match value.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => panic!("no {pointer} in {value}"),
        })
        .collect()
}
