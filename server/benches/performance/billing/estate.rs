//! Recurring invoices that are due, as they stand after a sync and some months of mapping and linking: written directly, for
//! the run is what is measured.

use ascent::{
    app::App,
    ids::{
        ClientId, CompanyId, OrganizationId, RecurringInvoiceId, RecurringLineId, SubscriptionId,
        SyncId,
    },
};
use db::{IntoValue as _, OrgTx, Value, args};
use jiff::{Timestamp, ToSpan as _, civil::Date};

db::statements! {
    org CONNECT = "insert into pax8_connection (organization_id, client_id_sealed, client_secret_sealed, client_id_hint, auto_map,
            active, last_sync_at, next_sync_at, version, connected_at)
        values ($1, '', '', '', false, true, $2, $3, 1, $2)";
    org TAX = "insert into tax_rate (organization_id, position, name, percent) values ($1, 0, 'VAT', '19')";
    bulk CLIENTS = "insert into client (organization_id, id, name, email, address, currency, payment_terms_days, tax_exempt,
        status, sort_name, search_text, version, created_at, updated_at) values", 14, "";
    bulk RECURRING = "insert into recurring_invoice (organization_id, id, client_id, name, frequency, start_date, anchor_date,
        next_invoice_date, status, review_first, auto_send, prorate_first, prorate_changes, lines_minor, search_text, version,
        created_at, updated_at) values", 18, "";
    bulk LINES = "insert into recurring_line (organization_id, id, recurring_invoice_id, position, description, quantity,
        unit_price, taxable) values", 8, "";
    bulk COMPANIES = "insert into pax8_company (organization_id, id, pax8_id, name, status, client_id, mapped_by, fingerprint,
        first_seen_at, search_text) values", 10, "";
    bulk SUBSCRIPTIONS = "insert into pax8_subscription (organization_id, id, pax8_id, company_id, product_name, vendor, sku,
        quantity, billing_term, currency, price, partner_cost, status, start_date, billing_start, fingerprint, first_seen_at,
        seen_at, seen_sync_id, search_text) values", 20, "";
    bulk BILLING = "insert into subscription_billing (organization_id, subscription_pax8_id, markup_type, markup_value,
        override_price, recurring_invoice_id, linked_from, version, updated_at) values", 9, "";
}

/// Lines typed by hand, and as many subscriptions, of each recurring invoice.
const EACH: u32 = 5;
/// The column of a recurring invoice, the organization's id apart.
const REVIEW_FIRST: usize = 8;

/// Rows of one organization, without its id.
#[derive(Clone, Default)]
pub struct Estate {
    clients: Vec<Vec<Value>>,
    recurring: Vec<Vec<Value>>,
    lines: Vec<Vec<Value>>,
    companies: Vec<Vec<Value>>,
    subscriptions: Vec<Vec<Value>>,
    billing: Vec<Vec<Value>>,
}

impl Estate {
    /// So many clients, each with a company and a monthly recurring invoice that is due on a day.
    pub fn new(recurring: usize, due: Date, now: Timestamp) -> Self {
        let mut estate = Self::default();
        let sync = SyncId::new();
        for number in 0..recurring {
            estate.add(number, due, now, sync);
        }
        estate
    }

    fn add(&mut self, number: usize, due: Date, now: Timestamp, sync: SyncId) {
        let (client, recurring, company) =
            (ClientId::new(), RecurringInvoiceId::new(), CompanyId::new());
        let name = format!("Harbour Street Dental {number}");
        let lower = name.to_lowercase();
        let email = format!("accounts@client-{number}.example");
        let address = "12 Harbour Street\nPortsmouth PO1 2AB";
        self.clients.push(args![
            client, &name, email, address, "USD", 30_u32, false, "active", &lower, &lower, 1_u32,
            now, now
        ]);
        self.recurring.push(args![
            recurring,
            client,
            "Managed services",
            "monthly",
            due,
            due,
            due,
            "active",
            false,
            false,
            false,
            false,
            50_000_u32,
            "managed services",
            1_u32,
            now,
            now
        ]);
        self.companies.push(args![
            company,
            company.to_string(),
            &name,
            "Active",
            client,
            "manual",
            "",
            now,
            &lower
        ]);
        for position in 0..EACH {
            let text = format!("Managed workplace, level {position}");
            let row = args![
                RecurringLineId::new(),
                recurring,
                position,
                text,
                "10",
                "12.5",
                true
            ];
            self.lines.push(row);
            self.link(position, company, recurring, due, now, sync);
        }
    }

    /// A subscription of a company that feeds a recurring invoice: most monthly, one a year; most at a markup, one at a price
    /// of its own.
    fn link(
        &mut self,
        position: u32,
        company: CompanyId,
        recurring: RecurringInvoiceId,
        due: Date,
        now: Timestamp,
        sync: SyncId,
    ) {
        let (id, began) = (SubscriptionId::new(), due.saturating_sub(40.days()));
        let (term, price) = if position == 0 {
            ("Annual", "264")
        } else {
            ("Monthly", "22")
        };
        let product = format!("Microsoft 365 Business Premium {position}");
        let lower = product.to_lowercase();
        self.subscriptions.push(args![
            id,
            id.to_string(),
            company,
            product,
            "Microsoft",
            "CFQ7TTC0LCHC",
            "17",
            term,
            "USD",
            price,
            "18.4",
            "Active",
            began,
            began,
            "",
            now,
            now,
            sync,
            lower
        ]);
        let fixed = position == 1;
        self.billing.push(args![
            id.to_string(),
            (!fixed).then_some("percentage"),
            (!fixed).then_some("15"),
            fixed.then_some("21.9"),
            recurring,
            due,
            1_u32,
            now
        ]);
    }

    /// The same, of which nothing is issued before somebody looked.
    pub fn reviewed_first(mut self) -> Self {
        for row in &mut self.recurring {
            row[REVIEW_FIRST] = true.into_value();
        }
        self
    }

    /// Writes the rows for an organization.
    pub async fn insert(&self, app: &App, organization: OrganizationId) {
        let mut tx = app.database.write(organization).await.unwrap();
        let now = app.clock.now();
        let never = now + jiff::SignedDuration::from_hours(1_000);
        tx.execute(&CONNECT, args![now, never]).await.unwrap();
        tx.execute(&TAX, args![]).await.unwrap();
        self.insert_rows(&mut tx).await;
        tx.commit().await.unwrap();
    }

    async fn insert_rows(&self, tx: &mut OrgTx) {
        for (statement, rows) in [
            (&CLIENTS, &self.clients),
            (&RECURRING, &self.recurring),
            (&LINES, &self.lines),
            (&COMPANIES, &self.companies),
            (&SUBSCRIPTIONS, &self.subscriptions),
            (&BILLING, &self.billing),
        ] {
            tx.bulk(statement, rows.clone()).await.unwrap();
        }
    }
}
