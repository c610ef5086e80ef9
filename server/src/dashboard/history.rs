//! What past months brought, told from what is known today.
//!
//! Today's figures stand; what Pax8 changed since the end of a month is taken back, and what was not there then is left out.
//! Prices and links are today's: what a person decided since is not a change of Pax8's. A month that ended before Pax8 was
//! first read is unknown, which is not zero.

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time},
    tz::TimeZone,
};
use money::{Amount, Currency};

use super::store::{Arrivals, Correction};
use crate::error::{Error, Result};

/// How many months are told, the present one among them.
pub(super) const MONTHS: i32 = 12;

/// The end of a month, or the present moment of the present one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MonthEnd {
    /// The first day of the month.
    pub month: Date,
    pub at: Timestamp,
}

/// What a month brought and cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub revenue: Amount,
    pub cost: Amount,
}

/// A month, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PastMonth {
    pub month: Date,
    pub figures: Option<Figures>,
}

/// The ends of the last twelve months, the earliest first; the present month ends now.
pub(super) fn month_ends(now: Timestamp, zone: &TimeZone) -> Result<Vec<MonthEnd>> {
    let present = now.to_zoned_datetime(zone.clone()).date().first_of_month();
    (0..MONTHS)
        .rev()
        .map(|back| {
            let month = present
                .checked_sub(back.months())
                .map_err(Error::internal)?;
            let at = match back {
                0 => now,
                _ => start_of_next(month, zone)?,
            };
            Ok(MonthEnd { month, at })
        })
        .collect()
}

fn start_of_next(month: Date, zone: &TimeZone) -> Result<Timestamp> {
    let next = month.checked_add(1.month()).map_err(Error::internal)?;
    let midnight = next.to_datetime(Time::midnight());
    zone.to_timestamp(midnight).map_err(Error::internal)
}

/// What each month brought, in one currency. `known_since` is when Pax8 was first read.
pub(super) fn past_months(
    ends: &[MonthEnd],
    known_since: Option<Timestamp>,
    arrivals: &[Arrivals],
    corrections: &[Correction],
    currency: Currency,
) -> Result<Vec<PastMonth>> {
    ends.iter()
        .map(|end| {
            let known = known_since.is_some_and(|since| since <= end.at);
            let figures = if known {
                Some(figures_at(end.at, arrivals, corrections, currency)?)
            } else {
                None
            };
            Ok(PastMonth {
                month: end.month,
                figures,
            })
        })
        .collect()
}

fn figures_at(
    at: Timestamp,
    arrivals: &[Arrivals],
    corrections: &[Correction],
    currency: Currency,
) -> Result<Figures> {
    let there = arrivals.iter().filter(|it| it.first_seen_at <= at);
    let later = corrections
        .iter()
        .filter(|it| it.at > at && it.first_seen_at <= at);
    let mut figures = Figures {
        revenue: Amount::zero(currency),
        cost: Amount::zero(currency),
    };
    for it in there {
        figures = figures.add(it.revenue, it.cost)?;
    }
    for it in later {
        let undone = |amount: Amount| amount.checked_neg().map_err(Error::internal);
        figures = figures.add(undone(it.revenue)?, undone(it.cost)?)?;
    }
    Ok(figures)
}

impl Figures {
    fn add(self, revenue: Amount, cost: Amount) -> Result<Self> {
        Ok(Self {
            revenue: self.revenue.checked_add(revenue).map_err(Error::internal)?,
            cost: self.cost.checked_add(cost).map_err(Error::internal)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn usd(minor: i64) -> Amount {
        Amount::from_minor(minor, Currency::USD)
    }

    fn arrivals(first_seen_at: &str, revenue: i64, cost: i64) -> Arrivals {
        Arrivals {
            first_seen_at: at(first_seen_at),
            revenue: usd(revenue),
            cost: usd(cost),
        }
    }

    fn correction(at_: &str, first_seen_at: &str, revenue: i64, cost: i64) -> Correction {
        Correction {
            at: at(at_),
            first_seen_at: at(first_seen_at),
            revenue: usd(revenue),
            cost: usd(cost),
        }
    }

    fn told(
        known_since: Option<&str>,
        a: &[Arrivals],
        c: &[Correction],
    ) -> Vec<(String, Option<(i64, i64)>)> {
        let ends = month_ends(at("2026-07-15T12:00:00Z"), &TimeZone::UTC).unwrap();
        let months = past_months(&ends, known_since.map(at), a, c, Currency::USD).unwrap();
        months
            .into_iter()
            .map(|it| {
                let figures = it.figures.map(|it| (it.revenue.minor(), it.cost.minor()));
                (it.month.strftime("%Y-%m").to_string(), figures)
            })
            .skip(8)
            .collect()
    }

    fn month(name: &str, figures: Option<(i64, i64)>) -> (String, Option<(i64, i64)>) {
        (name.to_owned(), figures)
    }

    #[test]
    fn months_end_in_the_zone_of_the_organization_and_the_present_one_now() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let now = at("2026-03-01T03:00:00Z");
        let ends = month_ends(now, &zone).unwrap();
        assert_eq!(ends.len(), 12);
        assert_eq!(ends[0].month.to_string(), "2025-03-01");
        assert_eq!(ends[0].at, at("2025-04-01T04:00:00Z"), "summer time");
        assert_eq!(ends[10].at, at("2026-02-01T05:00:00Z"));
        assert_eq!(
            (ends[11].month.to_string().as_str(), ends[11].at),
            ("2026-02-01", now)
        );
    }

    #[test]
    fn what_changed_since_is_taken_back_month_by_month() {
        let first = "2026-03-20T00:00:00Z";
        let sum = [
            arrivals(first, 12_000, 10_000),
            arrivals("2026-06-10T00:00:00Z", 500, 400),
        ];
        let changes = [
            correction("2026-05-05T00:00:00Z", first, 2_400, 2_000),
            correction("2026-07-01T00:00:00Z", first, -1_200, -1_000),
            correction("2026-07-02T00:00:00Z", "2026-06-10T00:00:00Z", 100, 80),
        ];
        assert_eq!(
            told(Some(first), &sum, &changes),
            [
                month("2026-04", Some((10_800, 9_000))),
                month("2026-05", Some((13_200, 11_000))),
                // What happens at the stroke of midnight still belongs to June.
                month("2026-06", Some((12_400, 10_320))),
                month("2026-07", Some((12_500, 10_400))),
            ]
        );
    }

    #[test]
    fn before_pax8_was_first_read_nothing_is_known() {
        let sum = [arrivals("2026-06-10T00:00:00Z", 500, 400)];
        let months = told(Some("2026-06-10T00:00:00Z"), &sum, &[]);
        assert_eq!(months[1], month("2026-05", None));
        assert_eq!(months[2], month("2026-06", Some((500, 400))));
        assert!(told(None, &[], &[]).iter().all(|(_, it)| it.is_none()));
    }
}
