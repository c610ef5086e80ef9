//! Exact amounts, unit prices, currencies and the one rounding rule.
//!
//! Everything here is a pure function of its arguments: no clock, no
//! connection, no float. An [`Amount`] counts whole minor units (cents) and is
//! what gets added up and paid; a [`UnitPrice`] is a price for one of
//! something and may carry up to four decimals. The only place in the
//! workspace where a figure loses digits is [`round`].

mod amount;
mod currency;
mod error;
mod exact;
mod parse;
pub mod round;
pub mod split;
mod unit_price;

pub use amount::Amount;
pub use currency::{Currency, CurrencyError};
pub use error::MoneyError;
pub use exact::{multiply, scale_percent};
pub use parse::{ParseDecimalError, parse_decimal};
pub use round::{round_amount, round_quotient, round_unit_price};
pub use unit_price::UnitPrice;

/// The exact decimal used for every figure before it is rounded.
pub use rust_decimal::Decimal;
