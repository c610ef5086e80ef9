//! A subscription, with everything that decides how it is billed.

use std::collections::BTreeMap;

use billing::{BillingTerm, Cost, Schedule, SubscriptionDates, cost_of};
use jiff::{Timestamp, civil::Date};
use money::Currency;
use rust_decimal::Decimal;

use super::{BillingSettings, PriceFacts, Worth};
use crate::{
    ids::{ClientId, CompanyId, RecurringInvoiceId, SubscriptionId, SyncId},
    recurring::RecurringStatus,
};

/// Fields that came back absent and keep their last known value, with the instant at which each was last given.
pub type LastKnown = BTreeMap<String, Timestamp>;

/// A subscription as Pax8 last told it, and what was decided about it. Absent is unknown, never zero.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Its id here.
    pub id: SubscriptionId,
    /// Its id in Pax8.
    pub pax8_id: String,
    /// The company that has it.
    pub company_id: CompanyId,
    /// The company's name.
    pub company_name: Option<String>,
    /// The client that the company is mapped to.
    pub client: Option<MappedClient>,
    /// What it is a subscription to.
    pub product: Product,
    /// How many units.
    pub quantity: Option<Decimal>,
    /// What one price buys, as Pax8 wrote it.
    pub billing_term: Option<String>,
    /// How long the customer is bound. It plays no part in prices.
    pub commitment: Option<Commitment>,
    /// The currency of both prices, as Pax8 wrote it.
    pub currency: Option<String>,
    /// Pax8's `price`, per unit and term.
    pub price: Option<Decimal>,
    /// Pax8's `partnerCost`, per unit and term.
    pub partner_cost: Option<Decimal>,
    /// The status, as Pax8 wrote it.
    pub status: Option<String>,
    /// Start, billing start and end.
    pub dates: SubscriptionDates,
    /// Since when complete pulls no longer contain it.
    pub missing_since: Option<Timestamp>,
    /// Fields whose value is only the last known one.
    pub last_known: LastKnown,
    /// What a person has to look at before it is billed again.
    pub attention: Option<Attention>,
    /// What people decided.
    pub settings: BillingSettings,
    /// The recurring invoice that it feeds.
    pub recurring_invoice: Option<LinkedRecurring>,
    /// Whether a price that is paid once has been on an invoice.
    pub one_time_billed: bool,
    /// When its present values were first seen.
    pub seen_at: Timestamp,
    /// By which sync.
    pub seen_sync_id: SyncId,
}

/// The client that a company is mapped to, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedClient {
    /// The client.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// The currency it is billed in.
    pub currency: Currency,
}

/// What a subscription is a subscription to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    /// Pax8's id of the product.
    pub pax8_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// Its SKU.
    pub sku: Option<String>,
}

/// How long a customer is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// As Pax8 wrote it.
    pub term: Option<String>,
    /// Until when.
    pub end_date: Option<Date>,
}

/// The recurring invoice that a subscription feeds, as far as it matters here.
#[derive(Debug, Clone)]
pub struct LinkedRecurring {
    /// The recurring invoice.
    pub id: RecurringInvoiceId,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub client_id: ClientId,
    /// Whether it bills.
    pub status: RecurringStatus,
    /// Its periods.
    pub schedule: Schedule,
    /// The start of the period that it bills next.
    pub next_invoice_date: Date,
}

/// What a person has to look at before a linked subscription is billed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// It sits under another company than when it was linked.
    Moved,
    /// It is another product than when it was linked.
    ProductChanged,
}

impl Attention {
    /// Its name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::ProductChanged => "product_changed",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Moved, Self::ProductChanged]
            .into_iter()
            .find(|it| it.as_str() == name)
    }
}

impl Subscription {
    /// What decides its price.
    #[must_use]
    pub fn price_facts(&self) -> PriceFacts<'_> {
        PriceFacts {
            quantity: self.quantity,
            billing_term: self.billing_term.as_deref(),
            currency: self.currency.as_deref(),
            price: self.price,
            partner_cost: self.partner_cost,
        }
    }

    /// The basis of its price: the partner cost, else Pax8's price.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        cost_of(self.partner_cost, self.price)
    }

    /// What it is worth with its present settings.
    #[must_use]
    pub fn worth(&self) -> Worth {
        let currency = self.client.as_ref().map(|client| client.currency);
        Worth::of(&self.price_facts(), &self.settings.pricing, currency)
    }

    /// What one price buys.
    #[must_use]
    pub fn term(&self) -> BillingTerm {
        self.billing_term.as_deref().unwrap_or("not given").into()
    }

    /// A name to call it by: the product's, else its SKU, else Pax8's id of the subscription.
    #[must_use]
    pub fn product_name(&self) -> &str {
        let product = &self.product;
        product
            .name
            .as_deref()
            .or(product.sku.as_deref())
            .unwrap_or(&self.pax8_id)
    }

    /// Whether it is linked to a recurring invoice of another client than its company's: then it is held.
    #[must_use]
    pub fn is_linked_to_stranger(&self) -> bool {
        self.recurring_invoice.as_ref().is_some_and(|invoice| {
            self.client
                .as_ref()
                .is_none_or(|client| client.id != invoice.client_id)
        })
    }
}
