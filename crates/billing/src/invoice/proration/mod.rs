//! Days that no invoice in advance could know of.
//!
//! An invoice in advance charges the seats known on its first day. With
//! proration, a later invoice adds a line for what happened since: seats that
//! came or went in days that are charged already ([`seat_changes`]), or the days
//! between the start of a recurring invoice and its first period. Each such line
//! is `quantity × price × fraction`, rounded once, with the fraction printed.

mod fraction;
mod seat_changes;

use jiff::civil::Date;
use money::{Amount, Decimal, UnitPrice};
use serde::{Deserialize, Serialize};

pub use fraction::{Fraction, ProrationBasis};
pub(super) use seat_changes::seat_change_lines;

use super::explanation::PriceExplanation;
use super::sentences::printed;
use super::{Explanation, InvoiceInput, Line, LineSource, LinkedSubscription};
use crate::BillingError;
use crate::charge::{Charge, ChargeInput, ChargeOutcome, charge_for};
use crate::schedule::Period;

/// What is to be prorated on an invoice. The default is nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proration {
    /// The start of the recurring invoice, where it lies in the period before
    /// this one and this is the first invoice: the days from there on are charged.
    pub first_from: Option<Date>,
    /// The end of the last period, where the invoice date was moved since to a
    /// day between two of its dates: the days from there on are charged for lines
    /// written by hand. Subscriptions are paid by their own terms.
    pub transition_from: Option<Date>,
    /// Whether seats that came or went since days were charged are charged or given back.
    pub changes: bool,
    /// What parts of a period are counted in.
    pub basis: ProrationBasis,
}

/// A change of quantity within days that were charged in advance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatChange {
    /// The day it was first seen, or the first day charged, if that is later; charged from this day on.
    pub on: Date,
    /// The quantity before.
    pub before: Decimal,
    /// The quantity after; lower gives a credit.
    pub after: Decimal,
    /// The sync that saw it.
    pub seen_by_sync: Option<String>,
}

/// Why a prorated line is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ProrationCause {
    /// The recurring invoice started between two periods.
    FirstDays {
        /// The day charged from.
        from: Date,
    },
    /// Seats came or went.
    SeatChange(SeatChange),
}

/// How a prorated line was computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProrationExplanation {
    /// The description of the line that is prorated.
    pub line: String,
    /// Why it is there.
    pub cause: ProrationCause,
    /// How many units; negative for a credit.
    pub quantity: Decimal,
    /// What one unit costs for the whole of `period`.
    pub unit_price: UnitPrice,
    /// The part charged.
    pub fraction: Fraction,
    /// What the fraction is of.
    pub period: Period,
    /// The result.
    pub amount: Amount,
    /// Where the price comes from; absent for lines written by hand.
    #[serde(flatten)]
    pub price: Option<PriceExplanation>,
}

/// What a prorated line is made of, before it is computed.
pub(super) struct Prorated<'a> {
    pub line: &'a str,
    pub cause: ProrationCause,
    pub quantity: Decimal,
    pub unit_price: UnitPrice,
    pub whole: Period,
    pub basis: ProrationBasis,
    pub taxable: bool,
    pub source: LineSource,
    pub price: Option<PriceExplanation>,
}

impl Prorated<'_> {
    /// The line, or `None` if no day or no unit is left to charge.
    pub fn line(self) -> Result<Option<Line>, BillingError> {
        let credit = self.quantity.is_sign_negative();
        let (from, what) = match &self.cause {
            ProrationCause::FirstDays { from } => (*from, format!("from {}", printed(from))),
            ProrationCause::SeatChange(SeatChange { on, .. }) => {
                let verb = if credit { "removed" } else { "added" };
                (
                    *on,
                    format!(
                        "{} {verb} on {}",
                        self.quantity.abs().normalize(),
                        printed(on)
                    ),
                )
            }
        };
        let fraction = Fraction::rest_of(self.whole, from, self.basis, credit)?;
        if fraction.parts == 0 || self.quantity.is_zero() {
            return Ok(None);
        }
        let (quantity, unit_price) = (self.quantity.normalize(), self.unit_price);
        let amount = fraction.of_price(unit_price, quantity)?;
        Ok(Some(Line {
            description: format!(
                "{} ({what}: {quantity} × {unit_price} × {fraction})",
                self.line
            ),
            quantity: Decimal::ONE,
            unit_price: UnitPrice::from_amount(amount),
            amount,
            taxable: self.taxable,
            source: self.source,
            explanation: Explanation::Proration(Box::new(ProrationExplanation {
                line: self.line.to_owned(),
                cause: self.cause,
                quantity,
                unit_price,
                fraction,
                period: self.whole,
                amount,
                price: self.price,
            })),
        }))
    }
}

impl InvoiceInput {
    /// The first day to charge for before the period, and the period it lies in.
    pub(super) fn first_days(&self) -> Result<Option<(Date, Period)>, BillingError> {
        self.days_before(self.proration.first_from)
    }

    /// The same for lines written by hand, which also pay the days of a transition.
    pub(super) fn first_days_of_lines(&self) -> Result<Option<(Date, Period)>, BillingError> {
        let transition = self.proration.transition_from;
        self.days_before(self.proration.first_from.or(transition))
    }

    fn days_before(&self, from: Option<Date>) -> Result<Option<(Date, Period)>, BillingError> {
        let before = self.period_before()?;
        let from = from.filter(|from| *from < self.period.start);
        Ok(from.map(|from| (from.max(before.start), before)))
    }

    pub(super) fn period_before(&self) -> Result<Period, BillingError> {
        let last_day = self
            .period
            .start
            .yesterday()
            .map_err(|_| crate::DateOutOfRange)?;
        Ok(self
            .schedule
            .resumed_at(self.period.start)?
            .period_containing(last_day)?)
    }
}

/// The days of a subscription before the first period. `price` says what one unit and term costs.
pub(super) fn first_days_line(
    sub: &LinkedSubscription,
    input: &InvoiceInput,
    price: &PriceExplanation,
) -> Result<Option<Line>, BillingError> {
    let (Some((from, before)), Some(quantity)) = (input.first_days()?, sub.quantity) else {
        return Ok(None);
    };
    // On renewal nothing is due for days on which no term begins.
    if sub.charge == Charge::OnRenewal {
        return Ok(None);
    }
    let Some(unit_price) = price_of_period(sub, input, price.term_price, before)? else {
        return Ok(None);
    };
    Prorated {
        line: &sub.product,
        cause: ProrationCause::FirstDays { from },
        quantity,
        unit_price,
        whole: before,
        basis: input.proration.basis,
        taxable: sub.taxable,
        source: sub.source(),
        price: Some(price.clone()),
    }
    .line()
}

/// What one unit cost for a whole period, if the subscription was charged for it.
fn price_of_period(
    sub: &LinkedSubscription,
    input: &InvoiceInput,
    term_price: UnitPrice,
    period: Period,
) -> Result<Option<UnitPrice>, BillingError> {
    let outcome = charge_for(&ChargeInput {
        unit_price: term_price,
        quantity: Decimal::ONE,
        term: &sub.term,
        billing_start: sub.dates.billed_from(),
        end_date: sub.dates.end,
        schedule: input.schedule,
        period,
        charge: Charge::Spread,
        // What is paid once has no days to share.
        already_billed_once: true,
        // What a period costs does not depend on who has paid it.
        billed: &[],
        linked_from: None,
        trial_until: None,
    })?;
    Ok(match outcome {
        ChargeOutcome::Charged(lines) => lines.first().map(|line| line.unit_price),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
