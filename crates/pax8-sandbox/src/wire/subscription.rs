//! Subscriptions, on the list and alone.

use serde_json::Value;

use super::{Kind, Row};
use crate::config::Wire;
use crate::estate::{Commitment, Product, Subscription};
use crate::seeded::derived_uuid;

/// How much of a subscription is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// A row of a list.
    Row,
    /// The single record, with the vendor's ids.
    Whole,
}

pub(crate) fn subscription(
    wire: Wire,
    subscription: &Subscription,
    product: Option<&Product>,
    detail: Detail,
) -> Value {
    let mut row = Row::of(wire, &subscription.id);
    row.put("id", subscription.id.as_str());
    row.put("companyId", subscription.company_id.as_str());
    row.put("productId", subscription.product_id.as_str());
    row.maybe(
        "parentSubscriptionId",
        subscription.parent_id.as_deref(),
        Kind::Other,
    );
    row.number("quantity", subscription.quantity);
    row.day("startDate", Some(subscription.start));
    row.day("endDate", subscription.end);
    row.instant("createdDate", Some(subscription.created));
    row.instant("updatedDate", subscription.updated);
    row.put("billingStart", subscription.billing_start.to_string());
    row.put("status", subscription.status.as_str());
    row.number("price", subscription.price);
    row.number("partnerCost", subscription.partner_cost);
    row.text("currencyCode", subscription.currency.as_deref());
    row.put("billingTerm", billing_term(&row, subscription));
    commitment(&mut row, wire, subscription.commitment.as_ref());
    if let Some(product) = product {
        // New on the wire, so clients must not rely on it.
        if detail == Detail::Whole || !row.habit("productName", 4) {
            row.put("productName", product.name.as_str());
        }
        if detail == Detail::Whole && product.vendor == "Microsoft" {
            let own = subscription.id.as_str();
            row.put(
                "vendorSubscriptionId",
                derived_uuid("vendor subscription", own),
            );
            row.put("vendorSkuId", derived_uuid("vendor sku", &product.id));
        }
    }
    row.done()
}

/// One-Time is sometimes spelt like on order lines.
fn billing_term(row: &Row<'_>, subscription: &Subscription) -> String {
    let term = subscription.billing_term.as_str();
    if term == "One-Time" && row.habit("one-time spelling", 6) {
        "1-Time"
    } else {
        term
    }
    .to_owned()
}

/// `commitmentTerm` as published, `commitment` as met.
fn commitment(row: &mut Row<'_>, wire: Wire, commitment: Option<&Commitment>) {
    let name = if wire == Wire::Spec {
        "commitmentTerm"
    } else {
        "commitment"
    };
    let value = commitment.map(|commitment| {
        let mut inner = Row::of(wire, &commitment.id);
        inner.put("id", commitment.id.as_str());
        inner.put("term", commitment.term.as_str());
        inner.day("endDate", commitment.end);
        inner.done()
    });
    row.maybe(name, value, Kind::Other);
}
