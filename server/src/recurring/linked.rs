//! Linked subscriptions as pages show them.

use super::Badge;
use crate::{
    http::filters,
    pax8::subscriptions::{BillingState, Circumstances, StandingReason, Subscription},
};

/// A subscription in a table.
pub struct SubscriptionView {
    /// Its id, for the explanation of its mark.
    pub id: String,
    /// What it is.
    pub product: String,
    /// Vendor and billing term.
    pub detail: String,
    /// How many units; none: unknown.
    pub quantity: Option<String>,
    /// Per unit and billing term; none: unknown.
    pub unit_price: Option<String>,
    /// A month at that price; none: unknown.
    pub monthly: Option<String>,
    /// What becomes of it on the next invoice.
    pub badge: Badge,
    /// Why.
    pub reason: Option<String>,
}

impl SubscriptionView {
    /// The subscription as it is shown.
    #[must_use]
    pub fn of(subscription: &Subscription, circumstances: &Circumstances) -> Self {
        let worth = subscription.worth();
        let standing = subscription.standing(circumstances);
        let (class, icon, label) = match standing.state {
            BillingState::Billable => ("badge-ok", "ok", "Billable"),
            BillingState::Held => ("badge-warn", "warning", "Held"),
            BillingState::NotBillable => ("", "off", "Not billed"),
            BillingState::NotLinked => ("", "unlink", "Not linked"),
        };
        let parts = [
            subscription.product.vendor.as_deref(),
            subscription.billing_term.as_deref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        Self {
            id: subscription.id.to_string(),
            product: subscription.product_name().to_owned(),
            detail: parts.join(" · "),
            quantity: subscription.quantity.as_ref().map(filters::quantity),
            unit_price: worth.bill_price.map(|price| {
                let unit = price.unit;
                filters::price(&unit.value(), Some(unit.currency().code()))
            }),
            monthly: worth.monthly_revenue.as_ref().map(filters::money),
            badge: Badge { class, icon, label },
            reason: standing.reason.as_ref().map(StandingReason::told),
        }
    }
}
