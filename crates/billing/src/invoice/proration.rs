//! Days that no invoice in advance could know of.
//!
//! An invoice in advance charges the seats known on its first day. With
//! proration, the next invoice adds a line for what happened since: seats that
//! came or went in the period before, or the days between the start of a
//! recurring invoice and its first period. Each such line is
//! `quantity × price × days ÷ days of the period`, rounded once, with the
//! fraction printed.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use money::{Amount, Decimal, MoneyError, UnitPrice, multiply, round_quotient};
use serde::{Deserialize, Serialize};

use super::{Explanation, InvoiceInput, Line, LineSource, LinkedSubscription};
use crate::BillingError;
use crate::charge::{Charge, ChargeInput, ChargeOutcome, charge_for};
use crate::schedule::{Grid, Period, Step};

/// What is to be prorated on an invoice. The default is nothing.
#[derive(Clone, Debug, Default)]
pub struct Proration {
    /// The start of the recurring invoice, where it lies in the period before
    /// this one and this is the first invoice: the days from there on are charged.
    pub first_from: Option<Date>,
    /// By subscription id, the changes of quantity since the invoice before
    /// this one was made, oldest first. Only those in the period before count.
    pub seat_changes: BTreeMap<String, Vec<SeatChange>>,
}

/// A recorded change of a subscription's quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatChange {
    /// The day it was first seen; charged from this day on.
    pub on: Date,
    /// The quantity before.
    pub before: Decimal,
    /// The quantity after; lower gives a credit.
    pub after: Decimal,
}

/// A number of days out of a whole, printed as `20/30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fraction {
    /// The days charged.
    pub days: u32,
    /// The days of the whole.
    pub of: u32,
}

impl Fraction {
    /// From `day` (or the first day, if that is later) to the end of `whole`.
    #[must_use]
    pub fn rest_of(whole: Period, day: Date) -> Self {
        let days = |from: Date| {
            let hours = from.duration_until(whole.end).as_hours();
            u32::try_from(hours / 24).unwrap_or(0)
        };
        Self {
            days: days(day.max(whole.start)),
            of: days(whole.start),
        }
    }

    /// `quantity × price × days ÷ of`, rounded once.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`], or [`MoneyError::DivisionByZero`] for a whole of no days.
    pub fn of_price(self, price: UnitPrice, quantity: Decimal) -> Result<Amount, MoneyError> {
        let exact = multiply(multiply(price.value(), quantity)?, self.days.into())?;
        round_quotient(exact, self.of, price.currency())
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.days, self.of)
    }
}

/// Why a prorated line is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The product or the description of the line that is prorated.
    pub product: String,
    /// Why it is there.
    pub cause: ProrationCause,
    /// How many units; negative for a credit.
    pub quantity: Decimal,
    /// What one unit costs for the whole of `period`.
    pub unit_price: UnitPrice,
    /// The days charged.
    pub fraction: Fraction,
    /// What the fraction is of.
    pub period: Period,
    /// The result.
    pub amount: Amount,
}

/// What a prorated line is made of, before it is computed.
pub(super) struct Prorated<'a> {
    pub product: &'a str,
    pub cause: ProrationCause,
    pub quantity: Decimal,
    pub unit_price: UnitPrice,
    pub whole: Period,
    pub taxable: bool,
    pub source: LineSource,
}

impl Prorated<'_> {
    /// The line, or `None` if no day or no unit is left to charge.
    pub fn line(self) -> Result<Option<Line>, MoneyError> {
        let (from, what) = match self.cause {
            ProrationCause::FirstDays { from } => (from, format!("from {from}")),
            ProrationCause::SeatChange(SeatChange { on, .. }) => {
                let verb = if self.quantity.is_sign_negative() {
                    "removed"
                } else {
                    "added"
                };
                (
                    on,
                    format!("{} {verb} on {on}", self.quantity.abs().normalize()),
                )
            }
        };
        let fraction = Fraction::rest_of(self.whole, from);
        if fraction.days == 0 || self.quantity.is_zero() {
            return Ok(None);
        }
        let (quantity, unit_price) = (self.quantity.normalize(), self.unit_price);
        let amount = fraction.of_price(unit_price, quantity)?;
        Ok(Some(Line {
            description: format!(
                "{} ({what}: {quantity} × {unit_price} × {fraction})",
                self.product
            ),
            quantity: Decimal::ONE,
            unit_price: UnitPrice::from_amount(amount),
            amount,
            taxable: self.taxable,
            source: self.source,
            explanation: Explanation::Proration(ProrationExplanation {
                product: self.product.to_owned(),
                cause: self.cause,
                quantity,
                unit_price,
                fraction,
                period: self.whole,
                amount,
            }),
        }))
    }
}

impl InvoiceInput {
    /// The first day to charge for before the period, and the period it lies in.
    pub(super) fn first_days(&self) -> Result<Option<(Date, Period)>, BillingError> {
        let before = self.period_before()?;
        let from = self
            .proration
            .first_from
            .filter(|from| *from < self.period.start);
        Ok(from.map(|from| (from.max(before.start), before)))
    }

    fn period_before(&self) -> Result<Period, BillingError> {
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

/// The prorated lines of one subscription that may be billed. `term_price` is
/// its price for one unit and term.
pub(super) fn prorated_lines(
    sub: &LinkedSubscription,
    input: &InvoiceInput,
    term_price: UnitPrice,
) -> Result<Vec<Line>, BillingError> {
    let mut lines = Vec::new();
    let mut push = |cause, quantity, whole, unit_price| -> Result<(), MoneyError> {
        let source = LineSource::Pax8 {
            subscription_id: sub.id.clone(),
        };
        let (product, taxable) = (sub.product.as_str(), sub.taxable);
        lines.extend(
            Prorated {
                product,
                cause,
                quantity,
                unit_price,
                whole,
                taxable,
                source,
            }
            .line()?,
        );
        Ok(())
    };
    if let Some((from, before)) = input.first_days()? {
        // On renewal nothing is due for days on which no term begins.
        if let (Charge::Spread, Some(quantity)) = (sub.charge, sub.quantity)
            && let Some(unit_price) = price_of_period(sub, input, term_price, before)?
        {
            push(
                ProrationCause::FirstDays { from },
                quantity,
                before,
                unit_price,
            )?;
        }
        return Ok(lines);
    }
    let before = input.period_before()?;
    for change in input
        .proration
        .seat_changes
        .get(&sub.id)
        .into_iter()
        .flatten()
    {
        if !before.contains(change.on) {
            continue;
        }
        let whole = match sub.charge {
            Charge::Spread => {
                price_of_period(sub, input, term_price, before)?.map(|price| (before, price))
            }
            Charge::OnRenewal => term_at(sub, change.on)?.map(|term| (term, term_price)),
        };
        if let Some((whole, unit_price)) = whole {
            let quantity = change.after - change.before;
            push(
                ProrationCause::SeatChange(*change),
                quantity,
                whole,
                unit_price,
            )?;
        }
    }
    Ok(lines)
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
    })?;
    Ok(match outcome {
        ChargeOutcome::Charged(lines) => lines.first().map(|line| line.unit_price),
        _ => None,
    })
}

/// The subscription's term on that day; `None` before billing starts or if it has none.
fn term_at(sub: &LinkedSubscription, day: Date) -> Result<Option<Period>, BillingError> {
    let (Some(months), Some(anchor)) = (sub.term.months(), sub.dates.billed_from()) else {
        return Ok(None);
    };
    let grid = Grid {
        anchor,
        step: Step::Months(months),
    };
    Ok(if day < anchor {
        None
    } else {
        Some(grid.containing(day)?)
    })
}
