//! A payable amount.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Currency, MoneyError};

/// An exact amount: a whole number of a currency's minor unit.
///
/// Range: ±9.2 × 10¹⁸ minor units. Prints as a plain decimal without the
/// currency (`22.20`, or `1500` in yen). Serialized as
/// `{"amount": "22.20", "currency": "USD"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Amount {
    minor: i64,
    currency: Currency,
}

impl Amount {
    /// `minor` cents (or yen, or thousandths of a dinar).
    #[must_use]
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in that currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::from_minor(0, currency)
    }

    /// A decimal that already is a whole number of minor units. Never rounds.
    ///
    /// # Errors
    /// [`MoneyError::TooManyDecimals`] or [`MoneyError::Overflow`].
    pub fn from_decimal_exact(value: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let amount = crate::round_amount(value, currency)?;
        if amount.to_decimal() == value {
            Ok(amount)
        } else {
            let digits = currency.minor_digits();
            Err(MoneyError::TooManyDecimals {
                value,
                currency,
                digits,
            })
        }
    }

    /// How many minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency it is counted in.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in major units, with exactly the currency's decimals.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.minor_digits())
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is a credit.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum of the two.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// This amount less the other.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    /// The same amount with the other sign.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] for the one amount that has no mirror.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        Self::zero(self.currency).checked_sub(self)
    }

    /// The sum of all of them, zero if there are none. `currency` is the one
    /// they must have.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::checked_add)
    }

    fn combine(
        self,
        other: Self,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch {
                left: self.currency,
                right: other.currency,
            });
        }
        let minor = operation(self.minor, other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_decimal().to_string())
    }
}

/// The serialized form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    amount: Decimal,
    currency: Currency,
}

impl From<Amount> for Written {
    fn from(amount: Amount) -> Self {
        Self {
            amount: amount.to_decimal(),
            currency: amount.currency,
        }
    }
}

impl TryFrom<Written> for Amount {
    type Error = MoneyError;

    fn try_from(written: Written) -> Result<Self, MoneyError> {
        Self::from_decimal_exact(written.amount, written.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(minor: i64) -> Amount {
        Amount::from_minor(minor, Currency::USD)
    }

    #[test]
    fn prints_as_a_plain_decimal() {
        assert_eq!(usd(2_220).to_string(), "22.20");
        assert_eq!(usd(-5).to_string(), "-0.05");
        assert_eq!(
            Amount::from_minor(1_500, "JPY".parse().unwrap()).to_string(),
            "1500"
        );
        assert_eq!(
            Amount::from_minor(1_500, "KWD".parse().unwrap()).to_string(),
            "1.500"
        );
        assert_eq!(format!("{:>8}", usd(100)), "    1.00");
    }

    #[test]
    fn currencies_never_mix() {
        let error = usd(1)
            .checked_add(Amount::from_minor(1, Currency::EUR))
            .unwrap_err();
        assert!(matches!(error, MoneyError::CurrencyMismatch { .. }));
        assert!(Amount::sum(Currency::EUR, [usd(1)]).is_err());
    }

    #[test]
    fn overflow_is_an_error_not_a_wrap() {
        assert_eq!(usd(i64::MAX).checked_add(usd(1)), Err(MoneyError::Overflow));
        assert_eq!(usd(i64::MIN).checked_neg(), Err(MoneyError::Overflow));
        assert_eq!(
            usd(7).checked_neg().unwrap().checked_add(usd(7)).unwrap(),
            usd(0)
        );
    }

    #[test]
    fn exact_decimals_are_taken_and_others_refused() {
        let exact = |text: &str| Amount::from_decimal_exact(text.parse().unwrap(), Currency::USD);
        assert_eq!(exact("22.2").unwrap(), usd(2_220));
        assert_eq!(exact("22.2000").unwrap(), usd(2_220));
        assert!(matches!(
            exact("22.205"),
            Err(MoneyError::TooManyDecimals { .. })
        ));
    }
}
