//! What one subscription puts on the invoice of one period.
//!
//! A price buys one **term**; an invoice covers one **period**. Terms run from
//! the subscription's billing start, periods from the invoice's anchor, and the
//! two need not coincide:
//!
//! * **Whole terms**: the period is one or several terms long (a monthly term
//!   on a quarterly invoice). Each period takes that many terms. A term that
//!   would begin on or after the subscription's end is left out.
//! * **A share of a term**: the term is longer (an annual term on a monthly
//!   invoice), or the invoice is weekly. The periods whose *start* lies in the
//!   term share its price; the shares add up to the cent.
//! * **On renewal**: the whole price on the invoice whose period contains the
//!   day the term begins, nothing in between.
//!   What is left of a term that already runs is charged with the next invoice.
//! * **Once**: One-Time and Activation, on the first period that ends after the
//!   billing start.
//!
//! A period that starts before the billing start takes nothing of a spread
//! price: the first term is paid from the next period on, and so in full.
//!
//! **Each term is charged once, whatever changes on the way**: the lines of
//! earlier invoices ([`Billed`]) say what of a term was charged, and an invoice
//! charges of what is left. Another way to charge, another frequency, another
//! anchor, a link moved to another invoice or a pause therefore neither repeats
//! nor forgets a part of a term.

mod before;
mod billed;
mod ratio;
mod split_term;
mod terms;

use jiff::civil::Date;
use money::{Amount, Decimal, MoneyError, UnitPrice};
use serde::{Deserialize, Serialize};

pub use billed::Billed;
pub use ratio::Ratio;

use crate::BillingError;
use crate::invoice::{HoldReason, SkipReason};
use crate::schedule::{Period, Schedule};
use crate::term::BillingTerm;

/// How a price per term meets invoices of another rhythm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// Each invoice takes its share of the term.
    #[default]
    Spread,
    /// The whole price on the invoice whose period contains the term's start.
    OnRenewal,
}

impl Charge {
    /// The name as stored and sent: `on_renewal`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Spread => "spread",
            Self::OnRenewal => "on_renewal",
        }
    }

    /// Reads [`Charge::code`] back.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Spread, Self::OnRenewal]
            .into_iter()
            .find(|charge| charge.code() == code)
    }
}

/// What [`charge_for`] needs to know.
#[derive(Clone, Copy, Debug)]
pub struct ChargeInput<'a> {
    /// The price of one unit for one term.
    pub unit_price: UnitPrice,
    /// How many units.
    pub quantity: Decimal,
    /// The term the price buys.
    pub term: &'a BillingTerm,
    /// Where the first term begins, if known.
    pub billing_start: Option<Date>,
    /// The first day no longer paid for, if the end is known.
    pub end_date: Option<Date>,
    /// The invoice's schedule.
    pub schedule: Schedule,
    /// The period being invoiced.
    pub period: Period,
    /// How terms meet periods.
    pub charge: Charge,
    /// Whether a price that is paid once has been on an invoice already.
    pub already_billed_once: bool,
    /// The lines of other invoices that charged terms of it, in any order; those of void invoices are not among them.
    pub billed: &'a [Billed],
    /// The day from which on it is billed here: what began before is not asked for. Unknown: this period's start.
    pub linked_from: Option<Date>,
    /// The day from which on it is paid, where it was a trial before: the invoices of a shared term until then were free.
    pub trial_until: Option<Date>,
}

/// What a subscription puts on the invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeOutcome {
    /// At least one line.
    Charged(Vec<Charged>),
    /// Nothing this time, and nobody needs to look.
    Skipped(SkipReason),
    /// Nothing until a person has looked.
    Held(HoldReason),
}

/// The figures of a line: `quantity × unit_price`, rounded once, is `amount`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// As printed; 1 where the share of a whole line had to be split.
    pub quantity: Decimal,
    /// As printed.
    pub unit_price: UnitPrice,
    /// What the line costs.
    pub amount: Amount,
    /// Which part of a term, or how many terms, this is.
    pub portion: Portion,
}

