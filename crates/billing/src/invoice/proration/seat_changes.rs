//! Seats that came or went in days that are charged already.
//!
//! Nothing is remembered between two invoices: what is owed for days that were
//! charged in advance follows from the recorded history, what was charged for
//! them from the lines of all invoices, and the difference is a line. So it
//! does not matter when a change was learned, in which order invoices are made,
//! or whether one of them is computed anew.

use std::collections::BTreeMap;

use jiff::civil::Date;
use money::Decimal;

use super::{Prorated, ProrationCause, SeatChange, price_of_period};
use crate::BillingError;
use crate::charge::Charge;
use crate::invoice::explanation::PriceExplanation;
use crate::invoice::invoiced::{Adjustment, Advance};
use crate::invoice::{InvoiceInput, Line, LinkedSubscription};

/// A line for every change of quantity, before the period, within days that are charged already. `price` is the present
/// one, where it can be told.
pub(in crate::invoice) fn seat_change_lines(
    sub: &LinkedSubscription,
    input: &InvoiceInput,
    price: Option<&PriceExplanation>,
) -> Result<Vec<Line>, BillingError> {
    if !input.proration.changes {
        return Ok(Vec::new());
    }
    let mut advances = sub.invoiced.advances_to_adjust(input.currency)?;
    advances.extend(free_days(sub, input, price)?);
    let mut lines = Vec::new();
    for advance in &advances {
        for (change, quantity) in open_changes(sub, advance, input.period.start) {
            let prorated = Prorated {
                line: &advance.price.product,
                cause: ProrationCause::SeatChange(change),
                quantity,
                unit_price: advance.unit_price,
                whole: advance.days,
                basis: input.proration.basis,
                taxable: sub.taxable,
                source: sub.source(),
                price: Some(advance.price.clone()),
            };
            lines.extend(prorated.line()?);
        }
    }
    Ok(lines)
}

/// The changes that are not on an invoice yet, each with how many units of it are to be charged.
fn open_changes(
    sub: &LinkedSubscription,
    advance: &Advance,
    before: Date,
) -> Vec<(SeatChange, Decimal)> {
    let mut changes = changes_of(sub, advance, before);
    let adjusted = |on: Date| {
        let same = |it: &&Adjustment| it.days == advance.days && it.change.on == on;
        let quantities = sub.invoiced.adjustments.iter().filter(same);
        quantities.map(|it| it.quantity).sum::<Decimal>()
    };
    // What was charged for a change that is none any more is taken back: a draft was computed anew since.
    for it in &sub.invoiced.adjustments {
        if it.days == advance.days {
            changes.entry(it.change.on).or_insert_with(|| SeatChange {
                before: it.change.after,
                after: it.change.after,
                ..it.change.clone()
            });
        }
    }
    let open = changes.into_iter().map(|(on, change)| {
        let quantity = change.after - change.before - adjusted(on);
        (change, quantity)
    });
    open.filter(|(_, quantity)| !quantity.is_zero()).collect()
}

/// By day, how the quantity moved from what was charged in advance, up to the day `before`.
fn changes_of(
    sub: &LinkedSubscription,
    advance: &Advance,
    before: Date,
) -> BTreeMap<Date, SeatChange> {
    let mut changes = BTreeMap::new();
    let mut quantity = advance.quantity;
    let mut went_to = |on: Date, after: Decimal, seen_by_sync: Option<String>| {
        if after != quantity {
            let change = SeatChange {
                on,
                before: quantity,
                after,
                seen_by_sync,
            };
            changes.insert(on, change);
            quantity = after;
        }
    };
    let start = advance.days.start;
    if let Some(at_start) = sub.quantity_on(start) {
        let seen_by = sub.change_before(start).and_then(|it| it.sync_id.clone());
        went_to(start, at_start, seen_by);
    }
    let mut day = start;
    for change in &sub.quantity_changes {
        if day < change.on && change.on < advance.days.end && change.on < before {
            day = change.on;
            let last = sub.change_before(day).unwrap_or(change);
            if let Some(after) = last.after {
                went_to(day, after, last.sync_id.clone());
            }
        }
    }
    changes
}

/// The period before, if the subscription had no unit when it began and so is on no line of it. Only where a period is made
/// of whole terms: what is left of a longer term is charged by the next invoice anyway.
fn free_days(
    sub: &LinkedSubscription,
    input: &InvoiceInput,
    price: Option<&PriceExplanation>,
) -> Result<Option<Advance>, BillingError> {
    let days = input.period_before()?;
    let (Some(price), Some(months), Some(term_months)) =
        (price, input.schedule.frequency.months(), sub.term.months())
    else {
        return Ok(None);
    };
    let was_ours = sub.linked_from.is_some_and(|from| from <= days.start);
    let none_then = sub.quantity_on(days.start) == Some(Decimal::ZERO);
    let whole_terms = sub.charge == Charge::Spread && months % term_months == 0;
    if !was_ours || !none_then || !whole_terms || sub.invoiced.has_paid_for(days) {
        return Ok(None);
    }
    let unit_price = price_of_period(sub, input, price.term_price, days)?;
    Ok(unit_price.map(|unit_price| Advance {
        days,
        quantity: Decimal::ZERO,
        unit_price,
        changes_prorated: true,
        price: price.clone(),
    }))
}
