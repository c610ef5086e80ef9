//! The one rounding rule.
//!
//! Half up, once. A negative figure (a credit) is rounded like its positive
//! twin, so halves go away from zero: a credit takes back exactly what the
//! charge had put on the invoice.
//!
//! * A **unit price** is rounded to the currency's minor unit. Below one major
//!   unit it keeps up to four decimals, because a price of 0.0350 a gigabyte
//!   rounded to 0.04 would be 14 % too much.
//! * An **amount** is rounded to the currency's minor unit.
//!
//! Rounding is done on integers; no step before it loses a digit. Nothing else
//! in the workspace rounds.

use rust_decimal::Decimal;

use crate::{Amount, Currency, MoneyError, UnitPrice};

/// Decimals kept by unit prices below one major unit.
pub const SMALL_PRICE_DIGITS: u32 = 4;

/// Rounds an exact price per unit: to the minor unit, or to four decimals when
/// it is below one major unit (`0.03499` stays `0.035`, `12.3450` is `12.35`).
///
/// # Errors
/// [`MoneyError::Overflow`] if the price does not fit 28 digits.
pub fn round_unit_price(exact: Decimal, currency: Currency) -> Result<UnitPrice, MoneyError> {
    let minor = currency.minor_digits();
    let digits = if exact.abs() < Decimal::ONE {
        minor.max(SMALL_PRICE_DIGITS)
    } else {
        minor
    };
    let scaled = nearest_at(exact, digits, 1)?;
    let value =
        Decimal::try_from_i128_with_scale(scaled, digits).map_err(|_| MoneyError::Overflow)?;
    UnitPrice::from_exact(value, currency)
}

/// Rounds an exact figure to a payable amount.
///
/// # Errors
/// [`MoneyError::Overflow`] if it does not fit 64 bits of minor units.
pub fn round_amount(exact: Decimal, currency: Currency) -> Result<Amount, MoneyError> {
    round_quotient(exact, 1, currency)
}

/// Rounds `exact ÷ divisor` to a payable amount, without rounding the quotient
/// first: `100 ÷ 12` is rounded from the true 8.333…, not from 28 digits of it.
///
/// # Errors
/// [`MoneyError::DivisionByZero`]; [`MoneyError::Overflow`] if the result does
/// not fit 64 bits of minor units.
pub fn round_quotient(
    exact: Decimal,
    divisor: u32,
    currency: Currency,
) -> Result<Amount, MoneyError> {
    let minor = nearest_at(exact, currency.minor_digits(), divisor)?;
    let minor = i64::try_from(minor).map_err(|_| MoneyError::Overflow)?;
    Ok(Amount::from_minor(minor, currency))
}

/// `exact ÷ divisor` in units of `10^-digits`, rounded.
fn nearest_at(exact: Decimal, digits: u32, divisor: u32) -> Result<i128, MoneyError> {
    let up = digits.saturating_sub(exact.scale());
    let down = exact.scale().saturating_sub(digits);
    let numerator = exact.mantissa().checked_mul(power_of_ten(up)?);
    let denominator = i128::from(divisor).checked_mul(power_of_ten(down)?);
    match (numerator, denominator) {
        (Some(numerator), Some(denominator)) => nearest(numerator, denominator),
        _ => Err(MoneyError::Overflow),
    }
}

fn power_of_ten(exponent: u32) -> Result<i128, MoneyError> {
    10_i128.checked_pow(exponent).ok_or(MoneyError::Overflow)
}

