//! What Configure Billing shows while somebody types: computed by the code that saves and bills.

use askama::Template;
use billing::{BillingTerm, Charge};
use money::Amount;

use crate::{
    http::filters,
    pax8::subscriptions::{BillingPreview, Subscription},
};

/// The figures, or that there are none for these values.
#[derive(Template)]
#[template(path = "pax8/billing_preview.html")]
pub(super) struct Preview {
    figures: Option<Figures>,
}

struct Figures {
    unit: Option<String>,
    /// What the unit price buys, where that is not a month.
    per: Option<String>,
    monthly: Option<String>,
    margin: Option<String>,
    loses: bool,
    margin_percent: Option<String>,
    warnings: Vec<String>,
}

/// How a term meets an invoice of another rhythm.
#[derive(Template)]
#[template(path = "pax8/billing_charge.html")]
pub(super) struct ChargeChoice {
    choice: Option<Choice>,
}

struct Choice {
    why: String,
    on_renewal: bool,
    /// What each means in amounts, where those can be told.
    spread: Option<String>,
    renewal: Option<String>,
}

impl Preview {
    pub(super) fn of(preview: &BillingPreview) -> Self {
        let worth = &preview.worth;
        let margin = worth.monthly_margin();
        // The choice of a charge stands below the preview and says the same as this warning.
        let warnings = preview
            .warnings
            .iter()
            .filter(|it| it.code != "term_differs");
        Self {
            figures: Some(Figures {
                unit: worth.bill_price.map(|price| {
                    filters::price(&price.unit.value(), Some(price.unit.currency().code()))
                }),
                per: Some(&preview.term)
                    .filter(|term| **term != BillingTerm::Monthly)
                    .and_then(|term| per_words(term).map(|words| format!("per {words}"))),
                monthly: if preview.term.is_paid_once() {
                    Some("Paid once".to_owned())
                } else {
                    worth.monthly_revenue.as_ref().map(filters::money)
                },
                margin: margin.as_ref().map(filters::money),
                loses: margin.is_some_and(Amount::is_negative),
                margin_percent: margin
                    .zip(worth.monthly_revenue)
                    .and_then(|(margin, revenue)| filters::percent(&margin, &revenue)),
                warnings: warnings.map(|it| it.message.clone()).collect(),
            }),
        }
    }

    /// No figures: the values are not valid.
    pub(super) fn none() -> Self {
        Self { figures: None }
    }
}

impl ChargeChoice {
    pub(super) fn of(preview: &BillingPreview) -> Self {
        let sentence = |charge: Charge| {
            let found = preview.charges.iter().find(|it| it.charge == charge);
            found.map(|it| it.sentence.clone())
        };
        let choice = sentence(Charge::Spread)
            .zip(sentence(Charge::OnRenewal))
            .map(|(spread, renewal)| Choice {
                why: other_rhythm(&preview.term),
                on_renewal: preview
                    .charges
                    .iter()
                    .any(|it| it.chosen && it.charge == Charge::OnRenewal),
                spread: Some(spread),
                renewal: Some(renewal),
            });
        Self { choice }
    }

    /// The choice as it was sent with values that are not valid, so that no amounts can be told; nothing if none was sent.
    pub(super) fn kept(charge: &str, term: &BillingTerm) -> Self {
        let charge = Charge::from_code(charge);
        Self {
            choice: charge.map(|charge| Choice {
                why: other_rhythm(term),
                on_renewal: charge == Charge::OnRenewal,
                spread: None,
                renewal: None,
            }),
        }
    }
}

fn other_rhythm(term: &BillingTerm) -> String {
    format!("The billing term is {term} and the invoice has another rhythm.")
}

/// What one price buys, as after `per`.
pub(super) fn per_words(term: &BillingTerm) -> Option<&'static str> {
    Some(match term {
        BillingTerm::Monthly => "month",
        BillingTerm::Annual => "year",
        BillingTerm::TwoYear => "2 years",
        BillingTerm::ThreeYear => "3 years",
        _ => return None,
    })
}

/// A cost with what it buys: `$18.50 per month`.
pub(super) fn cost_text(subscription: &Subscription) -> Option<String> {
    let cost = subscription.cost()?;
    let price = filters::price(&cost.amount, subscription.currency.as_deref());
    Some(match per_words(&subscription.term()) {
        Some(words) => format!("{price} per {words}"),
        None => price,
    })
}
