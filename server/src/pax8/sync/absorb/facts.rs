//! What Pax8 says about a record, as it is stored and compared.

use ::pax8::{Company, Moment, Subscription, Warning};
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::pax8::sync::store::products::Product;

/// What Pax8 says about a company. A reference or website that is absent was taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(in crate::pax8::sync) struct CompanyFacts {
    pub name: Option<String>,
    pub status: Option<String>,
    pub external_id: Option<String>,
    pub website: Option<String>,
}

/// What Pax8 says about a subscription, with what is known of its product. Dates are those that Pax8 wrote down,
/// whatever time and offset it wrote behind them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(in crate::pax8::sync) struct SubscriptionFacts {
    pub parent_id: Option<String>,
    pub product_id: Option<String>,
    pub product_name: Option<String>,
    pub vendor: Option<String>,
    pub sku: Option<String>,
    pub currency: Option<String>,
    pub billing_term: Option<String>,
    pub quantity: Option<Decimal>,
    pub price: Option<Decimal>,
    pub partner_cost: Option<Decimal>,
    pub commitment_term: Option<String>,
    pub commitment_end: Option<Date>,
    pub start_date: Option<Date>,
    pub billing_start: Option<Date>,
    pub end_date: Option<Date>,
    pub status: Option<String>,
}

impl From<&Company> for CompanyFacts {
    fn from(company: &Company) -> Self {
        Self {
            name: company.name.clone(),
            status: company.status.clone(),
            external_id: company.external_id.clone(),
            website: company.website.clone(),
        }
    }
}

impl From<Subscription> for SubscriptionFacts {
    /// What the row says; the rest of its product is not known yet.
    fn from(row: Subscription) -> Self {
        let commitment = row.commitment.unwrap_or_default();
        let date = |moment: Option<Moment>| moment.map(|it| it.date());
        Self {
            parent_id: row.parent_subscription_id,
            product_id: row.product_id,
            product_name: row.product_name,
            vendor: None,
            sku: None,
            currency: row.currency_code,
            billing_term: row.billing_term,
            // 10.5 and 10.50 are one price.
            quantity: row.quantity.map(|it| it.normalize()),
            price: row.price.map(|it| it.normalize()),
            partner_cost: row.partner_cost.map(|it| it.normalize()),
            commitment_term: commitment.term,
            commitment_end: date(commitment.end_date),
            start_date: date(row.start_date),
            billing_start: row.billing_start.map(|it| it.date()),
            end_date: date(row.end_date),
            status: row.status,
        }
    }
}

impl SubscriptionFacts {
    /// Adds what is known of its product. The row's own name of it is the fresher one.
    pub(in crate::pax8::sync) fn complete(&mut self, product: &Product) {
        if self.product_name.is_none() {
            self.product_name.clone_from(&product.name);
        }
        self.vendor.clone_from(&product.vendor);
        self.sku.clone_from(&product.sku);
    }
}

/// The fields of a row that say something which could not be understood, by their names here. Such a field was not taken
/// away, though it is as empty as one that was.
pub(in crate::pax8::sync) fn unreadable(warnings: &[Warning]) -> Vec<&'static str> {
    let fields = warnings.iter().flat_map(|it| match it.field {
        "endDate" => &["end_date"][..],
        "commitment.endDate" => &["commitment_end"],
        "commitment.term" => &["commitment_term"],
        "commitment" | "commitmentTerm" => &["commitment_term", "commitment_end"],
        "parentSubscriptionId" => &["parent_id"],
        "externalId" => &["external_id"],
        "website" => &["website"],
        _ => &[],
    });
    fields.copied().collect()
}
