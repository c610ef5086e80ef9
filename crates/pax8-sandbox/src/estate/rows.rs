//! The records as the sandbox keeps them: typed, without any wire habit.
//! `None` is a field without a value.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

/// A company of the partner.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Company {
    /// A UUID in lower case.
    pub id: String,
    /// Free text, hostile content included.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// With or without a country code.
    pub phone: Option<String>,
    /// With or without a scheme.
    pub website: Option<String>,
    /// The partner's own reference.
    pub external_id: Option<String>,
    /// Whether Pax8 bills the end customer.
    pub bill_on_behalf_of_enabled: bool,
    /// `None` for old records.
    pub self_service_allowed: Option<bool>,
    /// Whether orders wait for approval.
    pub order_approval_required: bool,
    /// `Active`, `Inactive`, `Deleted` or anything else.
    pub status: String,
    /// The last change, if there was one.
    pub updated: Option<Timestamp>,
}

/// A postal address; each part may be empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Address {
    /// The first line.
    pub street: String,
    /// The second line.
    pub street2: String,
    /// The town.
    pub city: String,
    /// A code or a name.
    pub state_or_province: String,
    /// The post code as text.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// A product of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Product {
    /// A UUID in lower case.
    pub id: String,
    /// The marketing name.
    pub name: String,
    /// The vendor as flat text.
    pub vendor: String,
    /// Pax8's own SKU.
    pub sku: String,
    /// The vendor's SKU; Microsoft has three shapes.
    pub vendor_sku: Option<String>,
    /// One sentence, or nothing.
    pub short_description: Option<String>,
    /// Whether it is sold only with a commitment.
    pub requires_commitment: bool,
    /// Whether it is billed by use, in arrears.
    pub by_usage: bool,
    /// What the partner pays for one unit and month.
    pub monthly_cost: Decimal,
}

/// A subscription: what one company holds of one product.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subscription {
    /// A UUID in lower case.
    pub id: String,
    /// The subscription this one is an add-on of.
    pub parent_id: Option<String>,
    /// The company that holds it.
    pub company_id: String,
    /// The product it is of.
    pub product_id: String,
    /// Seats or units; `None` is left out of the answer.
    pub quantity: Option<Decimal>,
    /// The first day.
    pub start: Date,
    /// The last day, where one is known.
    pub end: Option<Date>,
    /// When the record was made.
    pub created: Timestamp,
    /// The last change, if there was one.
    pub updated: Option<Timestamp>,
    /// The first day that is billed.
    pub billing_start: Date,
    /// One of Pax8's statuses, or anything else.
    pub status: String,
    /// What the customer pays per unit and billing term.
    pub price: Option<Decimal>,
    /// What the partner pays per unit and billing term.
    pub partner_cost: Option<Decimal>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// One of Pax8's billing terms, or anything else.
    pub billing_term: String,
    /// The commitment, where there is one.
    pub commitment: Option<Commitment>,
}

/// How long a subscription is bound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Commitment {
    /// A UUID in lower case.
    pub id: String,
    /// `Monthly`, `1-Year`, `2-Year`, `3-Year` or anything else.
    pub term: String,
    /// The day of renewal.
    pub end: Option<Date>,
}

/// A record with an id of its own.
pub(crate) trait Record {
    fn id(&self) -> &str;
}

impl Record for Company {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Record for Product {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Record for Subscription {
    fn id(&self) -> &str {
        &self.id
    }
}
