//! From everything linked to lines, held and skipped.

use money::{Amount, Currency, Decimal, round_unit_price};

use super::explanation::{Explanation, ManualExplanation, Pax8Explanation, PriceExplanation};
use super::input::{InvoiceInput, LinkedSubscription, ManualLine, QuantityChange};
use super::proration::{Prorated, ProrationCause, first_days_line, seat_change_lines};
use super::reason::{HoldReason, SkipReason};
use super::{Assembled, Held, Line, LineSource, Skipped, sentences};
use crate::BillingError;
use crate::charge::{ChargeInput, ChargeOutcome, Charged, charge_for};
use crate::price::{BillPrice, Cost, bill_price};
use crate::status::{Standing, SubscriptionDates, SubscriptionStatus, standing};
use crate::tax::tax_lines;
use crate::term::BillingTerm;

/// Where one subscription ends up.
enum Place {
    Lines(Vec<Line>),
    Held(HoldReason),
    Skipped(SkipReason),
}

/// Computes the invoice. Each linked subscription appears in exactly one of
/// `lines`, `held` and `skipped`.
///
/// # Errors
/// [`BillingError`] if a manual line, a sum or the period is out of range. A
/// subscription whose figures are out of range is held instead and does not
/// stop the others.
pub fn assemble(input: &InvoiceInput) -> Result<Assembled, BillingError> {
    let mut lines = Vec::with_capacity(input.manual_lines.len() + input.subscriptions.len());
    for manual in &input.manual_lines {
        lines.push(manual_line(manual, input.currency)?);
        lines.extend(first_days_of(manual, input)?);
    }
    let (mut held, mut skipped) = (Vec::new(), Vec::new());
    for subscription in &input.subscriptions {
        let (subscription_id, product) = (subscription.id.clone(), subscription.product.clone());
        match place(subscription, input) {
            Place::Lines(billed) => lines.extend(billed),
            Place::Skipped(reason) => skipped.push(Skipped {
                subscription_id,
                product,
                reason,
            }),
            Place::Held(reason) => {
                let monthly_value = subscription.monthly_value(input.currency);
                held.push(Held {
                    subscription_id,
                    product,
                    reason,
                    monthly_value,
                });
            }
        }
    }
    with_totals(input, lines, held, skipped)
}

fn with_totals(
    input: &InvoiceInput,
    lines: Vec<Line>,
    held: Vec<Held>,
    skipped: Vec<Skipped>,
) -> Result<Assembled, BillingError> {
    let currency = input.currency;
    let subtotal = Amount::sum(currency, lines.iter().map(|line| line.amount))?;
    let taxable = lines
        .iter()
        .filter(|line| line.taxable && !input.tax_exempt);
    let taxable = Amount::sum(currency, taxable.map(|line| line.amount))?;
    let tax = tax_lines(&input.tax_rates, taxable)?;
    let taxes = Amount::sum(currency, tax.iter().map(|line| line.amount))?;
    let total = subtotal.checked_add(taxes)?;
    Ok(Assembled {
        lines,
        held,
        skipped,
        subtotal,
        tax,
        total,
    })
}

fn manual_line(manual: &ManualLine, currency: Currency) -> Result<Line, BillingError> {
    let unit_price = round_unit_price(manual.unit_price, currency)?;
    let amount = unit_price.times(manual.quantity)?;
    Ok(Line {
        description: manual.description.clone(),
        quantity: manual.quantity,
        unit_price,
        amount,
        taxable: manual.taxable,
        source: LineSource::Manual,
        explanation: Explanation::Manual(ManualExplanation {
            typed_price: manual.unit_price,
            unit_price,
            quantity: manual.quantity,
            amount,
        }),
    })
}

/// The days before the first period, for a line written by hand.
fn first_days_of(manual: &ManualLine, input: &InvoiceInput) -> Result<Option<Line>, BillingError> {
    let Some((from, whole)) = input.first_days_of_lines()? else {
        return Ok(None);
    };
    let prorated = Prorated {
        line: &manual.description,
        cause: ProrationCause::FirstDays { from },
        quantity: manual.quantity,
        unit_price: round_unit_price(manual.unit_price, input.currency)?,
        whole,
        basis: input.proration.basis,
        taxable: manual.taxable,
        source: LineSource::Manual,
        price: None,
    };
    prorated.line()
}

