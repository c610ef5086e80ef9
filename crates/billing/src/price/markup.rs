//! What the partner adds to the cost, and the limits on it.

use money::Decimal;
use serde::{Deserialize, Serialize};

/// The largest percentage markup.
pub const LARGEST_PERCENTAGE: u32 = 1_000;
/// The largest fixed markup and the largest override price, in major units.
pub const LARGEST_AMOUNT: u32 = 1_000_000;

/// A markup on the cost. [`Markup::percentage`] and [`Markup::fixed`] check the
/// limits, and so does reading one from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    content = "value",
    rename_all = "snake_case",
    try_from = "Unchecked"
)]
pub enum Markup {
    /// Percent of the cost: 20 means 20 %.
    Percentage(Decimal),
    /// An amount per unit and billing term, in major units.
    Fixed(Decimal),
}

/// Why a markup or override price is not accepted, as a sentence for the person
/// who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// Outside 0 to [`LARGEST_PERCENTAGE`].
    #[error("A percentage markup must be between 0 and {LARGEST_PERCENTAGE}.")]
    PercentageOutOfRange,
    /// Outside 0 to [`LARGEST_AMOUNT`].
    #[error("A fixed markup must be between 0 and {LARGEST_AMOUNT}.")]
    FixedOutOfRange,
    /// Outside 0 to [`LARGEST_AMOUNT`].
    #[error("An override price must be between 0 and {LARGEST_AMOUNT}.")]
    OverrideOutOfRange,
}

impl Markup {
    /// `percent` percent of the cost.
    ///
    /// # Errors
    /// [`PricingError::PercentageOutOfRange`].
    pub fn percentage(percent: Decimal) -> Result<Self, PricingError> {
        within(
            percent,
            LARGEST_PERCENTAGE,
            PricingError::PercentageOutOfRange,
        )
        .map(Self::Percentage)
    }

    /// `amount` per unit.
    ///
    /// # Errors
    /// [`PricingError::FixedOutOfRange`].
    pub fn fixed(amount: Decimal) -> Result<Self, PricingError> {
        within(amount, LARGEST_AMOUNT, PricingError::FixedOutOfRange).map(Self::Fixed)
    }
}

/// The pricing settings of one subscription. Both may be set; the override wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pricing {
    /// What is added to the cost, if anything.
    pub markup: Option<Markup>,
    /// A price per unit and billing term that replaces the calculated one, in
    /// major units of the client's currency.
    pub override_price: Option<Decimal>,
}

/// An override price within its limits; zero is allowed.
///
/// # Errors
/// [`PricingError::OverrideOutOfRange`].
pub fn check_override(price: Decimal) -> Result<Decimal, PricingError> {
    within(price, LARGEST_AMOUNT, PricingError::OverrideOutOfRange)
}

fn within(value: Decimal, largest: u32, error: PricingError) -> Result<Decimal, PricingError> {
    if value.is_sign_negative() && !value.is_zero() || value > largest.into() {
        return Err(error);
    }
    Ok(value)
}

/// A markup as it was written down, before the limits are checked.
#[derive(Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
enum Unchecked {
    Percentage(Decimal),
    Fixed(Decimal),
}

impl TryFrom<Unchecked> for Markup {
    type Error = PricingError;

    fn try_from(written: Unchecked) -> Result<Self, PricingError> {
        match written {
            Unchecked::Percentage(percent) => Self::percentage(percent),
            Unchecked::Fixed(amount) => Self::fixed(amount),
        }
    }
}
