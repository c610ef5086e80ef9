//! Invoices from Pax8 to the partner, their items, and usage.

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;

use super::{Kind, Row, number};
use crate::config::Wire;
use crate::estate::{Company, Product, Subscription};
use crate::seeded::{choice, derived_uuid};

/// One invoice: a month and a currency.
#[derive(Clone)]
pub(crate) struct InvoiceRow {
    pub(crate) id: String,
    pub(crate) date: Date,
    pub(crate) due: Date,
    pub(crate) currency: String,
    pub(crate) total: Decimal,
    pub(crate) balance: Decimal,
    pub(crate) status: &'static str,
}

/// One item: a subscription in the month of its invoice.
pub(crate) struct ItemRow {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) first_day: Date,
    pub(crate) last_day: Date,
    pub(crate) subscription: Arc<Subscription>,
    pub(crate) company: Option<Arc<Company>>,
    pub(crate) product: Option<Arc<Product>>,
}

impl ItemRow {
    fn quantity(&self) -> Decimal {
        self.subscription.quantity.unwrap_or_default()
    }

    fn cost(&self) -> Decimal {
        self.subscription
            .partner_cost
            .or(self.subscription.price)
            .unwrap_or_default()
    }

    pub(crate) fn cost_total(&self) -> Decimal {
        (self.cost() * self.quantity()).round_dp(2)
    }
}

pub(crate) fn invoice(wire: Wire, invoice: &InvoiceRow) -> Value {
    let mut row = Row::of(wire, &invoice.id);
    row.put("id", invoice.id.as_str());
    row.put("invoiceDate", invoice.date.to_string());
    row.put("dueDate", invoice.due.to_string());
    row.put("balance", number(invoice.balance));
    row.put("carriedBalance", 0);
    row.put("total", number(invoice.total));
    row.put("currencyCode", invoice.currency.as_str());
    row.put("partnerName", "Sandbox Partner");
    // Not in the published schema, but in every answer.
    row.put("status", invoice.status);
    row.done()
}

pub(crate) fn invoice_item(wire: Wire, item: &ItemRow) -> Value {
    let subscription = &item.subscription;
    let price = subscription.price.unwrap_or_default();
    let total = (price * item.quantity()).round_dp(2);
    let mut row = Row::of(wire, &item.id);
    row.put("id", item.id.as_str());
    row.put("type", item.kind);
    row.put("companyId", subscription.company_id.as_str());
    row.put("startPeriod", item.first_day.to_string());
    row.put("endPeriod", item.last_day.to_string());
    row.put("quantity", number(item.quantity()));
    row.put("unitOfMeasure", "User");
    row.put("term", term(&subscription.billing_term));
    row.put("rateType", if wire == Wire::Spec { "flat" } else { "Flat" });
    row.put("chargeType", "per");
    row.put("price", number(price));
    row.put("subTotal", number(total));
    row.put("cost", number(item.cost()));
    row.put("costTotal", number(item.cost_total()));
    row.put("offeredBy", "Pax8");
    row.put("billedByPax8", false);
    row.put("total", number(total));
    row.put("billingFee", 0);
    row.put("billingFeeRate", 0);
    row.put("amountDue", number(item.cost_total()));
    row.put("salesTax", 0);
    row.put("productId", subscription.product_id.as_str());
    row.put("subscriptionId", subscription.id.as_str());
    row.text("currencyCode", subscription.currency.as_deref());
    row.maybe("purchaseOrderNumber", None::<Value>, Kind::Text);
    if let Some(company) = &item.company {
        row.put("companyName", company.name.as_str());
        row.text("externalId", company.external_id.as_deref());
    }
    if let Some(product) = &item.product {
        row.put("sku", product.sku.as_str());
        row.put("description", product.name.as_str());
        row.put("productName", product.name.as_str());
        row.put("vendorName", product.vendor.as_str());
    }
    row.done()
}

/// Invoices spell terms with a space.
fn term(billing_term: &str) -> &str {
    match billing_term {
        "2-Year" => "2 Year",
        "3-Year" => "3 Year",
        other => other,
    }
}

/// One summary: a subscription and a resource group in the present month.
pub(crate) struct UsageRow {
    pub(crate) id: String,
    pub(crate) resource_group: String,
    pub(crate) subscription: Arc<Subscription>,
    pub(crate) product: Arc<Product>,
}

impl UsageRow {
    pub(crate) fn charges(&self) -> Decimal {
        self.units() * self.unit_price()
    }

    pub(crate) fn partner_total(&self) -> Decimal {
        (self.charges() * Decimal::new(85, 2)).normalize()
    }

    fn units(&self) -> Decimal {
        Decimal::from(1 + choice(&self.id, "units", 5_000))
    }

    fn unit_price(&self) -> Decimal {
        Decimal::from(1 + choice(&self.id, "unit price", 900)) / Decimal::from(1_000)
    }
}

/// A summary; asked through the subscription, the live wire forgets the company.
pub(crate) fn usage_summary(wire: Wire, usage: &UsageRow, through_subscription: bool) -> Value {
    let mut row = Row::of(wire, &usage.id);
    row.put("id", usage.id.as_str());
    if wire == Wire::Spec || !through_subscription {
        row.put("companyId", usage.subscription.company_id.as_str());
    }
    row.put("productId", usage.product.id.as_str());
    row.put("subscriptionId", usage.subscription.id.as_str());
    row.put("resourceGroup", usage.resource_group.as_str());
    row.put("vendorName", usage.product.vendor.as_str());
    row.put("currentCharges", number(usage.charges()));
    row.text("currencyCode", usage.subscription.currency.as_deref());
    row.put("partnerTotal", number(usage.partner_total()));
    row.put("isTrial", usage.subscription.billing_term == "Trial");
    row.done()
}

/// Line `index` of a day: a quarter of the summary.
pub(crate) fn usage_line(wire: Wire, usage: &UsageRow, day: Date, index: usize) -> Value {
    let quarter = Decimal::from(4);
    let line = derived_uuid("usage line", &format!("{} {day} {index}", usage.id));
    let mut row = Row::of(wire, &line);
    row.put("usageSummaryId", usage.id.as_str());
    row.put("usageDate", day.to_string());
    row.put("productName", usage.product.name.as_str());
    row.put("productId", usage.product.id.as_str());
    row.put("unitOfMeasure", "Each");
    row.put("quantity", number(usage.units() / quarter));
    row.put("unitPrice", number(usage.unit_price()));
    row.put("currentCharges", number(usage.charges() / quarter));
    row.put("partnerTotal", number(usage.partner_total() / quarter));
    row.put(
        "currentProfit",
        number((usage.charges() - usage.partner_total()) / quarter),
    );
    row.text("currencyCode", usage.subscription.currency.as_deref());
    row.put("isTrial", usage.subscription.billing_term == "Trial");
    row.done()
}
