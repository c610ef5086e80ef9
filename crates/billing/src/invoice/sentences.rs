//! Explanations in words.

use jiff::civil::Date;
use money::{Currency, Decimal};

use super::credit::CreditExplanation;
use super::explanation::{ManualExplanation, Pax8Explanation, PriceExplanation};
use super::line_text::{LineText, LineWords};
use super::proration::{ProrationBasis, ProrationCause, ProrationExplanation};
use crate::charge::{Portion, SplitBy};
use crate::price::{CostBasis, PriceRule};
use crate::schedule::Period;
use crate::term::BillingTerm;

/// How a date is written.
pub(super) type Day<'a> = &'a dyn Fn(&Date) -> String;

pub(super) fn of_manual_line(line: &ManualExplanation) -> Vec<String> {
    vec![multiplication(
        line.quantity,
        &line.unit_price.to_string(),
        &line.amount.to_string(),
    )]
}

pub(super) fn of_proration(line: &ProrationExplanation, day: Day<'_>) -> Vec<String> {
    let what = match &line.cause {
        ProrationCause::FirstDays { from } => format!("Charged from {}", day(from)),
        ProrationCause::SeatChange(change) => format!(
            "The quantity changed from {} to {} on {}",
            plain(change.before),
            plain(change.after),
            day(&change.on)
        ),
    };
    vec![
        format!(
            "{what}: {} of the {} {} from {}.",
            line.fraction.parts,
            line.fraction.of,
            unit(line.fraction.unit),
            days(line.period, day)
        ),
        format!(
            "{} × {} × {} = {} {}.",
            plain(line.quantity),
            line.unit_price,
            line.fraction,
            line.amount,
            line.amount.currency()
        ),
    ]
}

fn unit(basis: ProrationBasis) -> &'static str {
    match basis {
        ProrationBasis::Days => "days",
        ProrationBasis::Months => "months",
    }
}

pub(super) fn of_credit(why: &CreditExplanation) -> Vec<String> {
    let (line, invoice, currency) = (why.line, &why.invoice, why.amount.currency());
    let of = format!("line {line} of {invoice}, {} {currency}", why.line_amount);
    let mut sentences = vec![match why.quantity {
        Some(units) => format!(
            "It takes back {} units of {of}, at {}: {} {currency}.",
            plain(units),
            why.unit_price,
            why.amount
        ),
        None => format!("It takes back {} of {of}.", why.amount),
    }];
    if !why.before.is_zero() {
        sentences.push(format!(
            "{} {currency} of that line had been credited before.",
            why.before
        ));
    }
    sentences
}

/// What the client may read: no cost, no markup.
pub(super) fn for_client(why: &Pax8Explanation, day: Day<'_>) -> Vec<String> {
    let mut sentences = vec![price(&why.price)];
    sentences.extend(portion(why, day));
    sentences.push(multiplication(
        why.line_quantity,
        &why.line_unit_price.to_string(),
        &format!("{} {}", why.amount, why.amount.currency()),
    ));
    if !matches!(why.portion, Portion::Once) {
        sentences.push(format!("This invoice covers {}.", days(why.period, day)));
    }
    sentences.extend(quantity(why, day));
    sentences.extend(quantity_changes(why, day));
    sentences
}

/// How the quantity moved of late. Of many changes the latest are told.
fn quantity_changes(why: &Pax8Explanation, day: Day<'_>) -> impl Iterator<Item = String> {
    const TOLD: usize = 6;
    let changes = &why.quantity_changes;
    let latest = changes.iter().skip(changes.len().saturating_sub(TOLD));
    latest.filter_map(|change| {
        let (before, after) = (change.before?, change.after?);
        Some(format!(
            "It went from {} to {} on {}.",
            plain(before),
            plain(after),
            day(&change.on)
        ))
    })
}

/// Since when the quantity is what it is, and that it still was so: the first alone would look like old data.
fn quantity(why: &Pax8Explanation, day: Day<'_>) -> Option<String> {
    let (quantity, since) = (plain(why.quantity), why.price.seen_on?);
    Some(match why.price.confirmed_on.filter(|day| *day > since) {
        Some(confirmed) => format!(
            "The quantity of {quantity} is unchanged since {}, confirmed by the sync of {}.",
            day(&since),
            day(&confirmed)
        ),
        None => format!("The quantity of {quantity} was read on {}.", day(&since)),
    })
}

/// What only the partner may read: where the price comes from.
pub(super) fn for_partner(why: &PriceExplanation) -> Vec<String> {
    let currency = why.term_price.currency();
    let figure = |value: Decimal| price_like(value, currency);
    let exact = figure(why.exact_price);
    let mut sentences = vec![cost(why, figure)];
    sentences.push(match (why.rule, &why.cost) {
        (PriceRule::Override, _) => format!("The override price of {exact} {currency} applies."),
        (PriceRule::Percentage(percent), Some(cost)) => {
            format!(
                "{} + {} % = {exact} {currency}.",
                figure(cost.amount),
                plain(percent)
            )
        }
        (PriceRule::Fixed(amount), Some(cost)) => {
            format!(
                "{} + {} = {exact} {currency}.",
                figure(cost.amount),
                figure(amount)
            )
        }
        _ => "No markup is set: the price is the cost.".to_owned(),
    });
    if why.exact_price != why.term_price.value() {
        sentences.push(format!("{exact} is rounded half up to {}.", why.term_price));
    }
    if let Some(sync_id) = &why.sync_id {
        sentences.push(format!("The figures come from sync {sync_id}."));
    }
    sentences
}

