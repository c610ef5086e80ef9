//! How values are written on pages: amounts with their currency, dates, instants in the organization's zone.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use money::Amount;
use rust_decimal::Decimal;

/// An amount with its currency, digits grouped: `1,234.50 USD`.
#[must_use]
pub fn money(amount: &Amount) -> String {
    format!(
        "{} {}",
        grouped(&amount.to_string()),
        amount.currency().code()
    )
}

/// A decimal as it is, digits grouped, with a currency after it if there is one.
#[must_use]
pub fn price(value: &Decimal, currency: Option<&str>) -> String {
    let text = grouped(&value.normalize().to_string());
    match currency {
        Some(currency) => format!("{text} {currency}"),
        None => text,
    }
}

/// A quantity: no zeros at its end.
#[must_use]
pub fn quantity(value: &Decimal) -> String {
    grouped(&value.normalize().to_string())
}

/// A date: `24 Nov 2026`.
#[must_use]
pub fn day(date: &Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// An instant in a zone, to the minute: `24 Nov 2026, 14:05`.
#[must_use]
pub fn minute(instant: &Timestamp, zone: &TimeZone) -> String {
    instant
        .to_zoned_datetime(zone.clone())
        .strftime("%-d %b %Y, %H:%M")
        .to_string()
}

/// An instant in a zone, exactly: what is shown on hover.
#[must_use]
pub fn exact(instant: &Timestamp, zone: &TimeZone) -> String {
    instant
        .to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S %Z")
        .to_string()
}

/// Groups the digits before the point by threes.
#[must_use]
pub fn grouped(number: &str) -> String {
    let (sign, digits) = number
        .strip_prefix('-')
        .map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::from(sign);
    for (index, digit) in whole.char_indices() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_threes_before_the_point() {
        for (number, text) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.5678", "-1,234,567.5678"),
            ("100000", "100,000"),
            ("12.00", "12.00"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
