//! A value in a row of an export.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use money::Amount;
use rust_decimal::Decimal;

/// A value in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// Absent; not zero.
    Nothing,
    /// What people or Pax8 wrote.
    Text(String),
    /// An exact number.
    Number(Decimal),
    /// A day.
    Day(Date),
    /// Yes or no.
    Flag(bool),
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An amount in major units, with exactly its currency's decimals.
    pub(super) fn amount(amount: Amount) -> Self {
        Self::Number(amount.to_decimal())
    }

    /// An instant where the organization is, with the offset from UTC: `2026-11-24T09:41:29-05:00`.
    pub(super) fn instant(at: Timestamp, zone: &TimeZone) -> Self {
        let here = at.to_zoned_datetime(zone.clone());
        Self::Text(here.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    /// What is absent is an empty cell.
    pub(super) fn optional<T>(value: Option<T>, make: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Nothing, make)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        Self::optional(text, Self::Text)
    }
}

impl From<Option<Decimal>> for Cell {
    fn from(number: Option<Decimal>) -> Self {
        Self::optional(number, Self::Number)
    }
}

impl From<Option<Date>> for Cell {
    fn from(day: Option<Date>) -> Self {
        Self::optional(day, Self::Day)
    }
}

impl From<Option<Amount>> for Cell {
    fn from(amount: Option<Amount>) -> Self {
        Self::optional(amount, Self::amount)
    }
}