fn cost(why: &PriceExplanation, figure: impl Fn(Decimal) -> String) -> String {
    let Some(cost) = &why.cost else {
        return "Pax8 gives no cost.".to_owned();
    };
    let basis = match cost.basis {
        CostBasis::Partner => "partner cost",
        CostBasis::Retail => "retail price, because Pax8 gives no partner cost",
    };
    let currency = why.term_price.currency();
    format!(
        "Your cost is {} {currency} per unit and term ({basis}).",
        figure(cost.amount)
    )
}

fn price(why: &PriceExplanation) -> String {
    let price = format!("{} {}", why.term_price, why.term_price.currency());
    match &why.term {
        BillingTerm::OneTime => format!("The price is {price} per unit, paid once."),
        BillingTerm::Activation => format!("The activation fee is {price} per unit, paid once."),
        term => format!("The price is {price} per unit for {}.", length(term)),
    }
}

fn length(term: &BillingTerm) -> String {
    match term.months() {
        Some(1) => "one month".to_owned(),
        Some(12) => "one year".to_owned(),
        Some(months) => format!("{} years", months / 12),
        None => format!("the term {term}"),
    }
}

fn portion(why: &Pax8Explanation, day: Day<'_>) -> Option<String> {
    match &why.portion {
        Portion::Once
        | Portion::Terms {
            count: 1, of: 1, ..
        } => None,
        Portion::Terms { count, of, .. } if count == of => Some(format!(
            "The invoice period has {count} such terms: {count} × {} = {}.",
            why.price.term_price, why.line_unit_price
        )),
        Portion::Terms { count, of, .. } => Some(format!(
            "Of the {of} terms of the invoice period {count} are charged; the others are paid already or do not begin: {count} × {} = {}.",
            why.price.term_price, why.line_unit_price
        )),
        Portion::Renewal { count: 1, on, .. } => Some(format!(
            "The whole term that begins on {} is charged at once.",
            day(on)
        )),
        Portion::Renewal { count, on, .. } => Some(format!(
            "{count} whole terms are charged, the first from {}: {count} × {} = {}.",
            day(on),
            why.price.term_price,
            why.line_unit_price
        )),
        Portion::Share {
            number,
            of,
            term,
            term_total,
            split,
            ..
        } => Some(match split {
            SplitBy::UnitPrice => format!(
                "The term from {} is paid in {of} parts that add up to {} per unit; this is part {number}: {}.",
                days(*term, day),
                why.price.term_price,
                why.line_unit_price
            ),
            SplitBy::Amount => format!(
                "For {} units the term from {} costs {term_total}. It is paid in {of} parts that add up to that; this is part {number}: {}.",
                plain(why.quantity),
                days(*term, day),
                why.amount
            ),
        }),
    }
}

fn multiplication(quantity: Decimal, unit_price: &str, amount: &str) -> String {
    format!("{} × {unit_price} = {amount}.", plain(quantity))
}

/// What is printed as the line's description.
pub(super) fn description(text: Option<&LineText>, why: &Pax8Explanation) -> String {
    let price = &why.price;
    let detail = detail(why);
    match text {
        Some(text) => text.filled(&LineWords {
            product: &price.product,
            vendor: price.vendor.as_deref().unwrap_or_default(),
            sku: price.sku.as_deref().unwrap_or_default(),
            term: detail.unwrap_or_else(|| length(&price.term)),
            period: days(why.period, &printed),
            quantity: plain(why.quantity),
            change: changes(why),
        }),
        None => match detail {
            Some(detail) => format!("{} ({detail})", price.product),
            None => price.product.clone(),
        },
    }
}

/// Which terms, or which part of one, a line charges; nothing for a month on a monthly invoice.
fn detail(why: &Pax8Explanation) -> Option<String> {
    let term = &why.price.term;
    Some(match &why.portion {
        Portion::Once => "paid once".to_owned(),
        Portion::Terms {
            count: 1, of: 1, ..
        } if *term == BillingTerm::Monthly => return None,
        Portion::Terms { count: 1, .. } => length(term),
        Portion::Terms { count, .. } | Portion::Renewal { count, .. } if *count > 1 => {
            format!("{count} × {}", length(term))
        }
        Portion::Terms { .. } => return None,
        Portion::Renewal { on, .. } => format!("{} from {}", length(term), printed(on)),
        Portion::Share {
            number,
            of,
            split: SplitBy::UnitPrice,
            ..
        } => format!("{}, part {number} of {of}", length(term)),
        Portion::Share {
            number,
            of,
            split: SplitBy::Amount,
            ..
        } => format!(
            "{}, part {number} of {of}, for {} units",
            length(term),
            plain(why.quantity)
        ),
    })
}

/// A day as it is printed in the words of a line.
pub(super) fn printed(day: &Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// How the quantity moved of late: `5 → 7 on 11 Apr 2026`.
fn changes(why: &Pax8Explanation) -> String {
    let changes = why.quantity_changes.iter().filter_map(|change| {
        let (before, after) = (plain(change.before?), plain(change.after?));
        Some(format!("{before} → {after} on {}", printed(&change.on)))
    });
    changes.collect::<Vec<_>>().join(", ")
}

/// A figure before rounding, with at least the currency's decimals.
fn price_like(value: Decimal, currency: Currency) -> String {
    let mut value = value.normalize();
    value.rescale(value.scale().max(currency.minor_digits()));
    value.to_string()
}

/// The first and the last day of a period.
fn days(period: Period, day: Day<'_>) -> String {
    format!("{} to {}", day(&period.start), day(&period.last_day()))
}

/// Without trailing zeros.
fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}
