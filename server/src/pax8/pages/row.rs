//! One subscription as a row of the table.

use billing::{BillingTerm, CostBasis, Markup};
use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::Decimal;

use super::parts::{Badge, Mark, counted};
use crate::{
    http::filters,
    pax8::subscriptions::{Subscription, Worth},
};

/// A row of the table; what is not known is none, never zero.
pub(super) struct Row {
    pub id: String,
    pub product: String,
    pub sku: Option<String>,
    pub vendor: Option<String>,
    pub quantity: Option<String>,
    /// The day on which Pax8 last gave the quantity, if it no longer does.
    pub quantity_last_known: Option<String>,
    pub cost: Option<String>,
    pub cost_last_known: Option<String>,
    pub retail: bool,
    /// What one price buys, where that is not a month.
    pub per: Option<String>,
    pub markup: Option<String>,
    pub bill_price: Option<String>,
    pub overridden: bool,
    pub below_cost: Option<Mark>,
    /// The name of the recurring invoice.
    pub invoice: Option<String>,
    pub held: Option<Mark>,
    pub status: Badge,
}

impl Row {
    /// A row; `hold` says why billing holds the subscription.
    pub(super) fn new(subscription: &Subscription, hold: Option<String>, zone: &TimeZone) -> Self {
        let worth = subscription.worth();
        let cost = subscription.cost();
        let settings = &subscription.settings.pricing;
        let currency = subscription.currency.as_deref();
        let id = subscription.id.to_string();
        let last_known = |field: &str| {
            let at = subscription.last_known.get(field);
            at.map(|at| day_of(*at, zone))
        };
        Self {
            product: subscription.product_name().to_owned(),
            sku: subscription
                .product
                .sku
                .clone()
                .filter(|sku| sku != subscription.product_name()),
            vendor: subscription.product.vendor.clone(),
            quantity: subscription.quantity.as_ref().map(filters::quantity),
            quantity_last_known: last_known("quantity"),
            cost: cost
                .as_ref()
                .map(|cost| filters::price(&cost.amount, currency)),
            cost_last_known: last_known("partner_cost").or_else(|| last_known("price")),
            retail: cost.is_some_and(|cost| cost.basis == CostBasis::Retail),
            per: per(&subscription.term()),
            markup: settings
                .markup
                .as_ref()
                .map(|markup| markup_text(markup, currency_of(subscription))),
            bill_price: worth.bill_price.map(|price| {
                filters::price(&price.unit.value(), Some(price.unit.currency().code()))
            }),
            overridden: settings.override_price.is_some(),
            below_cost: below_cost(subscription, &worth).map(|text| Mark {
                id: format!("below-{id}"),
                label: "Below cost",
                title: "Sold below cost.",
                text,
                bad: true,
            }),
            invoice: subscription
                .recurring_invoice
                .as_ref()
                .map(|invoice| invoice.name.clone()),
            held: hold.map(|text| Mark {
                id: format!("held-{id}"),
                label: "Held",
                title: "Held for a decision.",
                text: format!("{text} Until then the next invoice waits as a draft."),
                bad: false,
            }),
            status: Badge::status(subscription.status.as_deref()),
            id,
        }
    }
}

/// A day, in the organization's zone.
pub(super) fn day_of(instant: Timestamp, zone: &TimeZone) -> String {
    filters::day(&instant.to_zoned_datetime(zone.clone()).date())
}

/// The currency in which a subscription is priced: the client's, else Pax8's.
pub(super) fn currency_of(subscription: &Subscription) -> Option<&str> {
    let client = subscription.client.as_ref();
    client
        .map(|client| client.currency.code())
        .or(subscription.currency.as_deref())
}

/// A markup in words: `20%`, `+ $5.00`.
pub(super) fn markup_text(markup: &Markup, currency: Option<&str>) -> String {
    match markup {
        Markup::Percentage(percent) => format!("{}%", filters::quantity(percent)),
        Markup::Fixed(amount) => format!("+ {}", filters::price(amount, currency)),
    }
}

/// What one price buys, after a slash; nothing for a month.
pub(super) fn per(term: &BillingTerm) -> Option<String> {
    match term {
        BillingTerm::Monthly => None,
        BillingTerm::Annual => Some("/ year".to_owned()),
        BillingTerm::TwoYear => Some("/ 2 years".to_owned()),
        BillingTerm::ThreeYear => Some("/ 3 years".to_owned()),
        BillingTerm::OneTime | BillingTerm::Activation => Some("once".to_owned()),
        other => Some(other.to_string()),
    }
}

/// How much a price is below the cost, and what that loses a month.
pub(super) fn below_cost(subscription: &Subscription, worth: &Worth) -> Option<String> {
    let price = worth.bill_price.filter(|price| price.below_cost)?;
    let cost = subscription.cost()?;
    let currency = Some(price.unit.currency().code());
    let under = (cost.amount - price.unit.value()).max(Decimal::ZERO);
    let mut text = format!(
        "The bill price is {} a unit under your cost",
        filters::price(&under, currency)
    );
    let lost = worth
        .monthly_margin()
        .and_then(|margin| margin.checked_neg().ok());
    if let (Some(lost), Some(quantity)) = (lost, subscription.quantity) {
        let units = if quantity == Decimal::ONE {
            counted(1_u32, "unit", "units")
        } else {
            format!("{} units", filters::quantity(&quantity))
        };
        text.push_str(&format!(
            ", which loses {} a month over {units}",
            filters::money(&lost)
        ));
    }
    text.push('.');
    Some(text)
}
