//! What a person should know about settings that can be saved all the same.

use billing::matching::normalized_name;
use serde::Serialize;

use super::{Subscription, preview::terms_differ};
use crate::{
    http::filters,
    recurring::{RecurringInvoice, RecurringLine},
};

/// From here on two texts are alike; 0: nothing in common, 1: the same.
const ALIKE: f64 = 0.85;

/// Something that a person should know about settings that were saved all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Warning {
    /// `below_cost`, `possible_double_line`, `wrong_currency` or `term_differs`.
    pub code: &'static str,
    /// What it is and what it means.
    pub message: String,
}

/// Everything to say about a subscription with its settings in place, and the recurring invoice it is to feed.
pub(super) fn warnings(
    subscription: &Subscription,
    recurring: Option<&RecurringInvoice>,
) -> Vec<Warning> {
    let double = recurring.and_then(|invoice| double_line(subscription, invoice));
    [
        below_cost(subscription),
        wrong_currency(subscription),
        double,
        term_differs(subscription),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn below_cost(subscription: &Subscription) -> Option<Warning> {
    let price = subscription.worth().bill_price?;
    let cost = subscription.cost()?.amount;
    let currency = price.unit.currency().code();
    price.below_cost.then(|| Warning {
        code: "below_cost",
        message: format!(
            "Below cost by {} a unit. It can be saved, and stays marked in the list.",
            filters::price(&(cost - price.exact), Some(currency))
        ),
    })
}

fn wrong_currency(subscription: &Subscription) -> Option<Warning> {
    let client = subscription.client.as_ref()?;
    let currency = subscription.currency.as_deref()?;
    let code = client.currency.code();
    (!currency.trim().is_empty() && !currency.trim().eq_ignore_ascii_case(code)).then(|| Warning {
        code: "wrong_currency",
        message: format!(
            "Pax8's price is in {currency} and {} is billed in {code}. Amounts are never converted, so this is held.",
            client.name
        ),
    })
}

fn term_differs(subscription: &Subscription) -> Option<Warning> {
    let invoice = subscription.recurring_invoice.as_ref()?;
    let frequency = invoice.schedule.frequency;
    terms_differ(&subscription.term(), frequency).then(|| Warning {
        code: "term_differs",
        message: format!(
            "The billing term is {} and the invoice is {}: check how it is charged.",
            subscription.term(),
            frequency.code().replace('_', "-")
        ),
    })
}

fn double_line(subscription: &Subscription, recurring: &RecurringInvoice) -> Option<Warning> {
    let looks_like =
        |line: &&RecurringLine| is_alike(&line.description, subscription.product_name());
    recurring.lines.iter().find(looks_like).map(|line| Warning {
        code: "possible_double_line",
        message: format!(
            "“{}” already has the line “{}”, which looks like the same product. Remove it, or the client may pay double.",
            recurring.name, line.description
        ),
    })
}

/// Whether two texts name the same thing, as far as texts can tell: one holds all words of the other, or nearly the same
/// letters.
fn is_alike(line: &str, product: &str) -> bool {
    let (Some(line_letters), Some(product_letters)) =
        (normalized_name(line), normalized_name(product))
    else {
        return false;
    };
    let (line, product) = (words(line), words(product));
    let holds = |all: &[String], some: &[String]| {
        some.len() > 1 && some.iter().all(|word| all.contains(word))
    };
    holds(&line, &product)
        || holds(&product, &line)
        || strsim::normalized_damerau_levenshtein(&line_letters, &product_letters) >= ALIKE
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d29_lines_that_name_the_same_product_are_alike() {
        for (line, product) in [
            (
                "Microsoft 365 Business Premium",
                "microsoft 365  business premium",
            ),
            (
                "M365: Microsoft 365 Business Premium (37 seats)",
                "Microsoft 365 Business Premium",
            ),
            ("Business Premium", "Microsoft 365 Business Premium"),
            (
                "Microsoft 365 Busines Premium",
                "Microsoft 365 Business Premium",
            ),
        ] {
            assert!(is_alike(line, product), "{line} / {product}");
        }
        for (line, product) in [
            ("Managed services", "Microsoft 365 Business Premium"),
            ("Microsoft", "Microsoft 365 Business Premium"),
            (
                "Microsoft 365 Business Basic",
                "Microsoft 365 Business Premium",
            ),
            ("", ""),
        ] {
            assert!(!is_alike(line, product), "{line} / {product}");
        }
    }
}
