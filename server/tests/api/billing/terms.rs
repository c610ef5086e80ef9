//! Each term of a subscription is charged once, whatever changes between two invoices.

use ascent::{
    ids::{RecurringInvoiceId, SubscriptionId},
    recurring::RecurringDetails,
};
use serde_json::{Value, json};

use super::books::{Books, Linked, monthly, texts};
use crate::world::on_each_engine;

/// A recurring invoice without lines of its own, from the first of January on.
fn bare() -> RecurringDetails {
    RecurringDetails {
        lines: Vec::new(),
        start_date: "2026-01-01".to_owned(),
        ..monthly()
    }
}

/// A year for 1,200.00.
fn yearly(charge: &'static str) -> Linked {
    Linked {
        term: "Annual",
        quantity: Some("1"),
        override_price: Some("1200.00"),
        charge,
        ..Linked::default()
    }
}

impl Books<'_> {
    /// Billing runs on the first of these months of 2026, with fresh data.
    pub async fn bill_months(&self, months: std::ops::RangeInclusive<u8>) {
        for month in months {
            let now = format!("2026-{month:02}-01T12:00:00Z");
            self.world.set_now(&now);
            self.pulled_at(now.parse().unwrap()).await;
            self.run(&now[..10]).await;
        }
    }

    /// Configures billing as a person does.
    async fn configure(&self, id: SubscriptionId, recurring: RecurringInvoiceId, charge: &str) {
        let path = format!("/api/v1/integrations/pax8/subscriptions/{id}/billing");
        let settings = json!({ "override_price": "1200.00", "recurring_invoice_id": recurring, "charge": charge });
        self.world
            .set_feature(self.organization, "pax8Integration", true)
            .await;
        self.organization.owner.put(&path, settings).await.json(200);
    }

    async fn amounts(&self) -> Vec<String> {
        let invoices = self.invoices().await;
        let lines = invoices
            .iter()
            .flat_map(|it| it["lines"].as_array().unwrap().clone());
        texts(&lines.collect::<Vec<Value>>(), "/amount")
    }
}

#[tokio::test]
async fn d21_spreading_what_was_charged_on_renewal_charges_nothing_more() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        world.set_now("2026-01-01T12:00:00Z");
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let id = books.link(&recurring, yearly("on_renewal")).await;
        books.bill_months(1..=1).await;
        books.configure(id, recurring.id, "spread").await;
        let dry = books.dry_run("2026-12-31").await;
        assert_eq!((dry.created, dry.skipped), (0, 11));
        books.bill_months(2..=12).await;
        assert_eq!(books.amounts().await, ["1200.00"]);
    })
    .await;
}

#[tokio::test]
async fn d21_charging_on_renewal_what_was_spread_charges_the_rest_at_once() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        world.set_now("2026-01-01T12:00:00Z");
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let id = books.link(&recurring, yearly("spread")).await;
        books.bill_months(1..=6).await;
        books.configure(id, recurring.id, "on_renewal").await;
        books.bill_months(7..=9).await;
        let mut expected = vec!["100.00"; 6];
        expected.push("600.00");
        assert_eq!(books.amounts().await, expected);
    })
    .await;
}

#[tokio::test]
async fn d21_a_link_moved_to_another_invoice_with_an_earlier_date_repeats_nothing() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        world.set_now("2026-01-01T12:00:00Z");
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let year = books.link(&recurring, yearly("on_renewal")).await;
        let month = Linked {
            override_price: Some("1200.00"),
            quantity: Some("1"),
            ..Linked::default()
        };
        let month = books.link(&recurring, month).await;
        books.bill_months(1..=1).await;
        let backdated = RecurringDetails {
            start_date: "2026-01-15".to_owned(),
            ..bare()
        };
        let other = books.recurring(&client, backdated).await;
        books.configure(year, other.id, "on_renewal").await;
        books.configure(month, other.id, "spread").await;
        books.bill_months(2..=3).await;
        // January is paid; the invoice of 15 February charges February, and the year is paid.
        assert_eq!(books.amounts().await, ["1200.00", "1200.00", "1200.00"]);
        let skipped = &books.dry_run("2026-03-15").await.invoices;
        assert_eq!(skipped.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn d23_a_term_that_began_in_a_pause_is_charged_when_billing_goes_on() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        world.set_now("2026-01-01T12:00:00Z");
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let later = Linked {
            start: "2026-03-10",
            ..yearly("on_renewal")
        };
        books.link(&recurring, later).await;
        books.bill_months(1..=2).await;
        let path = format!("/api/v1/recurring-invoices/{}", recurring.id);
        let owner = &world.ours.owner;
        owner
            .post(&format!("{path}/pause"), json!({}))
            .await
            .json(200);
        world.set_now("2026-05-15T12:00:00Z");
        owner
            .post(&format!("{path}/resume"), json!({}))
            .await
            .json(200);
        books.bill_months(6..=7).await;
        assert_eq!(books.amounts().await, ["1200.00"]);
    })
    .await;
}

#[tokio::test]
async fn d21_a_share_that_became_void_comes_with_the_rest_of_its_term() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        world.set_now("2026-01-01T12:00:00Z");
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        books.link(&recurring, yearly("spread")).await;
        books.bill_months(1..=6).await;
        let id = books.invoices().await[5]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/invoices/{id}/void");
        world.ours.owner.post(&path, json!({})).await.json(200);
        books.bill_months(7..=12).await;
        let invoices = books.invoices().await;
        let valid = invoices.iter().filter(|it| it["status"] != "void");
        let totals = texts(&valid.cloned().collect::<Vec<_>>(), "/total");
        let cents = totals
            .iter()
            .map(|it| it.replace('.', "").parse::<i64>().unwrap());
        assert_eq!(cents.sum::<i64>(), 120_000);
        assert_eq!(totals[5], "116.67");
    })
    .await;
}
