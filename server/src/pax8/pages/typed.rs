//! The fields of Configure Billing as they stand in the form, with what is wrong with them.

use billing::Markup;

use super::row::currency_of;
use crate::{error::Error, http::Fields, pax8::subscriptions::Subscription};

/// The fields as they stand in the form.
#[derive(Default)]
pub(super) struct Typed {
    pub markup_type: String,
    pub markup_value: String,
    pub override_price: String,
    pub recurring_invoice_id: String,
    /// How its term meets an invoice of another rhythm; empty where that was not asked.
    pub charge: String,
    pub version: String,
    pub markup_error: Option<String>,
    pub override_error: Option<String>,
    pub invoice_error: Option<String>,
    /// What is wrong with no field in particular.
    pub refusal: Option<String>,
}

impl Typed {
    /// The fields that say what is stored.
    pub(super) fn stored(subscription: &Subscription) -> Self {
        let settings = &subscription.settings;
        let decimals = decimals_of(currency_of(subscription));
        let (kind, value) = match settings.pricing.markup {
            Some(Markup::Percentage(percent)) => ("percentage", percent.normalize().to_string()),
            Some(Markup::Fixed(amount)) => ("fixed", written(amount, decimals)),
            None => ("percentage", String::new()),
        };
        let override_price = settings.pricing.override_price;
        Self {
            markup_type: kind.to_owned(),
            markup_value: value,
            override_price: override_price.map_or_else(String::new, |it| written(it, decimals)),
            recurring_invoice_id: settings
                .recurring_invoice
                .map_or_else(String::new, |id| id.to_string()),
            charge: settings.charge.code().to_owned(),
            version: settings.version.to_string(),
            ..Self::default()
        }
    }

    /// The fields as they were sent, with what is wrong with them.
    pub(super) fn refused(fields: &Fields, error: &Error) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        let mut typed = Self {
            markup_type: text("markup_type"),
            markup_value: text("markup_value"),
            override_price: text("override_price"),
            recurring_invoice_id: text("recurring_invoice_id"),
            charge: text("charge"),
            version: text("version"),
            ..Self::default()
        };
        for refused in error.field_errors() {
            let message = Some(refused.message.clone());
            match refused.field.as_str() {
                "markup_type" | "markup_value" => typed.markup_error = message,
                "override_price" => typed.override_error = message,
                "recurring_invoice_id" => typed.invoice_error = message,
                _ => typed.refusal = message,
            }
        }
        if error.field_errors().is_empty() {
            typed.refusal = Some(error.to_string());
        }
        typed
    }

    /// After a change by somebody else: the form carries the present version, so that sending it once more is a decision.
    pub(super) fn overtake(&mut self, present: &Subscription) {
        self.version = present.settings.version.to_string();
        self.refusal = Some(
            "Somebody changed these billing settings while you were at them. Below is what you entered; saving it again \
             replaces their change."
                .to_owned(),
        );
    }
}

fn decimals_of(currency: Option<&str>) -> u32 {
    currency
        .and_then(|code| code.parse::<money::Currency>().ok())
        .map_or(2, |currency| currency.minor_digits())
}

/// A price as it is typed: exact, with at least the currency's decimals.
fn written(value: rust_decimal::Decimal, decimals: u32) -> String {
    let mut value = value.normalize();
    value.rescale(value.scale().max(decimals));
    value.to_string()
}
