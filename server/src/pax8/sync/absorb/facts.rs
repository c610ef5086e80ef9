//! What Pax8 says about a record, as it is stored and compared.

use ::pax8::{Company, Moment, Subscription, Warning};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::pax8::sync::store::products::Product;

/// What Pax8 says about a company. A reference or website that is absent was taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(in crate::pax8::sync) struct CompanyFacts {
    pub name: Option<String>,
    pub status: Option<String>,
    pub external_id: Option<String>,
    pub website: Option<String>,
}

/// What Pax8 says about a subscription, with what is known of its product. Dates are those that Pax8 wrote down,
/// whatever time and offset it wrote behind them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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

impl SubscriptionFacts {
    /// What the row says, completed by what is known of its product. The row's own name of it is the fresher one.
    pub(super) fn new(row: &Subscription, product: Option<&Product>) -> Self {
        let commitment = row.commitment.as_ref();
        let date = |moment: Option<&Moment>| moment.map(Moment::date);
        let of_product =
            |pick: fn(&Product) -> &Option<String>| product.and_then(|it| pick(it).clone());
        Self {
            parent_id: row.parent_subscription_id.clone(),
            product_id: row.product_id.clone(),
            product_name: row
                .product_name
                .clone()
                .or_else(|| of_product(|it| &it.name)),
            vendor: of_product(|it| &it.vendor),
            sku: of_product(|it| &it.sku),
            currency: row.currency_code.clone(),
            billing_term: row.billing_term.clone(),
            // 10.5 and 10.50 are one price.
            quantity: row.quantity.map(|it| it.normalize()),
            price: row.price.map(|it| it.normalize()),
            partner_cost: row.partner_cost.map(|it| it.normalize()),
            commitment_term: commitment.and_then(|it| it.term.clone()),
            commitment_end: date(commitment.and_then(|it| it.end_date.as_ref())),
            start_date: date(row.start_date.as_ref()),
            billing_start: row.billing_start.as_ref().map(::pax8::Day::date),
            end_date: date(row.end_date.as_ref()),
            status: row.status.clone(),
        }
    }
}

/// The fields of a row that say something which could not be understood, by their names here. Such a field was not taken
/// away, though it is as empty as one that was.
pub(super) fn unreadable(warnings: &[Warning]) -> Vec<&'static str> {
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

/// A text that differs when what Pax8 says differs. Kept with each row, so that a sync need not read whole rows to see
/// that nothing changed.
pub(super) fn fingerprint(
    facts: &impl Serialize,
    company: &str,
    unreadable: &[&str],
) -> Result<String, serde_json::Error> {
    use std::fmt::Write as _;
    let mut digest = Sha256::new();
    digest.update(company.as_bytes());
    digest.update([0]);
    digest.update(serde_json::to_vec(facts)?);
    for field in unreadable {
        digest.update([0]);
        digest.update(field.as_bytes());
    }
    let mut text = String::with_capacity(32);
    for byte in &digest.finalize()[..16] {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d7_a_field_that_cannot_be_read_differs_from_one_that_is_absent() {
        let facts = SubscriptionFacts::default();
        let absent = fingerprint(&facts, "c", &[]).unwrap();
        assert_eq!(fingerprint(&facts, "c", &[]).unwrap(), absent);
        assert_ne!(fingerprint(&facts, "c", &["end_date"]).unwrap(), absent);
    }
}
