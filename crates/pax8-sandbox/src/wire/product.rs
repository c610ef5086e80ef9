//! Products, their prices, and what belongs to ordering them.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Row, number};
use crate::config::Wire;
use crate::estate::Product;
use crate::generate::retail;
use crate::seeded::derived_uuid;

/// A product; `detail` adds what only the single record has.
pub(crate) fn product(wire: Wire, product: &Product, detail: bool) -> Value {
    let mut row = Row::of(wire, &product.id);
    row.put("id", product.id.as_str());
    row.put("name", product.name.as_str());
    row.put("vendorName", product.vendor.as_str());
    row.put("sku", product.sku.as_str());
    row.text("vendorSku", product.vendor_sku.as_deref());
    row.text("shortDescription", product.short_description.as_deref());
    row.put("requiresCommitment", product.requires_commitment);
    if product.vendor == "Microsoft" && product.requires_commitment {
        row.put("altVendorSku", derived_uuid("legacy sku", &product.id));
    }
    if detail {
        let long = product
            .short_description
            .as_deref()
            .map(|text| format!("{text}. ").repeat(20));
        row.text("description", long.as_deref());
    }
    row.done()
}

/// Billing term, commitment with its months, months the price is for.
type Plan = (&'static str, Option<(&'static str, i64)>, i64);

/// The plans a product is sold in.
pub(crate) fn pricing(wire: Wire, product: &Product) -> Value {
    let plans: &[Plan] = if product.requires_commitment {
        &[
            ("Monthly", Some(("1-Year", 12)), 1),
            ("Annual", Some(("1-Year", 12)), 12),
            ("3-Year", Some(("3-Year", 36)), 36),
        ]
    } else {
        &[("Monthly", None, 1)]
    };
    plans
        .iter()
        .map(|(term, commitment, months)| plan(wire, product, term, *commitment, *months))
        .collect()
}

fn plan(
    wire: Wire,
    product: &Product,
    term: &str,
    commitment: Option<(&str, i64)>,
    months: i64,
) -> Value {
    let cost = product.monthly_cost * Decimal::from(months);
    let charge = if wire == Wire::Spec {
        "Per Unit"
    } else {
        "per_unit"
    };
    let mut rate = Row::of(Wire::Spec, &product.id);
    rate.put("partnerBuyRate", number(cost));
    rate.put("suggestedRetailPrice", number(retail(cost)));
    rate.put("startQuantityRange", 0);
    rate.put("chargeType", charge);
    if wire == Wire::Live {
        rate.put("endQuantityRange", Value::Null);
    }
    let mut row = Row::of(wire, &product.id);
    row.put("productId", product.id.as_str());
    row.put("productName", product.name.as_str());
    row.put("billingTerm", term);
    if let Some((commitment, in_months)) = commitment {
        row.put("commitmentTerm", commitment);
        row.put("commitmentTermInMonths", in_months);
    }
    row.put("type", "Flat");
    row.put(
        "unitOfMeasurement",
        if product.by_usage { "Each" } else { "User" },
    );
    row.put("rates", vec![rate.done()]);
    row.done()
}

pub(crate) fn provision_details(product: &Product) -> Value {
    if product.vendor != "Microsoft" {
        return json!([]);
    }
    json!([
        {"label": "Domain prefix", "key": "domainPrefix", "description": "Before .onmicrosoft.com",
         "valueType": "Input"},
        {"label": "Customer agreement", "key": "customerAgreement",
         "valueType": "Single-Value", "possibleValues": ["Accepted", "Pending"]},
    ])
}

pub(crate) fn dependencies(product: &Product) -> Value {
    let commitment = |term: &str| {
        json!({
            "id": derived_uuid(term, &product.id), "term": term, "autoRenew": true,
            "renewalWindowDaysBeforeTermEnd": 30, "renewalWindowDaysAfterTermEnd": 7,
            "allowForQuantityIncrease": true, "allowForQuantityDecrease": false,
            "allowForEarlyCancellation": false, "cancellationFeeApplied": true,
            "isTransferable": false,
        })
    };
    let terms: &[&str] = if product.requires_commitment {
        &["1-Year", "3-Year"]
    } else {
        &[]
    };
    let commitments: Vec<_> = terms.iter().map(|term| commitment(term)).collect();
    json!({"commitmentDependencies": commitments, "productDependencies": []})
}
