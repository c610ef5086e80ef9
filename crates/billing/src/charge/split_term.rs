//! One invoice's share of a term.

use money::{Amount, Decimal, MoneyError, UnitPrice, split};

use super::{ChargeInput, Charged, Portion, SplitBy};
use crate::schedule::Period;

/// Share `index` (from 0) of `of`. Where quantity and price are whole the unit
/// price is split, so that the line reads quantity × price; otherwise the
/// term's amount is split and the line reads 1 × share. Either way the shares
/// of a term add up to the term's amount.
pub(super) fn share_of_term(
    input: &ChargeInput<'_>,
    term: Period,
    index: u32,
    of: u32,
) -> Result<Charged, MoneyError> {
    let term_total = input.unit_price.times(input.quantity)?;
    let (split, quantity, share) = match whole_unit_price(input) {
        Some(unit) => (
            SplitBy::UnitPrice,
            input.quantity,
            split::share(unit, index, of)?,
        ),
        None => (
            SplitBy::Amount,
            Decimal::ONE,
            split::share(term_total, index, of)?,
        ),
    };
    let unit_price = UnitPrice::from_amount(share);
    let number = index + 1;
    Ok(Charged {
        quantity,
        unit_price,
        amount: unit_price.times(quantity)?,
        portion: Portion::Share {
            number,
            of,
            term,
            term_total,
            split,
        },
    })
}

/// The unit price in minor units, if it and the quantity are whole.
fn whole_unit_price(input: &ChargeInput<'_>) -> Option<Amount> {
    input
        .unit_price
        .as_amount()
        .filter(|_| input.quantity.is_integer())
}
