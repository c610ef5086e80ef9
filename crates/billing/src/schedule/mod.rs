//! The periods of a recurring invoice.
//!
//! A schedule is an anchor date and a frequency. Every period is computed from
//! the anchor, so an anchor on the 31st gives 31 January, 28 February and
//! 31 March. The anchor is the first invoice date; it belongs beside the
//! recurring invoice in the database.
//!
//! When somebody moves the next invoice date off these dates, the schedule
//! starts afresh from the date they chose ([`Schedule::resumed_at`]), and that
//! date becomes the anchor to store. Storing it matters: an anchor read back
//! from a date that a short month had cut (28 February) would have forgotten
//! the 31st.

mod grid;

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub(crate) use grid::{Grid, Step};

/// A date lies outside the years -9999 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the date lies outside the calendar")]
pub struct DateOutOfRange;

/// How often a recurring invoice is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Every seven days.
    Weekly,
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every six months.
    SemiAnnual,
    /// Every twelve months.
    Annual,
}

impl Frequency {
    /// All of them, from the shortest.
    pub const ALL: [Self; 5] = [
        Self::Weekly,
        Self::Monthly,
        Self::Quarterly,
        Self::SemiAnnual,
        Self::Annual,
    ];

    /// How many months a period lasts; `None` for weekly.
    #[must_use]
    pub fn months(self) -> Option<u32> {
        match self {
            Self::Weekly => None,
            Self::Monthly => Some(1),
            Self::Quarterly => Some(3),
            Self::SemiAnnual => Some(6),
            Self::Annual => Some(12),
        }
    }

    /// The name as stored and sent: `semi_annual`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::SemiAnnual => "semi_annual",
            Self::Annual => "annual",
        }
    }

    /// Reads [`Frequency::code`] back.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|frequency| frequency.code() == code)
    }

    fn step(self) -> Step {
        self.months().map_or(Step::Weeks(1), Step::Months)
    }
}

/// A stretch of days: `start` belongs to it, `end` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
}

impl Period {
    /// Whether `date` is one of its days.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.start <= date && date < self.end
    }

    /// How many days it has.
    pub(crate) fn days(&self) -> i64 {
        self.start.duration_until(self.end).as_hours() / 24
    }

    /// Whether more than half of it lies in `other`: what is one term stays one when its dates are put right by a few days.
    pub(crate) fn is_mostly_in(&self, other: Self) -> bool {
        let common = Self {
            start: self.start.max(other.start),
            end: self.end.min(other.end),
        };
        common.days() * 2 > self.days()
    }

    /// The last day that belongs to it.
    #[must_use]
    pub fn last_day(&self) -> Date {
        self.end.yesterday().unwrap_or(self.end)
    }
}

/// For people, with the last day that belongs to it: `2026-01-01 to 2026-01-31`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.last_day())
    }
}

/// The periods of a recurring invoice, without beginning or end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Schedule {
    /// The date every period is computed from.
    pub anchor: Date,
    /// How long a period is.
    pub frequency: Frequency,
}

impl Schedule {
    /// The period `n` steps from the anchor's own (0); negative ones lie before it.
    ///
    /// # Errors
    /// [`DateOutOfRange`].
    pub fn nth_period(&self, n: i64) -> Result<Period, DateOutOfRange> {
        self.grid().period(n)
    }

    /// The period that starts on `date`, or `None` if none does.
    ///
    /// # Errors
    /// [`DateOutOfRange`].
    pub fn period_starting(&self, date: Date) -> Result<Option<Period>, DateOutOfRange> {
        let period = self.period_containing(date)?;
        Ok(Some(period).filter(|period| period.start == date))
    }

    /// The period that `date` belongs to.
    ///
    /// # Errors
    /// [`DateOutOfRange`].
    pub fn period_containing(&self, date: Date) -> Result<Period, DateOutOfRange> {
        self.grid().containing(date)
    }

    /// The first start of a period after `date`.
    ///
    /// # Errors
    /// [`DateOutOfRange`].
    pub fn next_after(&self, date: Date) -> Result<Date, DateOutOfRange> {
        Ok(self.period_containing(date)?.end)
    }

    /// This schedule, if a period starts on `date`; else one anchored there.
    ///
    /// # Errors
    /// [`DateOutOfRange`].
    pub fn resumed_at(&self, date: Date) -> Result<Self, DateOutOfRange> {
        let fits = self.period_starting(date)?.is_some();
        Ok(if fits {
            *self
        } else {
            Self {
                anchor: date,
                ..*self
            }
        })
    }

    /// The periods to invoice on `as_of`, oldest first: those that start on or
    /// after `next_invoice_date`, no later than `as_of`, and before `end_date`
    /// (the first day without invoices). A missed run is caught up period by
    /// period. If no period starts on `next_invoice_date` the schedule is
    /// [resumed](Self::resumed_at) there.
    ///
    /// # Errors
    /// [`DateOutOfRange`].
    pub fn periods_due(
        &self,
        next_invoice_date: Date,
        as_of: Date,
        end_date: Option<Date>,
    ) -> Result<PeriodsDue, DateOutOfRange> {
        let grid = self.resumed_at(next_invoice_date)?.grid();
        let next = grid.first_from(next_invoice_date)?;
        Ok(PeriodsDue {
            grid,
            next,
            as_of,
            end_date,
        })
    }

    /// How many periods start in `[from, until)`.
    pub(crate) fn starts_between(&self, from: Date, until: Date) -> Result<i64, DateOutOfRange> {
        self.grid().count(from, until)
    }

    fn grid(&self) -> Grid {
        Grid {
            anchor: self.anchor,
            step: self.frequency.step(),
        }
    }
}

/// Periods that are due, oldest first. See [`Schedule::periods_due`].
#[derive(Clone, Debug)]
pub struct PeriodsDue {
    grid: Grid,
    next: i64,
    as_of: Date,
    end_date: Option<Date>,
}

impl Iterator for PeriodsDue {
    type Item = Period;

    fn next(&mut self) -> Option<Period> {
        // Beyond the calendar nothing is due.
        let period = self.grid.period(self.next).ok()?;
        let due = period.start <= self.as_of && self.end_date.is_none_or(|end| period.start < end);
        self.next += 1;
        due.then_some(period)
    }
}

#[cfg(test)]
mod tests;
