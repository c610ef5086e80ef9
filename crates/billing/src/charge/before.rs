//! How far the invoices before this one have paid.

use jiff::civil::Date;

use super::ChargeInput;
use super::billed::{Billed, Open};
use crate::BillingError;
use crate::schedule::{Grid, Period};

/// What the lines say of invoices up to the one that is made: of those that start with it or earlier, and of those that start
/// within it where the ones before leave no gap.
pub(super) struct Before {
    /// The first day that they leave unpaid.
    pub paid_until: Date,
    /// The term that they leave to be charged next; `None` if the line that pays furthest charged terms of another length.
    pub next: Option<NextTerm>,
}

/// The first term that is not charged, or in part only.
#[derive(Clone, Copy)]
pub(super) struct NextTerm {
    /// Its number among the subscription's terms.
    pub n: i64,
    /// Whether part of it was charged.
    pub is_begun: bool,
    start: Date,
}

impl Before {
    /// Reads the lines; `None` if there are none.
    pub fn of(input: &ChargeInput<'_>, terms: Grid) -> Result<Option<Self>, BillingError> {
        let mut lines: Vec<&Billed> = input.billed.iter().collect();
        lines.sort_by_key(|line| line.period.start);
        let Period { start, end } = input.period;
        let (mut last, mut reached): (Option<&Billed>, Option<Date>) = (None, None);
        for line in lines {
            let from = line.period.start;
            let follows = from < end && last.is_some_and(|last| from <= last.paid_until());
            if start < from && !follows {
                continue;
            }
            let key = |line: &Billed| (line.paid_until(), line.reached());
            if last.is_none_or(|last| key(last) <= key(line)) {
                last = Some(line);
            }
            // An invoice that a link was moved away from may pay further than one that charged later terms.
            if line.term == *input.term {
                reached = reached.max(Some(line.reached()));
            }
        }
        let Some(last) = last else { return Ok(None) };
        let next = match reached.filter(|_| last.term == *input.term) {
            Some(reached) => Some(NextTerm::after(input, terms, reached)?),
            None => None,
        };
        Ok(Some(Self {
            paid_until: last.paid_until(),
            next,
        }))
    }

    /// How many periods nobody billed between those invoices and this one: a pause, or a next date moved that far. A period
    /// whose days were paid ahead needed no line, so it is not one of them.
    pub fn left_out(&self, input: &ChargeInput<'_>) -> Result<i64, BillingError> {
        let paid_ahead = self.next.map_or(Date::MIN, |term| term.start);
        let until = self.paid_until.max(paid_ahead);
        let start = input.period.start;
        if start <= until {
            return Ok(0);
        }
        let schedule = input.schedule.resumed_at(start)?;
        Ok(schedule.starts_between(until, start)?)
    }
}

impl NextTerm {
    /// The term that begins on that day, or the one after it if nothing is left of it.
    fn after(input: &ChargeInput<'_>, terms: Grid, reached: Date) -> Result<Self, BillingError> {
        let n = terms.index_of(reached)?;
        let open = Open::ours(input, terms.period(n)?);
        Ok(if open.rest.is_none() {
            Self {
                n: n + 1,
                is_begun: false,
                start: open.term.end,
            }
        } else {
            Self {
                n,
                is_begun: !open.shares.is_empty(),
                start: open.term.start,
            }
        })
    }
}
