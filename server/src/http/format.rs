//! How values are written on pages: amounts with their currency, dates, instants in the organization's zone.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use money::{Amount, Currency};
use rust_decimal::{Decimal, RoundingStrategy};

/// An amount with its currency, digits grouped: `$1,234.50`, or `1,234.50 CHF` where a sign would not be understood.
#[must_use]
pub fn money(amount: &Amount) -> String {
    signed(&amount.to_string(), amount.currency().code())
}

/// A price as it is, digits grouped, with its currency if there is one: at least the currency's decimals, `$18.50`.
#[must_use]
pub fn price(value: &Decimal, currency: Option<&str>) -> String {
    let value = value.normalize();
    let known = currency.and_then(|code| code.parse::<Currency>().ok());
    let decimals = known.map_or(0, |currency| currency.minor_digits());
    let text = if value.scale() < decimals {
        format!("{value:.*}", usize::try_from(decimals).unwrap_or_default())
    } else {
        value.to_string()
    };
    match currency {
        Some(code) => signed(&text, code),
        None => grouped(&text),
    }
}

/// A number with the sign of its currency before it, or the code after it.
fn signed(number: &str, code: &str) -> String {
    let (minus, digits) = number
        .strip_prefix('-')
        .map_or(("", number), |digits| ("\u{2212}", digits));
    match sign(code) {
        Some(sign) => format!("{minus}{sign}{}", grouped(digits)),
        None => format!("{minus}{} {code}", grouped(digits)),
    }
}

/// The sign of a currency, for those that everybody reads alike.
#[must_use]
pub fn sign(code: &str) -> Option<&'static str> {
    Some(match code {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        "CAD" => "CA$",
        "AUD" => "A$",
        "NZD" => "NZ$",
        _ => return None,
    })
}

/// A part of an amount, in percent to one decimal: `16.7%`; none of nothing.
#[must_use]
pub fn percent(part: &Amount, whole: &Amount) -> Option<String> {
    let percent = part
        .to_decimal()
        .checked_mul(Decimal::ONE_HUNDRED)?
        .checked_div(whole.to_decimal())?
        .round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    Some(format!("{percent:.1}%").replace('-', "\u{2212}"))
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

    #[test]
    fn amounts_carry_the_sign_or_the_code_of_their_currency() {
        for (minor, code, text) in [
            (123_450, "USD", "$1,234.50"),
            (-340, "USD", "\u{2212}$3.40"),
            (2_220, "EUR", "€22.20"),
            (1_500, "JPY", "¥1,500"),
            (99, "CAD", "CA$0.99"),
            (123_450, "CHF", "1,234.50 CHF"),
        ] {
            assert_eq!(
                money(&Amount::from_minor(minor, code.parse().unwrap())),
                text
            );
        }
    }

    #[test]
    fn prices_keep_their_decimals_and_show_at_least_those_of_the_currency() {
        for (value, currency, text) in [
            ("18.5", Some("USD"), "$18.50"),
            ("0.0125", Some("USD"), "$0.0125"),
            ("1500", Some("JPY"), "¥1,500"),
            ("18.500", None, "18.5"),
            ("7", Some("XYZ"), "7 XYZ"),
        ] {
            assert_eq!(price(&value.parse().unwrap(), currency), text);
        }
    }

    #[test]
    fn parts_are_told_in_percent() {
        let usd = |minor| Amount::from_minor(minor, Currency::USD);
        assert_eq!(percent(&usd(6_660), &usd(39_924)).unwrap(), "16.7%");
        assert_eq!(percent(&usd(-340), &usd(11_000)).unwrap(), "\u{2212}3.1%");
        assert_eq!(percent(&usd(1), &usd(0)), None);
    }
}
