//! What the lines of invoices made before say about a subscription.

use std::collections::BTreeMap;

use money::{Currency, Decimal, MoneyError, UnitPrice, round_unit_price};

use super::explanation::{Explanation, Pax8Explanation, PriceExplanation};
use super::proration::{ProrationCause, SeatChange};
use crate::BillingError;
use crate::charge::{Billed, Charge, Portion};
use crate::schedule::Period;

/// What invoices that are not void have charged of a subscription.
#[derive(Clone, Debug, Default)]
pub struct Invoiced {
    /// What they charged of its terms, whoever paid, in any order.
    pub terms: Vec<Billed>,
    /// The days that the client who is billed now has paid in advance.
    pub advances: Vec<Advance>,
    /// What that client was charged, or given back, for seats that came or went in those days.
    pub adjustments: Vec<Adjustment>,
}

/// Days that were charged in advance.
#[derive(Clone, Debug)]
pub struct Advance {
    /// The days.
    pub days: Period,
    /// How many units were charged.
    pub quantity: Decimal,
    /// What one of them costs for all the days.
    pub unit_price: UnitPrice,
    /// Whether changes within the days are charged: the recurring invoice's setting then.
    pub changes_prorated: bool,
    /// Where the price came from.
    pub price: PriceExplanation,
}

/// A line for seats that came or went.
#[derive(Clone, Debug)]
pub struct Adjustment {
    /// The days that had been charged.
    pub days: Period,
    /// The change.
    pub change: SeatChange,
    /// How many units were charged; negative for a credit.
    pub quantity: Decimal,
}

impl Invoiced {
    /// Adds what a line says. `same_client`: its invoice went to the client who is billed now.
    ///
    /// # Errors
    /// [`MoneyError`] if a figure of the line is out of range.
    pub fn add(&mut self, explanation: &Explanation, same_client: bool) -> Result<(), MoneyError> {
        self.terms.extend(Billed::of(explanation));
        match explanation {
            Explanation::Pax8(why) if same_client => self.advances.extend(Advance::of(why)?),
            Explanation::Proration(why) if same_client => {
                if let ProrationCause::SeatChange(change) = &why.cause {
                    self.adjustments.push(Adjustment {
                        days: why.period,
                        change: change.clone(),
                        quantity: why.quantity,
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the client has paid for exactly these days in advance.
    pub(super) fn has_paid_for(&self, days: Period) -> bool {
        self.advances.iter().any(|it| it.days == days)
    }

    /// The days within which changes are charged, the earliest first: those charged since the setting was last turned on.
    pub(super) fn advances_to_adjust(
        &self,
        currency: Currency,
    ) -> Result<Vec<Advance>, BillingError> {
        let mut by_days: BTreeMap<_, Advance> = BTreeMap::new();
        for it in &self.advances {
            // Amounts are never converted.
            if it.unit_price.currency() != currency {
                continue;
            }
            match by_days.get_mut(&(it.days.start, it.days.end)) {
                None => {
                    by_days.insert((it.days.start, it.days.end), it.clone());
                }
                // Whole terms and the rest of one may stand on the same invoice.
                Some(other) => {
                    let both = other.unit_price.value() + it.unit_price.value();
                    other.unit_price = round_unit_price(both, currency)?;
                }
            }
        }
        let latest = by_days.into_values().rev();
        let mut found: Vec<Advance> = latest.take_while(|it| it.changes_prorated).collect();
        found.reverse();
        Ok(found)
    }
}

impl Advance {
    /// What a line charged in advance; `None` if it charged no days: paid once, or the rest of a term that is over.
    fn of(why: &Pax8Explanation) -> Result<Option<Self>, MoneyError> {
        let Some(days) = days_of(why) else {
            return Ok(None);
        };
        let unit_price = if why.line_quantity == why.quantity {
            why.line_unit_price
        } else {
            let one = why.amount.to_decimal().checked_div(why.quantity);
            round_unit_price(one.ok_or(MoneyError::Overflow)?, why.amount.currency())?
        };
        Ok(Some(Self {
            days,
            quantity: why.quantity,
            unit_price,
            changes_prorated: why.changes_prorated,
            price: why.price.clone(),
        }))
    }
}

/// The days that a line pays, as the client sees it.
fn days_of(why: &Pax8Explanation) -> Option<Period> {
    let period = why.period;
    let days = match why.portion {
        Portion::Once => return None,
        Portion::Renewal { on, until, .. } => Period {
            start: on,
            end: until,
        },
        // The rest of a term that runs, charged at once.
        Portion::Share { term, .. } if why.charge == Charge::OnRenewal => Period {
            start: period.start,
            end: term.end,
        },
        Portion::Terms { count, of, terms } if count < of => Period {
            start: period.start.max(terms.start),
            end: period.end.min(terms.end),
        },
        Portion::Share { .. } | Portion::Terms { .. } => period,
    };
    (days.start < days.end).then_some(days)
}
