//! What one unit costs the client for one billing term.
//!
//! Override, else cost plus percentage, else cost plus fixed amount, else the
//! cost itself. The cost is Pax8's partner cost; where Pax8 gives none, its
//! retail price stands in and says so. Absent is unknown, zero is a value.

mod markup;

use money::{Currency, Decimal, MoneyError, UnitPrice, multiply, round_unit_price, scale_percent};
use serde::{Deserialize, Serialize};

pub use markup::{
    LARGEST_AMOUNT, LARGEST_PERCENTAGE, Markup, Pricing, PricingError, check_override,
};

/// Which of Pax8's two prices a cost is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostBasis {
    /// What the partner pays Pax8 (`partnerCost`).
    Partner,
    /// Pax8's price for the customer, used where the partner cost is absent;
    /// shown as `(retail)`.
    Retail,
}

/// What one unit costs the partner for one billing term, as far as Pax8 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The exact figure, in the subscription's currency.
    pub amount: Decimal,
    /// Where it comes from.
    pub basis: CostBasis,
}

/// The basis of pricing: the partner cost, even when it is zero; without one
/// the retail price; `None` if Pax8 gives neither.
#[must_use]
pub fn cost_of(partner_cost: Option<Decimal>, price: Option<Decimal>) -> Option<Cost> {
    let partner = partner_cost.map(|amount| Cost {
        amount,
        basis: CostBasis::Partner,
    });
    partner.or(price.map(|amount| Cost {
        amount,
        basis: CostBasis::Retail,
    }))
}

/// The rule that made a price, with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum PriceRule {
    /// The price was set by hand.
    Override,
    /// Cost × (1 + percent ÷ 100).
    Percentage(Decimal),
    /// Cost + amount.
    Fixed(Decimal),
    /// The cost, unchanged.
    AtCost,
}

/// The price of one unit for one billing term, and how it came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillPrice {
    /// The price after rounding: what is printed and multiplied.
    pub unit: UnitPrice,
    /// The price before rounding.
    pub exact: Decimal,
    /// Which rule applied.
    pub rule: PriceRule,
    /// Whether the exact price lies below the cost (false if the cost is unknown).
    pub below_cost: bool,
}

/// Applies the price rules. `None` if there is nothing to go by: no override
/// and no known cost. An override needs no cost.
///
/// # Errors
/// [`MoneyError::Overflow`] if the price does not fit 28 digits.
pub fn bill_price(
    cost: Option<&Cost>,
    pricing: &Pricing,
    currency: Currency,
) -> Result<Option<BillPrice>, MoneyError> {
    let Some((exact, rule)) = exact_price(cost, pricing)? else {
        return Ok(None);
    };
    Ok(Some(BillPrice {
        unit: round_unit_price(exact, currency)?,
        exact,
        rule,
        below_cost: cost.is_some_and(|cost| exact < cost.amount),
    }))
}

fn exact_price(
    cost: Option<&Cost>,
    pricing: &Pricing,
) -> Result<Option<(Decimal, PriceRule)>, MoneyError> {
    if let Some(price) = pricing.override_price {
        return Ok(Some((price, PriceRule::Override)));
    }
    let Some(cost) = cost.map(|cost| cost.amount) else {
        return Ok(None);
    };
    let priced = match pricing.markup {
        Some(Markup::Percentage(percent)) => (
            plus(cost, scale_percent(cost, percent)?)?,
            PriceRule::Percentage(percent),
        ),
        Some(Markup::Fixed(amount)) => (plus(cost, amount)?, PriceRule::Fixed(amount)),
        None => (cost, PriceRule::AtCost),
    };
    Ok(Some(priced))
}

/// Adds without losing a digit: the sum of two decimals with `s` places has `s` places.
fn plus(left: Decimal, right: Decimal) -> Result<Decimal, MoneyError> {
    let (left, right) = (left.normalize(), right.normalize());
    let sum = left.checked_add(right).ok_or(MoneyError::Overflow)?;
    // The decimal type drops places when the sum needs more than 28 digits.
    if sum.scale() < left.scale().max(right.scale()) {
        return Err(MoneyError::Overflow);
    }
    multiply(sum, Decimal::ONE)
}

#[cfg(test)]
mod tests;
