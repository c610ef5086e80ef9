//! The part of a period that is charged.

use std::fmt;

use jiff::civil::Date;
use money::{Amount, Decimal, MoneyError, UnitPrice, multiply, round_quotient};
use serde::{Deserialize, Serialize};

use crate::schedule::{DateOutOfRange, Grid, Period, Step};

/// What parts of a period are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProrationBasis {
    /// Days of the period.
    #[default]
    Days,
    /// Whole months: one that has begun counts in full, so that what comes pays for it and what goes is not given back for
    /// it. A period that is not made of months is counted in days.
    Months,
}

impl ProrationBasis {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Days, Self::Months];

    /// The name as stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Months => "months",
        }
    }

    /// Reads [`ProrationBasis::code`] back.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.code() == code)
    }
}

/// A number of days or months out of a whole, printed as `20/30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fraction {
    /// How many are charged.
    pub parts: u32,
    /// How many the whole has.
    pub of: u32,
    /// What they are.
    pub unit: ProrationBasis,
}

impl Fraction {
    /// The days from `day` (or the first day, if that is later) to the end of `whole`.
    #[must_use]
    pub fn days(whole: Period, day: Date) -> Self {
        let days = |from: Date| {
            let hours = from.duration_until(whole.end).as_hours();
            u32::try_from(hours / 24).unwrap_or(0)
        };
        Self {
            parts: days(day.max(whole.start)),
            of: days(whole.start),
            unit: ProrationBasis::Days,
        }
    }

    /// What is left of `whole` from `day` on; a `credit` leaves out a month that has begun.
    ///
    /// # Errors
    /// [`DateOutOfRange`].
    pub fn rest_of(
        whole: Period,
        day: Date,
        basis: ProrationBasis,
        credit: bool,
    ) -> Result<Self, DateOutOfRange> {
        let months = match basis {
            ProrationBasis::Days => None,
            ProrationBasis::Months => Self::months(whole, day, credit)?,
        };
        Ok(months.unwrap_or_else(|| Self::days(whole, day)))
    }

    /// The same in months; `None` if the whole is not made of months.
    fn months(whole: Period, day: Date, credit: bool) -> Result<Option<Self>, DateOutOfRange> {
        let step = Step::Months(1);
        let month = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let of = month(whole.end) - month(whole.start);
        // Counted from the end that has the later day: the other one may be cut by a short month.
        let (anchor, first) = if whole.start.day() < whole.end.day() {
            (whole.end, -of)
        } else {
            (whole.start, 0)
        };
        let grid = Grid { anchor, step };
        if of < 1 || grid.period(first)?.start != whole.start || grid.nth(first + of)? != whole.end
        {
            return Ok(None);
        }
        let day = day.max(whole.start);
        let from = if credit {
            grid.first_from(day)?
        } else {
            grid.index_of(day)?
        };
        let left = (first + of - from).clamp(0, of);
        let counted = |n: i64| u32::try_from(n).map_err(|_| DateOutOfRange);
        Ok(Some(Self {
            parts: counted(left)?,
            of: counted(of)?,
            unit: ProrationBasis::Months,
        }))
    }

    /// `quantity × price × parts ÷ of`, rounded once.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`], or [`MoneyError::DivisionByZero`] for a whole of nothing.
    pub fn of_price(self, price: UnitPrice, quantity: Decimal) -> Result<Amount, MoneyError> {
        let exact = multiply(multiply(price.value(), quantity)?, self.parts.into())?;
        round_quotient(exact, self.of, price.currency())
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.parts, self.of)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn months(start: Date, end: Date, day: Date, credit: bool) -> String {
        let whole = Period { start, end };
        let fraction = Fraction::rest_of(whole, day, ProrationBasis::Months, credit).unwrap();
        format!("{fraction} {}", fraction.unit.code())
    }

    #[test]
    fn a_month_that_has_begun_is_charged_and_not_given_back() {
        let (start, end) = (date(2026, 4, 1), date(2026, 7, 1));
        assert_eq!(months(start, end, date(2026, 5, 20), false), "2/3 months");
        assert_eq!(months(start, end, date(2026, 5, 20), true), "1/3 months");
        assert_eq!(months(start, end, date(2026, 5, 1), true), "2/3 months");
        assert_eq!(months(start, end, date(2026, 1, 1), false), "3/3 months");
        assert_eq!(months(start, end, date(2026, 6, 2), true), "0/3 months");
    }

    #[test]
    fn months_keep_the_day_that_a_short_month_has_cut() {
        let (start, end) = (date(2026, 2, 28), date(2026, 5, 31));
        assert_eq!(months(start, end, date(2026, 3, 30), false), "3/3 months");
        assert_eq!(months(start, end, date(2026, 3, 31), false), "2/3 months");
    }

    #[test]
    fn a_week_and_an_odd_stretch_are_counted_in_days() {
        let week = (date(2026, 4, 1), date(2026, 4, 8));
        assert_eq!(months(week.0, week.1, date(2026, 4, 5), false), "3/7 days");
        let odd = (date(2026, 4, 3), date(2026, 5, 1));
        assert_eq!(months(odd.0, odd.1, date(2026, 4, 17), false), "14/28 days");
    }
}