/// First what is rightly not billed, then what a person must look at, then the charge.
fn place(subscription: &LinkedSubscription, input: &InvoiceInput) -> Place {
    let hold = hold(subscription, input);
    let placed = match (rightly_not_billed(subscription, input), hold) {
        (Some(reason), Some(_)) => return Place::Skipped(reason),
        (Some(reason), None) => settle(subscription, input, reason),
        (None, Some(reason)) => return Place::Held(reason),
        (None, None) => charge(subscription, input),
    };
    // An absurd figure from outside holds one subscription; it must not stop the invoice.
    placed.unwrap_or(Place::Held(HoldReason::AmountOutOfRange))
}

/// What is not billed any more may still be put right once: seats that came or went in the days charged last.
fn settle(
    sub: &LinkedSubscription,
    input: &InvoiceInput,
    reason: SkipReason,
) -> Result<Place, BillingError> {
    let changes = seat_change_lines(sub, input, None)?;
    Ok(if changes.is_empty() {
        Place::Skipped(reason)
    } else {
        Place::Lines(changes)
    })
}

fn rightly_not_billed(sub: &LinkedSubscription, input: &InvoiceInput) -> Option<SkipReason> {
    if let Standing::NotBillable(reason) = standing(&sub.status, paid_dates(sub), input.period) {
        return Some(reason);
    }
    match sub.term {
        BillingTerm::Trial => Some(SkipReason::Trial),
        _ if sub.term.is_paid_once() && sub.one_time_billed => {
            Some(SkipReason::AlreadyBilled { until: None })
        }
        _ => None,
    }
}

/// The dates that decide. A price that is paid once is due for having started;
/// that the service has ended since changes nothing, unless it was cancelled.
fn paid_dates(sub: &LinkedSubscription) -> SubscriptionDates {
    if sub.term.is_paid_once() && sub.status != SubscriptionStatus::Cancelled {
        SubscriptionDates {
            end: None,
            ..sub.dates
        }
    } else {
        sub.dates
    }
}

fn hold(sub: &LinkedSubscription, input: &InvoiceInput) -> Option<HoldReason> {
    if let Some(since) = sub.held_as_missing(input.period) {
        return Some(HoldReason::Missing { since });
    }
    if sub.moved {
        return Some(HoldReason::Moved);
    }
    if sub.product_changed {
        return Some(HoldReason::ProductChanged);
    }
    if input.data_is_stale {
        return Some(HoldReason::Stale);
    }
    if let (false, Standing::NeedsDecision(reason)) = (
        sub.is_decided(input.period),
        standing(&sub.status, paid_dates(sub), input.period),
    ) {
        return Some(reason);
    }
    sub.currency_hold(input.currency)
}

impl LinkedSubscription {
    /// Amounts are never converted. An override is in the client's currency, so
    /// it needs no word from Pax8 on the currency of the price it replaces.
    pub(super) fn currency_hold(&self, currency: Currency) -> Option<HoldReason> {
        let given = self
            .currency
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        match given {
            Some(given) if given.eq_ignore_ascii_case(currency.code()) => None,
            Some(given) => Some(HoldReason::WrongCurrency {
                currency: given.to_owned(),
            }),
            None if self.pricing.override_price.is_some() => None,
            None => Some(HoldReason::UnknownCurrency),
        }
    }
}

