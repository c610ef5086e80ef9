//! Subscriptions: what a company has, how many, and at what price.

use rust_decimal::Decimal;

use super::Row;
use crate::wire::{Day, Fields, Moment, Value, Warning};

/// A subscription (`GET /v1/subscriptions`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Pax8's id.
    pub id: String,
    /// The subscription that this one adds to.
    pub parent_subscription_id: Option<String>,
    /// The company that has it.
    pub company_id: Option<String>,
    /// The product. It may change during a subscription's life.
    pub product_id: Option<String>,
    /// The product's name; absent from older answers.
    pub product_name: Option<String>,
    /// The vendor's id of the subscription; only given for a single subscription.
    pub vendor_subscription_id: Option<String>,
    /// The vendor's SKU id; only given for a single subscription.
    pub vendor_sku_id: Option<String>,
    /// Units. Zero is a quantity; `None` is unknown.
    pub quantity: Option<Decimal>,
    /// When it starts, maybe in the future.
    pub start_date: Option<Moment>,
    /// When it ends or ended, if an end is set.
    pub end_date: Option<Moment>,
    /// When it was created in Pax8.
    pub created_date: Option<Moment>,
    /// When Pax8 last changed it; absent before the first change.
    pub updated_date: Option<Moment>,
    /// The first day that is billed.
    pub billing_start: Option<Day>,
    /// `Active`, `Cancelled`, `PendingManual` and so on, or something new.
    pub status: Option<String>,
    /// The customer's price per unit and billing term. Zero is a price.
    pub price: Option<Decimal>,
    /// The partner's cost per unit and billing term. Zero is a cost.
    pub partner_cost: Option<Decimal>,
    /// ISO 4217, for both amounts.
    pub currency_code: Option<String>,
    /// `Monthly`, `Annual`, `2-Year` and so on, or something new.
    pub billing_term: Option<String>,
    /// The commitment, if there is one.
    pub commitment: Option<Commitment>,
    /// Fields that could not be understood.
    pub warnings: Vec<Warning>,
}

/// How long a subscription is committed to. It says nothing of how it is billed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commitment {
    /// Pax8's id of the commitment.
    pub id: Option<String>,
    /// `Monthly`, `1-Year` and so on, or something new.
    pub term: Option<String>,
    /// When it ends and renews.
    pub end_date: Option<Moment>,
}

impl Row for Subscription {
    const NAME: &'static str = "subscription";

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(Self {
            id: fields.text("id")?,
            parent_subscription_id: fields.text("parentSubscriptionId"),
            company_id: fields.text("companyId"),
            product_id: fields.text("productId"),
            product_name: fields.text("productName"),
            vendor_subscription_id: fields.text("vendorSubscriptionId"),
            vendor_sku_id: fields.text("vendorSkuId"),
            quantity: fields.decimal("quantity"),
            start_date: fields.moment("startDate"),
            end_date: fields.moment("endDate"),
            created_date: fields.moment("createdDate"),
            updated_date: fields.moment("updatedDate"),
            billing_start: fields.day("billingStart"),
            status: fields.text("status"),
            price: fields.decimal("price"),
            partner_cost: fields.decimal("partnerCost"),
            currency_code: fields.text("currencyCode"),
            billing_term: fields.text("billingTerm"),
            commitment: Commitment::read(&mut fields),
            warnings: fields.into_warnings(),
        })
    }

    fn key(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn is_foreign_to(&self, company_id: &str) -> bool {
        self.company_id
            .as_ref()
            .is_some_and(|own| !own.eq_ignore_ascii_case(company_id))
    }
}

impl Commitment {
    /// Pax8 documents `commitmentTerm` and sends `commitment`.
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let name = ["commitment", "commitmentTerm"]
            .into_iter()
            .find(|name| fields.value(name).is_some())?;
        if let Some(Value::Text(term)) = fields.value(name) {
            return Some(Self {
                term: Some(term.trim().to_owned()),
                ..Self::default()
            });
        }
        let group = fields.group(name)?;
        let commitment = Self {
            id: fields.text_in(&group, "id", "commitment.id"),
            term: fields.text_in(&group, "term", "commitment.term"),
            end_date: fields.moment_in(&group, "endDate", "commitment.endDate"),
        };
        (commitment != Self::default()).then_some(commitment)
    }
}
