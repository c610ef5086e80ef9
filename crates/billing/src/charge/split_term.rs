//! One invoice's share of a term.

use money::{Amount, Decimal, MoneyError};

use super::billed::Open;
use super::{ChargeInput, Charged, Portion, SplitBy};
use crate::BillingError;

/// What is left of a term, divided among this and the `others` invoices that still share it.
///
/// Where quantity and price are whole the unit price is split, so that the line
/// reads quantity × price; otherwise the term's amount is split and the line
/// reads 1 × share. The share is what the term has come to with it, rounded
/// once, less what its lines come to: so all lines add up to the price.
pub(super) fn share_of_term(
    input: &ChargeInput<'_>,
    open: &Open<'_>,
    others: u32,
) -> Result<Charged, BillingError> {
    let term_total = input.unit_price.times(input.quantity)?;
    let (split, quantity, total) = match whole_unit_price(input) {
        Some(unit) => (SplitBy::UnitPrice, input.quantity, unit),
        None => (SplitBy::Amount, Decimal::ONE, term_total),
    };
    let count = others.checked_add(1).ok_or(MoneyError::Overflow)?;
    let part = open.rest.divided(count);
    let come_to = open.rest.rest().plus(part).of_amount(total)?;
    let share = come_to.checked_sub(open.charged_so_far(input, split, total)?)?;
    let unit_price = money::UnitPrice::from_amount(share);
    let (before, after) = open.neighbours(input)?;
    let number = open.elsewhere.parts + before + 1;
    Ok(Charged {
        quantity,
        unit_price,
        amount: unit_price.times(quantity)?,
        portion: Portion::Share {
            number,
            of: number + after + others,
            part,
            elsewhere: open.elsewhere,
            term: open.term,
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