fn charge(sub: &LinkedSubscription, input: &InvoiceInput) -> Result<Place, BillingError> {
    let Some(known) = sub.quantity else {
        return Ok(Place::Held(HoldReason::UnknownQuantity));
    };
    let cost = sub.cost();
    let Some(price) = bill_price(cost.as_ref(), &sub.pricing, input.currency)? else {
        return Ok(if known.is_zero() {
            Place::Skipped(SkipReason::ZeroQuantity)
        } else {
            Place::Held(HoldReason::UnknownPrice)
        });
    };
    // With proration the quantity of the first day is charged, and each change from its own day on: a run that comes late
    // does not charge seats for days on which they were not there.
    let quantity = match sub.quantity_on(input.period.start) {
        Some(then) if input.proration.changes => then,
        _ => known,
    };
    if quantity < Decimal::ZERO || price.unit.value() < Decimal::ZERO {
        return Ok(Place::Held(HoldReason::AmountOutOfRange));
    }
    let why = price_explanation(sub, cost, &price);
    let mut prorated = Vec::from_iter(first_days_line(sub, input, &why)?);
    prorated.extend(seat_change_lines(sub, input, Some(&why))?);
    Ok(match charge_quantity(sub, input, quantity, &why)? {
        Place::Lines(mut lines) => {
            lines.extend(prorated);
            Place::Lines(lines)
        }
        Place::Skipped(_) if !prorated.is_empty() => Place::Lines(prorated),
        other => other,
    })
}

fn charge_quantity(
    sub: &LinkedSubscription,
    input: &InvoiceInput,
    quantity: Decimal,
    price: &PriceExplanation,
) -> Result<Place, BillingError> {
    if quantity.is_zero() {
        return Ok(Place::Skipped(SkipReason::ZeroQuantity));
    }
    let outcome = charge_for(&ChargeInput {
        unit_price: price.term_price,
        quantity,
        term: &sub.term,
        billing_start: sub.dates.billed_from(),
        end_date: sub.dates.end,
        schedule: input.schedule,
        period: input.period,
        charge: sub.charge,
        already_billed_once: sub.one_time_billed,
        billed: &sub.invoiced.terms,
        linked_from: sub.linked_from,
        trial_until: sub.trial_until,
    })?;
    Ok(match outcome {
        ChargeOutcome::Held(reason) => Place::Held(reason),
        ChargeOutcome::Skipped(reason) => Place::Skipped(reason),
        ChargeOutcome::Charged(charged) => {
            let changes = recent_changes(sub, input)?;
            let line = |charged| pax8_line(sub, input, (quantity, &changes), price, charged);
            Place::Lines(charged.into_iter().map(line).collect())
        }
    })
}

/// How the quantity moved since the period before began.
fn recent_changes(
    sub: &LinkedSubscription,
    input: &InvoiceInput,
) -> Result<Vec<QuantityChange>, BillingError> {
    let from = input.period_before()?.start;
    let recent = sub.quantity_changes.iter().filter(|it| it.on >= from);
    Ok(recent.cloned().collect())
}

fn pax8_line(
    sub: &LinkedSubscription,
    input: &InvoiceInput,
    (quantity, changes): (Decimal, &[QuantityChange]),
    price: &PriceExplanation,
    charged: Charged,
) -> Line {
    let why = Pax8Explanation {
        price: price.clone(),
        charge: sub.charge,
        portion: charged.portion,
        quantity,
        quantity_changes: changes.to_vec(),
        changes_prorated: input.proration.changes,
        line_quantity: charged.quantity,
        line_unit_price: charged.unit_price,
        amount: charged.amount,
        period: input.period,
    };
    Line {
        description: sentences::description(input.line_text.as_ref(), &why),
        quantity: charged.quantity,
        unit_price: charged.unit_price,
        amount: charged.amount,
        taxable: sub.taxable,
        source: sub.source(),
        explanation: Explanation::Pax8(Box::new(why)),
    }
}

fn price_explanation(
    sub: &LinkedSubscription,
    cost: Option<Cost>,
    price: &BillPrice,
) -> PriceExplanation {
    PriceExplanation {
        product: sub.product.clone(),
        vendor: sub.vendor.clone(),
        sku: sub.sku.clone(),
        cost,
        rule: price.rule,
        exact_price: price.exact,
        term_price: price.unit,
        term: sub.term.clone(),
        seen_at: sub.seen_at.clone(),
        seen_on: sub.seen_on,
        confirmed_on: sub.confirmed_on,
        sync_id: sub.sync_id.clone(),
    }
}
