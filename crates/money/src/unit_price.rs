//! The price of one unit.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::round::SMALL_PRICE_DIGITS;
use crate::{Amount, Currency, MoneyError, exact, round_amount};

/// A price for one unit, with at most four decimals: what gets printed is what
/// gets multiplied.
///
/// Made by [`round_unit_price`](crate::round_unit_price), or from figures that
/// need no rounding. Prints at least the currency's decimals and at most four
/// (`22.20`, `0.035`). Serialized as `{"price": "22.20", "currency": "USD"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct UnitPrice {
    value: Decimal,
    currency: Currency,
}

impl UnitPrice {
    /// A price that needs no rounding: at most four decimals.
    ///
    /// # Errors
    /// [`MoneyError::TooManyDecimals`], or [`MoneyError::Overflow`] beyond 28 digits.
    pub fn from_exact(value: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let minor = currency.minor_digits();
        let mut value = value.normalize();
        if value.scale() > minor.max(SMALL_PRICE_DIGITS) {
            let digits = SMALL_PRICE_DIGITS;
            return Err(MoneyError::TooManyDecimals {
                value,
                currency,
                digits,
            });
        }
        if value.scale() < minor {
            value.rescale(minor);
            if value.scale() < minor {
                return Err(MoneyError::Overflow);
            }
        }
        Ok(Self { value, currency })
    }

    /// An amount taken as the price of one unit.
    #[must_use]
    pub fn from_amount(amount: Amount) -> Self {
        Self {
            value: amount.to_decimal(),
            currency: amount.currency(),
        }
    }

    /// The price in major units.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.value
    }

    /// The currency it is counted in.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The price of `quantity` units, rounded to the minor unit.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn times(self, quantity: Decimal) -> Result<Amount, MoneyError> {
        round_amount(exact::multiply(self.value, quantity)?, self.currency)
    }

    /// The price of one unit for `count` terms: exact, needs no rounding.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn repeated(self, count: u32) -> Result<Self, MoneyError> {
        Self::from_exact(exact::multiply(self.value, count.into())?, self.currency)
    }

    /// The price as an amount, if it is a whole number of minor units.
    #[must_use]
    pub fn as_amount(self) -> Option<Amount> {
        Amount::from_decimal_exact(self.value, self.currency).ok()
    }
}

impl fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.value.to_string())
    }
}

/// The serialized form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    price: Decimal,
    currency: Currency,
}

impl From<UnitPrice> for Written {
    fn from(unit: UnitPrice) -> Self {
        Self {
            price: unit.value,
            currency: unit.currency,
        }
    }
}

impl TryFrom<Written> for UnitPrice {
    type Error = MoneyError;

    fn try_from(written: Written) -> Result<Self, MoneyError> {
        Self::from_exact(written.price, written.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> UnitPrice {
        UnitPrice::from_exact(text.parse().unwrap(), Currency::USD).unwrap()
    }

    #[test]
    fn prints_the_minor_digits_and_at_most_four() {
        assert_eq!(usd("22.2").to_string(), "22.20");
        assert_eq!(usd("0.0350").to_string(), "0.035");
        assert_eq!(usd("7").to_string(), "7.00");
        assert!(UnitPrice::from_exact("0.00001".parse().unwrap(), Currency::USD).is_err());
    }

    #[test]
    fn quantity_times_the_printed_price_is_the_amount() {
        assert_eq!(
            usd("22.20").times(Decimal::from(5)).unwrap().to_string(),
            "111.00"
        );
        assert_eq!(
            usd("0.035")
                .times(Decimal::from(1_500))
                .unwrap()
                .to_string(),
            "52.50"
        );
        assert_eq!(
            usd("0.035").times(Decimal::from(1)).unwrap().to_string(),
            "0.04"
        );
        assert_eq!(
            usd("22.20")
                .times("0.5".parse().unwrap())
                .unwrap()
                .to_string(),
            "11.10"
        );
    }

    #[test]
    fn several_terms_need_no_rounding() {
        assert_eq!(usd("22.20").repeated(3).unwrap().to_string(), "66.60");
        assert_eq!(usd("0.5555").repeated(3).unwrap().to_string(), "1.6665");
    }
}
