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
//! * **Once**: One-Time and Activation, on the first period that ends after the
//!   billing start.
//!
//! A period that starts before the billing start takes nothing of a spread
//! price: the first term is paid from the next period on, and so in full.

mod split_term;

use jiff::civil::Date;
use money::{Amount, Decimal, MoneyError, UnitPrice};
use serde::{Deserialize, Serialize};

use crate::BillingError;
use crate::invoice::{HoldReason, SkipReason};
use crate::schedule::{Grid, Period, Schedule, Step};
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
}

/// What a subscription puts on the invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeOutcome {
    /// A line.
    Charged(Charged),
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
    },
    /// Share `number` (from 1) of the `of` invoices that share one term.
    Share {
        /// Which share, from 1.
        number: u32,
        /// Of how many.
        of: u32,
        /// The term that is shared.
        term: Period,
        /// What the whole term costs; the shares add up to it.
        term_total: Amount,
        /// What was split.
        split: SplitBy,
    },
    /// Whole terms that begin in the period, charged on renewal.
    Renewal {
        /// How many begin.
        count: u32,
        /// The day the first of them begins.
        on: Date,
    },
    /// A price that is paid once.
    Once,
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
        return Ok(ChargeOutcome::Skipped(SkipReason::AlreadyBilled));
    }
    let Some(on) = input.billing_start else {
        return Ok(ChargeOutcome::Held(HoldReason::UnknownStart));
    };
    if on >= input.period.end {
        return Ok(ChargeOutcome::Skipped(SkipReason::NotStarted { on }));
    }
    Ok(whole(input, 1, Portion::Once)?)
}

fn repeating(input: &ChargeInput<'_>, term_months: u32) -> Result<ChargeOutcome, BillingError> {
    let period_months = input.schedule.frequency.months();
    let terms_per_period = period_months.filter(|months| months % term_months == 0);
    match (input.charge, terms_per_period, input.billing_start) {
        (Charge::Spread, Some(months), start) => whole_terms(input, term_months, months, start),
        (_, _, None) => Ok(ChargeOutcome::Held(HoldReason::UnknownStart)),
        (Charge::Spread, None, Some(start)) => shared_term(input, terms(start, term_months)),
        (Charge::OnRenewal, _, Some(start)) => renewal(input, terms(start, term_months)),
    }
}

/// The subscription's terms: each begins a whole number of terms after the billing start.
fn terms(billing_start: Date, months: u32) -> Grid {
    Grid {
        anchor: billing_start,
        step: Step::Months(months),
    }
}

/// The period is one or several terms long.
fn whole_terms(
    input: &ChargeInput<'_>,
    term_months: u32,
    period_months: u32,
    billing_start: Option<Date>,
) -> Result<ChargeOutcome, BillingError> {
    let of = period_months / term_months;
    let mut count = of;
    if let Some(on) = billing_start {
        if input.period.start < on {
            return Ok(ChargeOutcome::Skipped(SkipReason::NotStarted { on }));
        }
        if let Some(end) = input.end_date {
            count = terms_before_end(input, terms(on, term_months), of, end)?;
        }
    }
    if count == 0 {
        return Ok(ChargeOutcome::Skipped(SkipReason::Ended {
            on: input.end_date,
        }));
    }
    Ok(whole(input, count, Portion::Terms { count, of })?)
}

/// How many of this period's terms begin before the end. The first period that
/// starts on or after the billing start takes the first `of` terms, the next
/// one the next `of`, and so on: each term is taken once.
fn terms_before_end(
    input: &ChargeInput<'_>,
    terms: Grid,
    of: u32,
    end: Date,
) -> Result<u32, BillingError> {
    let schedule = input.schedule.resumed_at(input.period.start)?;
    let periods_before = schedule.starts_between(terms.anchor, input.period.start)?;
    let first_term = periods_before.saturating_mul(of.into());
    let terms_in_all = terms.first_from(end)?;
    let left = terms_in_all.saturating_sub(first_term).clamp(0, of.into());
    Ok(u32::try_from(left).unwrap_or(of))
}

/// Several invoices share one term.
fn shared_term(input: &ChargeInput<'_>, terms: Grid) -> Result<ChargeOutcome, BillingError> {
    if input.period.start < terms.anchor {
        let on = terms.anchor;
        return Ok(ChargeOutcome::Skipped(SkipReason::NotStarted { on }));
    }
    let term = terms.containing(input.period.start)?;
    let schedule = input.schedule.resumed_at(input.period.start)?;
    let of = schedule.starts_between(term.start, term.end)?;
    let index = schedule.starts_between(term.start, input.period.start)?;
    let (Ok(index), Ok(of)) = (u32::try_from(index), u32::try_from(of)) else {
        return Err(MoneyError::Overflow.into());
    };
    Ok(ChargeOutcome::Charged(split_term::share_of_term(
        input, term, index, of,
    )?))
}

/// The whole price of every term that begins in the period.
fn renewal(input: &ChargeInput<'_>, terms: Grid) -> Result<ChargeOutcome, BillingError> {
    let from = input.period.start.max(terms.anchor);
    let on = terms.nth(terms.first_from(from)?)?;
    if let Some(end) = input.end_date.filter(|end| *end <= on) {
        return Ok(ChargeOutcome::Skipped(SkipReason::Ended { on: Some(end) }));
    }
    if on >= input.period.end {
        return Ok(ChargeOutcome::Skipped(if on == terms.anchor {
            SkipReason::NotStarted { on }
        } else {
            SkipReason::RenewsLater { on }
        }));
    }
    let until = input
        .end_date
        .map_or(input.period.end, |end| end.min(input.period.end));
    let count = u32::try_from(terms.count(from, until)?).map_err(|_| MoneyError::Overflow)?;
    Ok(whole(input, count, Portion::Renewal { count, on })?)
}

/// `count` whole terms: quantity × (unit price × count).
fn whole(
    input: &ChargeInput<'_>,
    count: u32,
    portion: Portion,
) -> Result<ChargeOutcome, MoneyError> {
    let unit_price = input.unit_price.repeated(count)?;
    let amount = unit_price.times(input.quantity)?;
    let quantity = input.quantity;
    Ok(ChargeOutcome::Charged(Charged {
        quantity,
        unit_price,
        amount,
        portion,
    }))
}

#[cfg(test)]
mod tests;
