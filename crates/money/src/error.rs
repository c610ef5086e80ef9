//! What can go wrong when money is computed.

use rust_decimal::Decimal;

use crate::Currency;

/// A computation with money that has no exact answer within the limits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two amounts of different currencies were put together.
    #[error("{left} and {right} cannot be added: amounts are never converted")]
    CurrencyMismatch {
        /// The currency of the first amount.
        left: Currency,
        /// The currency of the second amount.
        right: Currency,
    },
    /// The result does not fit: amounts are limited to 64 bits of minor units,
    /// figures before rounding to 28 digits.
    #[error("the amount is too large")]
    Overflow,
    /// A figure has more decimals than its place allows.
    #[error("{value} {currency} has more than {digits} decimals")]
    TooManyDecimals {
        /// The figure.
        value: Decimal,
        /// Its currency.
        currency: Currency,
        /// How many decimals are allowed there.
        digits: u32,
    },
    /// A share was asked for that does not exist.
    #[error("there is no share {index} of {parts} (shares are counted from 0)")]
    NoSuchShare {
        /// The share asked for, from 0.
        index: u32,
        /// Into how many parts the total is split.
        parts: u32,
    },
    /// A figure was to be divided by zero.
    #[error("a figure cannot be divided by zero")]
    DivisionByZero,
}
