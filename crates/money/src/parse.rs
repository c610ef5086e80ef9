//! Numbers as people type them into a form.

use rust_decimal::Decimal;

/// Digits allowed before the point.
const WHOLE_DIGITS: usize = 12;
/// Digits allowed after the point.
const DECIMALS: usize = 10;

/// Why a typed number was not taken, as a sentence for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDecimalError {
    /// Nothing was typed.
    #[error("Enter a number, for example 1234.50.")]
    Empty,
    /// A comma, space or apostrophe: it could group thousands or mark
    /// decimals, and guessing wrong is a factor of a thousand.
    #[error("Use a point for decimals and nothing between thousands, for example 1234.50.")]
    Grouped,
    /// Anything else that is not a plain decimal.
    #[error("This is not a number. Use digits and at most one point, for example 1234.50.")]
    NotANumber,
    /// Too many digits on either side of the point.
    #[error("Use at most {WHOLE_DIGITS} digits before the point and {DECIMALS} after it.")]
    TooLong,
}

/// Reads a plain decimal: an optional minus sign, digits, at most one point
/// with digits on both sides. White space around it is ignored. No grouping,
/// no exponent, no currency sign.
///
/// # Errors
/// See [`ParseDecimalError`].
pub fn parse_decimal(text: &str) -> Result<Decimal, ParseDecimalError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ParseDecimalError::Empty);
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = match unsigned.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (unsigned, None),
    };
    for digits in std::iter::once(whole).chain(decimals) {
        check_digits(digits)?;
    }
    if whole.len() > WHOLE_DIGITS || decimals.is_some_and(|digits| digits.len() > DECIMALS) {
        return Err(ParseDecimalError::TooLong);
    }
    text.parse().map_err(|_| ParseDecimalError::NotANumber)
}

fn check_digits(digits: &str) -> Result<(), ParseDecimalError> {
    let groups = |c: char| matches!(c, ',' | '\'' | '’' | '_') || c.is_whitespace();
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else if digits.contains(groups) && digits.chars().all(|c| c.is_ascii_digit() || groups(c)) {
        Err(ParseDecimalError::Grouped)
    } else {
        Err(ParseDecimalError::NotANumber)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_decimals_are_read() {
        for (text, value) in [
            (" 20 ", "20"),
            ("5.00", "5"),
            ("-0.5", "-0.5"),
            ("007", "7"),
        ] {
            assert_eq!(
                parse_decimal(text).unwrap(),
                value.parse::<Decimal>().unwrap()
            );
        }
    }

    #[test]
    fn everything_else_says_what_to_type() {
        use ParseDecimalError as E;
        for (text, error) in [
            ("", E::Empty),
            ("   ", E::Empty),
            ("1,234.50", E::Grouped),
            ("12,50", E::Grouped),
            ("1 234", E::Grouped),
            ("1'234", E::Grouped),
            ("$5", E::NotANumber),
            ("1e3", E::NotANumber),
            ("+1", E::NotANumber),
            ("1.2.3", E::NotANumber),
            (".5", E::NotANumber),
            ("5.", E::NotANumber),
            ("-", E::NotANumber),
            ("NaN", E::NotANumber),
            ("١٢", E::NotANumber),
            ("1234567890123", E::TooLong),
            ("0.12345678901", E::TooLong),
        ] {
            assert_eq!(parse_decimal(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(mantissa in -10_i64.pow(15)..10_i64.pow(15), scale in 4_u32..=10) {
            let value = Decimal::new(mantissa, scale);
            prop_assert_eq!(parse_decimal(&value.to_string()).unwrap(), value);
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = parse_decimal(&text);
        }
    }
}