/// Which part of a term, or how many terms, a line charges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Portion {
    /// Whole terms: the printed unit price is `count` times the price per term.
    Terms {
        /// How many terms are charged.
        count: u32,
        /// How many terms a full period has.
        of: u32,
        /// From the first day of the first to the last of the last.
        terms: Period,
    },
    /// Share `number` (from 1) of the `of` invoices that share one term.
    Share {
        /// Which share, from 1.
        number: u32,
        /// Of how many.
        of: u32,
        /// How much of the term this is.
        part: Ratio,
        /// Invoices of the term before the subscription was billed here, or while it was a trial.
        elsewhere: Elsewhere,
        /// The term that is shared.
        term: Period,
        /// What the whole term costs; the shares add up to it.
        term_total: Amount,
        /// What was split.
        split: SplitBy,
    },
    /// Whole terms, charged on renewal.
    Renewal {
        /// How many.
        count: u32,
        /// The day the first of them begins.
        on: Date,
        /// The day after the last of them.
        until: Date,
    },
    /// A price that is paid once.
    Once,
}

/// How many of a term's invoices came before the subscription was billed here, or while it was a trial. Their shares are not
/// asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// How many.
    pub parts: u32,
    /// Of how many.
    pub of: u32,
}

impl Elsewhere {
    fn ratio(self) -> Ratio {
        Ratio::new(self.parts, self.of)
    }
}

/// What was split among the invoices of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitBy {
    /// The price of one unit, so that the line still reads quantity × price.
    UnitPrice,
    /// The amount for all units, because the quantity or the price is not whole.
    Amount,
}

/// Computes what a subscription that may be billed puts on one period.
///
/// # Errors
/// [`BillingError`] if an amount or a date is out of range.
pub fn charge_for(input: &ChargeInput<'_>) -> Result<ChargeOutcome, BillingError> {
    match input.term {
        BillingTerm::Trial => Ok(ChargeOutcome::Skipped(SkipReason::Trial)),
        BillingTerm::Unknown(term) => Ok(ChargeOutcome::Held(HoldReason::UnknownTerm {
            term: term.clone(),
        })),
        BillingTerm::OneTime | BillingTerm::Activation => once(input),
        BillingTerm::Monthly
        | BillingTerm::Annual
        | BillingTerm::TwoYear
        | BillingTerm::ThreeYear => repeating(input, input.term.months().unwrap_or(1)),
    }
}

fn once(input: &ChargeInput<'_>) -> Result<ChargeOutcome, BillingError> {
    if input.already_billed_once {
        return Ok(ChargeOutcome::Skipped(SkipReason::AlreadyBilled {
            until: None,
        }));
    }
    let Some(on) = input.billing_start else {
        return Ok(ChargeOutcome::Held(HoldReason::UnknownStart));
    };
    if on >= input.period.end {
        return Ok(ChargeOutcome::Skipped(SkipReason::NotStarted { on }));
    }
    let line = whole(input, 1, Portion::Once)?;
    Ok(ChargeOutcome::Charged(vec![line]))
}

fn repeating(input: &ChargeInput<'_>, term_months: u32) -> Result<ChargeOutcome, BillingError> {
    let period_months = input.schedule.frequency.months();
    let whole_terms = period_months.filter(|months| months % term_months == 0);
    match (input.charge, whole_terms, input.billing_start) {
        (Charge::Spread, Some(months), _) => {
            terms::whole_terms(input, term_months, months / term_months)
        }
        (_, _, None) => Ok(ChargeOutcome::Held(HoldReason::UnknownStart)),
        (Charge::Spread, None, Some(start)) => {
            terms::shared_term(input, terms::grid(start, term_months))
        }
        (Charge::OnRenewal, _, Some(start)) => {
            terms::renewal(input, terms::grid(start, term_months))
        }
    }
}

/// `count` whole terms: quantity × (unit price × count).
fn whole(input: &ChargeInput<'_>, count: u32, portion: Portion) -> Result<Charged, MoneyError> {
    let unit_price = input.unit_price.repeated(count)?;
    let amount = unit_price.times(input.quantity)?;
    Ok(Charged {
        quantity: input.quantity,
        unit_price,
        amount,
        portion,
    })
}

#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod tests;