/// The whole number nearest to `numerator ÷ denominator` (which is positive),
/// halves away from zero. This is the rounding of every figure.
pub(crate) fn nearest(numerator: i128, denominator: i128) -> Result<i128, MoneyError> {
    if denominator == 0 {
        return Err(MoneyError::DivisionByZero);
    }
    let whole = numerator / denominator;
    let rest = (numerator % denominator).abs();
    if rest >= denominator - rest {
        Ok(whole + numerator.signum())
    } else {
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn yen() -> Currency {
        "JPY".parse().unwrap()
    }

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn halves_go_up_and_credits_mirror_charges() {
        for (exact, rounded) in [
            ("12.345", "12.35"),
            ("12.344999", "12.34"),
            ("-12.345", "-12.35"),
            ("0.005", "0.01"),
            ("-0.004", "0.00"),
        ] {
            assert_eq!(
                round_amount(dec(exact), Currency::USD).unwrap().to_string(),
                rounded
            );
        }
        assert_eq!(
            round_amount(dec("1499.5"), yen()).unwrap().to_string(),
            "1500"
        );
    }

    #[test]
    fn unit_prices_below_one_keep_four_decimals() {
        for (exact, rounded) in [
            ("22.195", "22.20"),
            ("0.035", "0.035"),
            ("0.03499", "0.035"),
            ("0.12345", "0.1235"),
            ("0.99996", "1.00"),
            ("1.00495", "1.00"),
            ("0.5", "0.50"),
            ("0", "0.00"),
        ] {
            assert_eq!(
                round_unit_price(dec(exact), Currency::USD)
                    .unwrap()
                    .to_string(),
                rounded
            );
        }
        assert_eq!(
            round_unit_price(dec("0.5"), yen()).unwrap().to_string(),
            "0.5"
        );
        assert_eq!(
            round_unit_price(dec("149.5"), yen()).unwrap().to_string(),
            "150"
        );
    }

    #[test]
    fn a_quotient_is_rounded_from_its_true_value() {
        let third = round_quotient(dec("100"), 12, Currency::USD).unwrap();
        assert_eq!(third.to_string(), "8.33");
        assert_eq!(
            round_quotient(dec("1"), 0, Currency::USD),
            Err(MoneyError::DivisionByZero)
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert_eq!(
            round_amount(Decimal::MAX, Currency::USD),
            Err(MoneyError::Overflow)
        );
        assert_eq!(
            round_unit_price(Decimal::MAX, Currency::USD),
            Err(MoneyError::Overflow)
        );
    }

    proptest! {
        /// The rounded amount is the multiple of the minor unit within half a unit of the figure.
        #[test]
        fn rounding_moves_by_at_most_half_a_minor_unit(mantissa in -10_i64.pow(15)..10_i64.pow(15), scale in 0_u32..12) {
            let exact = Decimal::new(mantissa, scale);
            let rounded = round_amount(exact, Currency::USD).unwrap().to_decimal();
            let distance = (rounded - exact).abs();
            prop_assert!(distance <= Decimal::new(5, 3));
            if distance == Decimal::new(5, 3) {
                prop_assert!(rounded.abs() > exact.abs(), "a half goes away from zero");
            }
        }

        /// Rounding what is rounded changes nothing.
        #[test]
        fn rounding_happens_once(mantissa in -10_i64.pow(15)..10_i64.pow(15), scale in 0_u32..12) {
            let exact = Decimal::new(mantissa, scale);
            let unit = round_unit_price(exact, Currency::USD).unwrap();
            prop_assert_eq!(round_unit_price(unit.value(), Currency::USD).unwrap(), unit);
            let amount = round_amount(exact, Currency::USD).unwrap();
            prop_assert_eq!(round_amount(amount.to_decimal(), Currency::USD).unwrap(), amount);
        }

        /// A credit is the mirror of the charge.
        #[test]
        fn credits_mirror_charges(mantissa in -10_i64.pow(15)..10_i64.pow(15), scale in 0_u32..12, divisor in 1_u32..60) {
            let exact = Decimal::new(mantissa, scale);
            let charge = round_quotient(exact, divisor, Currency::USD).unwrap();
            let credit = round_quotient(-exact, divisor, Currency::USD).unwrap();
            prop_assert_eq!(charge.minor(), -credit.minor());
        }
    }
}
