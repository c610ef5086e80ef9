//! Points in time and days, in the spellings that Pax8 uses.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

use super::FieldProblem;

/// A point in time as Pax8 wrote it.
///
/// Pax8 writes `2021-01-01T08:30:00Z`, `2020-12-01T13:20:13.153-0700` and, in
/// the same fields, bare dates. Without an offset the time is taken as UTC; a
/// bare date is its midnight in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    written: String,
    date: Date,
    timestamp: Timestamp,
    bare_date: bool,
}

impl Moment {
    /// Reads any of the spellings.
    ///
    /// # Errors
    ///
    /// [`FieldProblem::NotADate`] if it is none of them, or no real date.
    pub fn parse(text: &str) -> Result<Self, FieldProblem> {
        let written = text.trim();
        let pieces = Pieces::parse(written).map_err(|_| FieldProblem::NotADate)?;
        if pieces.time_zone_annotation().is_some() {
            return Err(FieldProblem::NotADate);
        }
        let local = pieces
            .date()
            .to_datetime(pieces.time().unwrap_or(Time::midnight()));
        let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
        let timestamp = offset
            .to_timestamp(local)
            .map_err(|_| FieldProblem::NotADate)?;
        Ok(Self {
            written: written.to_owned(),
            date: pieces.date(),
            timestamp,
            bare_date: pieces.time().is_none(),
        })
    }

    /// The text as Pax8 wrote it.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The point in time.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// The calendar date as written, in the offset it was written with.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// Whether only a date was written, so that the time of day is unknown.
    #[must_use]
    pub fn is_bare_date(&self) -> bool {
        self.bare_date
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// A day as Pax8 wrote it: the calendar date in the text, whatever time or
/// offset follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    written: String,
    date: Date,
}

impl Day {
    /// Reads a bare date, or the date of any spelling of a [`Moment`].
    ///
    /// # Errors
    ///
    /// [`FieldProblem::NotADate`] if it is neither, or no real date.
    pub fn parse(text: &str) -> Result<Self, FieldProblem> {
        let moment = Moment::parse(text)?;
        Ok(Self {
            written: moment.written,
            date: moment.date,
        })
    }

    /// The text as Pax8 wrote it.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The calendar date.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn instant(text: &str) -> String {
        match Moment::parse(text) {
            Ok(moment) => moment.timestamp().to_string(),
            Err(problem) => panic!("{text}: {problem}"),
        }
    }

    #[test]
    fn every_spelling_of_pax8_is_read() {
        for (written, meant) in [
            ("2021-01-01T08:30:00Z", "2021-01-01T08:30:00Z"),
            ("2020-12-01T13:20:13.153-0700", "2020-12-01T20:20:13.153Z"),
            ("2020-12-01T13:20:13-07:00", "2020-12-01T20:20:13Z"),
            ("2020-12-01T13:20:13+05:30", "2020-12-01T07:50:13Z"),
            ("2020-12-01T13:20:13.153", "2020-12-01T13:20:13.153Z"),
            ("2020-12-01 13:20:13", "2020-12-01T13:20:13Z"),
            ("2020-12-01T13:20Z", "2020-12-01T13:20:00Z"),
            (
                "2020-12-01T13:20:13.123456789+0000",
                "2020-12-01T13:20:13.123456789Z",
            ),
            (" 2025-03-14 ", "2025-03-14T00:00:00Z"),
        ] {
            assert_eq!(instant(written), meant, "{written}");
        }
    }

    #[test]
    fn a_date_stays_the_date_that_was_written() {
        let late = Moment::parse("2025-03-14T23:30:00.000-0600").unwrap();
        assert_eq!(late.date().to_string(), "2025-03-14");
        assert_eq!(late.timestamp().to_string(), "2025-03-15T05:30:00Z");
        assert!(!late.is_bare_date());
        assert!(Moment::parse("2025-03-14").unwrap().is_bare_date());

        let day = Day::parse("2025-03-14T23:30:00.000-0600").unwrap();
        assert_eq!(day.to_string(), "2025-03-14");
        assert_eq!(day.written(), "2025-03-14T23:30:00.000-0600");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "soon",
            "2025-13-01",
            "2025-02-30",
            "14/03/2025",
            "1741910400",
            "2025-03-14T25:00:00Z",
            "2025-03-14T10:00:00 USD",
            "0000",
            "2025-03-14T10:00:00-06:00[America/Denver]",
        ] {
            assert!(Moment::parse(text).is_err(), "{text}");
            assert!(Day::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_reads_back_in_every_spelling(
            second in -2_000_000_000_i64..4_000_000_000,
            millis in 0_i32..1000,
            quarters in -47_i32..=47,
        ) {
            let meant = Timestamp::new(second, millis * 1_000_000).unwrap();
            let offset = Offset::from_seconds(quarters * 900).unwrap();
            let local = offset.to_datetime(meant);
            let sign = if quarters < 0 { '-' } else { '+' };
            let (hours, minutes) = (quarters.abs() / 4, quarters.abs() % 4 * 15);
            let body = local.strftime("%Y-%m-%dT%H:%M:%S");
            for colon in ["", ":"] {
                let text = format!("{body}.{millis:03}{sign}{hours:02}{colon}{minutes:02}");
                let read = Moment::parse(&text).unwrap();
                prop_assert_eq!(read.timestamp(), meant);
                prop_assert_eq!(read.date(), local.date());
                prop_assert_eq!(read.written(), text);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-0-9T:.+Z ]{0,30}") {
            let _ = Moment::parse(&text);
        }
    }
}
