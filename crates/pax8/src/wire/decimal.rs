//! Exact numbers from their written digits; a binary float never sees them.

use rust_decimal::Decimal;

use super::FieldProblem;

/// Longer texts are not numbers that anybody meant.
const LONGEST_TEXT: usize = 256;

/// The number that `text` writes, in JSON's grammar (a leading `+` and leading
/// zeros are forgiven), exactly or not at all. Trailing zeros are dropped, so
/// that `22`, `22.00` and `2.2e1` are the same in every respect.
pub(super) fn parse(text: &str) -> Result<Decimal, FieldProblem> {
    let written = Written::split(text).ok_or(FieldProblem::NotANumber)?;
    written.exact().ok_or(FieldProblem::TooManyDigits)
}

/// The parts of a written number: `±digits × 10^exponent`.
struct Written {
    negative: bool,
    /// Without leading or trailing zeros; empty for zero.
    digits: String,
    /// `None` when it is too far off to count.
    exponent: Option<i64>,
}

impl Written {
    fn split(text: &str) -> Option<Self> {
        if text.len() > LONGEST_TEXT {
            return None;
        }
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match rest.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, Some(power)),
            None => (rest, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        if !is_digits(whole) || !power.is_none_or(is_signed_digits) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let kept = all.trim_end_matches('0');
        let dropped = i64::try_from(all.len() - kept.len()).ok()?;
        let decimals = i64::try_from(fraction.len()).ok()?;
        let power = power.map_or(Some(0), |power| power.parse::<i64>().ok());
        Some(Self {
            negative,
            digits: kept.trim_start_matches('0').to_owned(),
            exponent: power.and_then(|power| power.checked_add(dropped - decimals)),
        })
    }

    fn exact(&self) -> Option<Decimal> {
        if self.digits.is_empty() {
            return Some(Decimal::ZERO);
        }
        let digits: i128 = self.digits.parse().ok()?;
        let digits = if self.negative { -digits } else { digits };
        let exponent = self.exponent?;
        let power = u32::try_from(exponent.unsigned_abs()).ok()?;
        if exponent <= 0 {
            return Decimal::try_from_i128_with_scale(digits, power).ok();
        }
        let whole = digits.checked_mul(10_i128.checked_pow(power)?)?;
        Decimal::try_from_i128_with_scale(whole, 0).ok()
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_signed_digits(text: &str) -> bool {
    is_digits(text.strip_prefix(['-', '+']).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::str::FromStr;

    fn amount(text: &str) -> Decimal {
        parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
    }

    #[test]
    fn digits_are_kept_as_written() {
        for (text, meant) in [
            ("18.48", "18.48"),
            ("0.1", "0.1"),
            ("86.456", "86.456"),
            ("-0.000", "0"),
            ("007.50", "7.5"),
            ("+3", "3"),
            ("1e3", "1000"),
            ("1.5E-2", "0.015"),
            ("120e-1", "12"),
            ("0e999999999999999999999", "0"),
            (
                "79228162514264337593543950335",
                "79228162514264337593543950335",
            ),
            (
                "0.0000000000000000000000000001",
                "0.0000000000000000000000000001",
            ),
            ("1.00000000000000000000000000000000000000000000", "1"),
            ("1e28", "10000000000000000000000000000"),
        ] {
            assert_eq!(amount(text), Decimal::from_str(meant).unwrap(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_exact_is_refused_and_not_rounded() {
        for text in [
            "79228162514264337593543950336",
            "0.00000000000000000000000000001",
            "0.12345678901234567890123456789",
            "1e29",
            "1e-29",
            "1e99999999999999999999",
            "1e9223372036854775807",
            "1e-9223372036854775808",
            "99999999999999999999999999999999999999999999",
        ] {
            assert_eq!(parse(text), Err(FieldProblem::TooManyDigits), "{text}");
        }
    }

    #[test]
    fn other_text_is_not_a_number() {
        for text in [
            "", " ", "-", "+", ".", ".5", "5.", "1,5", "1_000", "1 000", "$5", "5 USD", "e5", "1e",
            "1e+", "0x10", "NaN", "Infinity", "--1", "1.2.3", "１",
        ] {
            assert_eq!(parse(text), Err(FieldProblem::NotANumber), "{text}");
        }
        assert_eq!(parse(&"1".repeat(300)), Err(FieldProblem::NotANumber));
    }

    proptest! {
        #[test]
        fn every_decimal_reads_back_as_itself(
            digits in -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335,
            scale in 0_u32..=28,
        ) {
            let meant = Decimal::from_i128_with_scale(digits, scale);
            prop_assert_eq!(amount(&meant.to_string()), meant);
            let scientific = format!("{digits}e-{scale}");
            prop_assert_eq!(amount(&scientific), meant);
            prop_assert_eq!(amount(&meant.to_string()).to_string(), meant.normalize().to_string());
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9.eE]{0,40}") {
            let _ = parse(&text);
        }
    }
}
