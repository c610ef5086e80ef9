//! What billing settings come to, before they are saved: computed by the code that saves and bills.

use billing::{
    BillingTerm, Charge, Explanation, Frequency, Portion, SkipReason, assemble,
    invoice::Pax8Explanation,
};
use money::{Amount, round_quotient};

use super::{Subscription, Warning, Worth, standing::bare_invoice};
use crate::{
    error::{Error, Result},
    http::filters,
};

/// What billing settings come to.
#[derive(Debug, Clone)]
pub struct BillingPreview {
    /// The price of a unit, and what a month brings and costs.
    pub worth: Worth,
    /// What one price buys.
    pub term: BillingTerm,
    /// The ways to charge it, where its term differs from the invoice's rhythm; else empty.
    pub charges: Vec<ChargePreview>,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// What a way to charge means, in amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargePreview {
    /// The way.
    pub charge: Charge,
    /// What it means, as a sentence.
    pub sentence: String,
    /// Whether it is the one that the settings choose.
    pub chosen: bool,
}

/// Whether a price for that term falls on invoices of another rhythm, so that it matters how it is charged.
pub(super) fn terms_differ(term: &BillingTerm, frequency: Frequency) -> bool {
    term.months()
        .is_some_and(|months| frequency.months() != Some(months))
}

/// The ways to charge a subscription with its settings in place.
pub(super) fn charges(subscription: &Subscription) -> Result<Vec<ChargePreview>> {
    let Some(invoice) = &subscription.recurring_invoice else {
        return Ok(Vec::new());
    };
    if !terms_differ(&subscription.term(), invoice.schedule.frequency) {
        return Ok(Vec::new());
    }
    [Charge::Spread, Charge::OnRenewal]
        .into_iter()
        .map(|charge| {
            Ok(ChargePreview {
                charge,
                sentence: sentence(subscription, charge)?,
                chosen: charge == subscription.settings.charge,
            })
        })
        .collect()
}

fn sentence(subscription: &Subscription, charge: Charge) -> Result<String> {
    let (Some(invoice), Some(client)) = (&subscription.recurring_invoice, &subscription.client)
    else {
        return Ok(String::new());
    };
    let mut input = bare_invoice(invoice, client)?;
    let mut linked = subscription.billing_input(&jiff::tz::TimeZone::UTC);
    linked.charge = charge;
    input.subscriptions.push(linked);
    let assembled = assemble(&input).map_err(Error::internal)?;
    if let Some(Explanation::Pax8(why)) = assembled.lines.first().map(|line| &line.explanation) {
        return Ok(of_line(why));
    }
    if let Some(skipped) = assembled.skipped.first() {
        return Ok(match (&skipped.reason, whole_term(subscription)) {
            (SkipReason::RenewsLater { on }, Some(total)) => of_renewal(total, *on),
            (reason, _) => reason.to_string(),
        });
    }
    let held = assembled.held.first();
    Ok(held.map_or_else(String::new, |held| held.reason.to_string()))
}

fn of_line(why: &Pax8Explanation) -> String {
    let amount = filters::money(&why.amount);
    match &why.portion {
        Portion::Share { of, term_total, .. } => of_shares(why.amount, *of, *term_total),
        Portion::Terms { of, .. } => format!("{amount} on each invoice, for {of} terms at a time."),
        Portion::Renewal { count: 1, on, .. } => of_renewal(why.amount, *on),
        Portion::Renewal { count, .. } => {
            format!("{amount} on the next invoice, for {count} terms at once.")
        }
        Portion::Once => format!("{amount}, once."),
    }
}

/// Shares may differ by the smallest price of a unit; then their average is told.
fn of_shares(share: Amount, of: u32, total: Amount) -> String {
    let average = round_quotient(total.to_decimal(), of, total.currency()).unwrap_or(share);
    let even = i64::from(of).checked_mul(share.minor()) == Some(total.minor());
    format!(
        "{}{} on each of {of} invoices; they add up to {} exactly.",
        if even { "" } else { "About " },
        filters::money(&average),
        filters::money(&total)
    )
}

fn of_renewal(total: Amount, on: jiff::civil::Date) -> String {
    format!(
        "{} on the invoice whose period contains {}, nothing in between.",
        filters::money(&total),
        filters::day(&on)
    )
}

fn whole_term(subscription: &Subscription) -> Option<Amount> {
    let price = subscription.worth().bill_price?;
    price.unit.times(subscription.quantity?).ok()
}
