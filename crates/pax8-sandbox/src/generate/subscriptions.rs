//! Subscriptions in the mixes of a real partner: three quarters active, half
//! of them monthly, spread so unevenly over companies that some hold none and
//! some hold hundreds.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use rust_decimal::Decimal;

use super::retail;
use crate::config::SandboxConfig;
use crate::estate::{Commitment, Company, Product, Subscription, day_of, next_end};
use crate::seeded::{Stream, derived_uuid};

/// How far back the oldest subscription goes.
const DAYS: i64 = 3 * 365;

const STATUSES: [(usize, &str); 5] = [
    (75, "Active"),
    (15, "Cancelled"),
    (5, "Trial"),
    (3, "PendingManual"),
    (2, "PendingCancel"),
];

/// Of what is no trial: 50, 25 and 8 % of all are the first three.
const TERMS: [(usize, Term); 6] = [
    (
        50,
        Term {
            name: "Monthly",
            months: 1,
            commitment: None,
        },
    ),
    (
        25,
        Term {
            name: "Annual",
            months: 12,
            commitment: Some(("1-Year", 12)),
        },
    ),
    (
        8,
        Term {
            name: "2-Year",
            months: 24,
            commitment: Some(("2-Year", 24)),
        },
    ),
    (
        5,
        Term {
            name: "3-Year",
            months: 36,
            commitment: Some(("3-Year", 36)),
        },
    ),
    (
        5,
        Term {
            name: "One-Time",
            months: 1,
            commitment: None,
        },
    ),
    (
        2,
        Term {
            name: "Activation",
            months: 1,
            commitment: None,
        },
    ),
];

const CURRENCIES: [(usize, &str); 4] = [(70, "USD"), (12, "EUR"), (10, "GBP"), (8, "CAD")];

#[derive(Clone, Copy)]
struct Term {
    name: &'static str,
    /// What the monthly cost is multiplied by.
    months: i64,
    commitment: Option<(&'static str, i64)>,
}

const TRIAL: Term = Term {
    name: "Trial",
    months: 0,
    commitment: None,
};

pub(super) fn subscriptions(
    config: &SandboxConfig,
    companies: &[Company],
    products: &[Product],
    today: Date,
) -> Vec<Subscription> {
    if companies.is_empty() || products.is_empty() {
        return Vec::new();
    }
    let mut last_of: Vec<Option<String>> = vec![None; companies.len()];
    (0..config.subscriptions)
        .map(|index| {
            let mut draw = Stream::of(config.seed, "subscription", index);
            let holder = skewed(&mut draw, companies.len());
            let product = &products[skewed(&mut draw, products.len())];
            let created = created(config, index, &mut draw);
            let currency = *Stream::of(config.seed, "currency", holder).weighted(&CURRENCIES);
            let parent = if draw.chance(3) {
                last_of[holder].clone()
            } else {
                None
            };
            let mut row = subscription(&mut draw, product, created, today);
            row.company_id.clone_from(&companies[holder].id);
            row.currency = (!draw.chance(1)).then(|| currency.to_owned());
            row.parent_id = parent;
            row.updated = changed(&mut draw, created, config.now);
            last_of[holder] = Some(row.id.clone());
            row
        })
        .collect()
}

fn subscription(
    draw: &mut Stream,
    product: &Product,
    created: Timestamp,
    today: Date,
) -> Subscription {
    let id = draw.uuid();
    let status = *draw.weighted(&STATUSES);
    let term = if status == "Trial" {
        TRIAL
    } else {
        *draw.weighted(&TERMS)
    };
    let (start, end) = days(draw, status, day_of(created), today);
    let (price, partner_cost) = prices(draw, product, term);
    Subscription {
        parent_id: None,
        company_id: String::new(),
        product_id: product.id.clone(),
        quantity: Some(quantity(draw)),
        start,
        end,
        created,
        updated: None,
        billing_start: start,
        status: status.to_owned(),
        price: Some(price),
        partner_cost,
        currency: None,
        billing_term: term.name.to_owned(),
        commitment: commitment(draw, &id, term, start, today),
        id,
    }
}

/// The lower the number, the likelier: the first of a thousand gets 3 %.
fn skewed(draw: &mut Stream, count: usize) -> usize {
    let drawn = draw.next() >> 48;
    let squared = (drawn * drawn) >> 16;
    let count = u64::try_from(count).unwrap_or(0);
    usize::try_from((squared * count) >> 16).unwrap_or(0)
}

/// Evenly spread over the years before now, in order.
fn created(config: &SandboxConfig, index: usize, draw: &mut Stream) -> Timestamp {
    let step = DAYS * 86_400_000 / i64::try_from(config.subscriptions.max(1)).unwrap_or(1);
    let index = i64::try_from(index).unwrap_or(0);
    let ago = DAYS * 86_400_000 - index * step - draw.between(0, step.max(2) - 1);
    config
        .now
        .saturating_sub(Span::new().milliseconds(ago))
        .unwrap_or(config.now)
}

fn changed(draw: &mut Stream, created: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let age = now.duration_since(created).as_secs().max(1);
    let after = draw.between(0, age);
    let never = draw.chance(30);
    (!never).then(|| {
        created
            .saturating_add(Span::new().seconds(after))
            .unwrap_or(created)
    })
}

/// The first and the last day.
fn days(draw: &mut Stream, status: &str, created: Date, today: Date) -> (Date, Option<Date>) {
    let later = |day: Date, days: i64| day.saturating_add(Span::new().days(days));
    match status {
        "Trial" => {
            let end = later(today, draw.between(1, 30));
            (later(end, -30), Some(end))
        }
        "Cancelled" => {
            let lived = created.duration_until(today).as_hours() / 24;
            (created, Some(later(created, draw.between(0, lived.max(0)))))
        }
        "PendingCancel" => (created, Some(later(today, draw.between(1, 60)))),
        _ if draw.chance(1) => (later(today, draw.between(1, 40)), None),
        _ => (later(created, draw.between(0, 3)), None),
    }
}

/// Customer price and partner cost, per unit and term.
fn prices(draw: &mut Stream, product: &Product, term: Term) -> (Decimal, Option<Decimal>) {
    let cost = (product.monthly_cost * Decimal::from(term.months)).normalize();
    let price = match draw.below(20) {
        // No resale price was set.
        0 | 1 => cost,
        // Sold below cost.
        2 => (cost * Decimal::new(9, 1)).round_dp(2).normalize(),
        _ => retail(cost),
    };
    match draw.below(100) {
        0..=4 => (price, None),
        5 | 6 => (price, Some(Decimal::ZERO)),
        _ => (price, Some(cost)),
    }
}

fn quantity(draw: &mut Stream) -> Decimal {
    match draw.below(100) {
        0 => Decimal::ZERO,
        1 => Decimal::new(draw.between(1, 999), 1),
        2..=59 => Decimal::from(draw.between(1, 10)),
        60..=94 => Decimal::from(draw.between(11, 60)),
        _ => Decimal::from(draw.between(61, 900)),
    }
}

fn commitment(
    draw: &mut Stream,
    subscription: &str,
    term: Term,
    start: Date,
    today: Date,
) -> Option<Commitment> {
    let (name, months) = match term.commitment {
        Some(bound) => bound,
        None if term.name != "Monthly" => return None,
        // Bound for a year, billed by the month.
        None if draw.chance(40) => ("1-Year", 12),
        None if draw.chance(50) => ("Monthly", 1),
        None => return None,
    };
    let end = (months > 1).then(|| next_end(start, months, today));
    Some(Commitment {
        id: derived_uuid("commitment", subscription),
        term: name.to_owned(),
        end,
    })
}
