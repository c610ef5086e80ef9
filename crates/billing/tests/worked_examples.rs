//! Computes every worked example of `docs/money.md`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing row is a failing test"
)]

use billing::{
    Billed, BillingTerm, Charge, ChargeInput, ChargeOutcome, CreditOf, Creditable, Explanation,
    Fraction, Frequency, InvoiceInput, Invoiced, Line, LineSource, LinkedSubscription, Markup,
    Period, Pricing, Proration, ProrationBasis, QuantityChange, Schedule, SubscriptionDates,
    SubscriptionStatus, TaxRate, assemble, bill_price, charge_for, cost_of,
    invoice::ManualExplanation, monthly_total, tax::tax_lines,
};
use jiff::civil::{Date, date};
use money::{Amount, Currency, Decimal, UnitPrice, round_unit_price, split};

const PAGE: &str = include_str!("../../../docs/money.md");

/// The rows of the table under `### Example: <title>`, each with as many cells as the heading.
fn rows(title: &str, cells: usize) -> Vec<Vec<&'static str>> {
    let heading = format!("### Example: {title}\n");
    let (_, section) = PAGE.split_once(&heading).expect("the page has the example");
    let table: Vec<Vec<&str>> = section
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(table.len() > 2, "{title} has rows below its heading");
    assert!(
        table.iter().all(|row| row.len() == cells),
        "{title} has {cells} columns"
    );
    table[2..].to_vec()
}

fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

fn maybe<T>(text: &str, read: impl Fn(&str) -> T) -> Option<T> {
    (!text.is_empty()).then(|| read(text))
}

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

fn markup(text: &str) -> Markup {
    match text.strip_suffix(" %") {
        Some(percent) => Markup::percentage(dec(percent)).unwrap(),
        None => Markup::fixed(dec(text.trim_start_matches('+'))).unwrap(),
    }
}

fn price(text: &str, currency: Currency) -> UnitPrice {
    UnitPrice::from_exact(dec(text), currency).unwrap()
}

fn amount(text: &str, currency: Currency) -> Amount {
    Amount::from_decimal_exact(dec(text), currency).unwrap()
}

#[test]
fn s141_to_s145_prices() {
    for row in rows("prices", 6) {
        let cost = cost_of(maybe(row[0], dec), maybe(row[1], dec));
        let pricing = Pricing {
            markup: maybe(row[2], markup),
            override_price: maybe(row[3], dec),
        };
        let bill = bill_price(cost.as_ref(), &pricing, Currency::USD).unwrap();
        match bill {
            None => assert_eq!((row[4], row[5]), ("unknown", "unknown"), "{row:?}"),
            Some(bill) => {
                assert_eq!(bill.exact, dec(row[4]), "{row:?}");
                assert_eq!(bill.unit.to_string(), row[5], "{row:?}");
            }
        }
    }
}

#[test]
fn unit_prices() {
    for row in rows("unit prices", 3) {
        let unit = round_unit_price(dec(row[0]), row[1].parse().unwrap()).unwrap();
        assert_eq!(unit.to_string(), row[2], "{row:?}");
    }
}

#[test]
fn lines() {
    for row in rows("lines", 4) {
        let unit = price(row[1], row[2].parse().unwrap());
        assert_eq!(
            unit.times(dec(row[0])).unwrap().to_string(),
            row[3],
            "{row:?}"
        );
    }
}

#[test]
fn monthly_values() {
    for row in rows("monthly value", 4) {
        let term = BillingTerm::from(row[2]);
        let value = monthly_total(price(row[0], Currency::USD), dec(row[1]), &term).unwrap();
        let value = value.map_or("none".to_owned(), |value| value.to_string());
        assert_eq!(value, row[3], "{row:?}");
    }
}

#[test]
fn periods() {
    for row in rows("periods", 3) {
        let frequency = Frequency::from_code(row[1]).unwrap();
        let schedule = Schedule {
            anchor: day(row[0]),
            frequency,
        };
        let expected: Vec<Date> = row[2].split(", ").map(day).collect();
        let last = *expected.last().unwrap();
        let due = schedule.periods_due(day(row[0]), last, None).unwrap();
        let starts: Vec<Date> = due.map(|period| period.start).collect();
        assert_eq!(starts, expected, "{row:?}");
    }
}

#[test]
fn charges() {
    for row in rows("charges", 9) {
        let frequency = Frequency::from_code(row[5]).unwrap();
        let schedule = Schedule {
            anchor: date(2026, 1, 1),
            frequency,
        };
        let outcome = charge_for(&ChargeInput {
            unit_price: price(row[0], Currency::USD),
            quantity: dec(row[1]),
            term: &row[2].into(),
            billing_start: maybe(row[3], day),
            end_date: maybe(row[4], day),
            schedule,
            period: schedule.period_starting(day(row[7])).unwrap().unwrap(),
            charge: Charge::from_code(row[6]).unwrap(),
            already_billed_once: false,
            billed: &[],
            linked_from: None,
            trial_until: None,
        });
        let line = match outcome.unwrap() {
            ChargeOutcome::Charged(lines) => {
                let line = &lines[0];
                format!("{} × {} = {}", line.quantity, line.unit_price, line.amount)
            }
            ChargeOutcome::Skipped(reason) => reason.to_string(),
            ChargeOutcome::Held(reason) => reason.to_string(),
        };
        assert_eq!(line, row[8], "{row:?}");
    }
}

#[test]
fn changes_on_the_way() {
    for row in rows("changes on the way", 6) {
        let january = date(2026, 1, 1);
        let mut schedule = Schedule {
            anchor: january,
            frequency: Frequency::Monthly,
        };
        let mut billed = Vec::new();
        let mut next = january;
        let mut invoice = |schedule: Schedule, next: &mut Date, charge: &str| {
            let period = schedule.period_starting(*next).unwrap().unwrap();
            let unit_price = price("1200.00", Currency::USD);
            let outcome = charge_for(&ChargeInput {
                unit_price,
                quantity: Decimal::ONE,
                term: &BillingTerm::Annual,
                billing_start: Some(january),
                end_date: None,
                schedule,
                period,
                charge: Charge::from_code(charge).unwrap(),
                already_billed_once: false,
                billed: &billed,
                linked_from: Some(january),
                trial_until: None,
            });
            *next = period.end;
            let ChargeOutcome::Charged(lines) = outcome.unwrap() else {
                return "none".to_owned();
            };
            let line = lines[0].clone();
            billed.push(Billed {
                period,
                term: BillingTerm::Annual,
                portion: line.portion,
                term_price: unit_price,
                quantity: Decimal::ONE,
                unit_price: line.unit_price,
                amount: line.amount,
            });
            line.amount.to_string()
        };
        for _ in 0..row[1].parse().unwrap() {
            invoice(schedule, &mut next, row[0]);
        }
        next = day(row[3]);
        schedule.frequency = Frequency::from_code(row[4]).unwrap();
        schedule = schedule.resumed_at(next).unwrap();
        let expected: Vec<&str> = row[5].split(", ").collect();
        let amounts: Vec<String> = expected
            .iter()
            .map(|_| invoice(schedule, &mut next, row[2]))
            .collect();
        assert_eq!(amounts, expected, "{row:?}");
    }
}

#[test]
fn shares() {
    for row in rows("shares", 3) {
        let total = amount(row[0], Currency::USD);
        let parts = row[1].parse().unwrap();
        let shares: Vec<String> = (0..parts)
            .map(|index| split::share(total, index, parts).unwrap().to_string())
            .collect();
        assert_eq!(shares.join(", "), row[2], "{row:?}");
    }
}

#[test]
fn prorations() {
    for row in rows("proration", 7) {
        let (start, last_day) = row[2].split_once(" to ").unwrap();
        let period = Period {
            start: day(start),
            end: day(last_day).tomorrow().unwrap(),
        };
        let (quantity, basis) = (dec(row[0]), ProrationBasis::from_code(row[4]).unwrap());
        let credit = quantity.is_sign_negative();
        let fraction = Fraction::rest_of(period, day(row[3]), basis, credit).unwrap();
        assert_eq!(fraction.to_string(), row[5], "{row:?}");
        let amount = fraction
            .of_price(price(row[1], Currency::USD), quantity)
            .unwrap();
        assert_eq!(amount.to_string(), row[6], "{row:?}");
    }
}

#[test]
fn d25_seats_that_come_and_go() {
    for row in rows("seats that come and go", 3) {
        let mut before = dec("5");
        let seen: Vec<QuantityChange> = row[0]
            .split(", ")
            .map(|change| {
                let (after, on) = change.split_once(" on ").unwrap();
                let change = QuantityChange {
                    on: day(on),
                    before: Some(before),
                    after: Some(dec(after)),
                    sync_id: None,
                };
                before = dec(after);
                change
            })
            .collect();
        let mut input = seats_invoice();
        let mut last = Vec::new();
        for made_on in row[1].split(", ").map(day) {
            let subscription = &mut input.subscriptions[0];
            let known = seen.iter().filter(|change| change.on <= made_on);
            subscription.quantity_changes = known.cloned().collect();
            let latest = subscription.quantity_changes.last();
            subscription.quantity = latest.map_or(Some(dec("5")), |change| change.after);
            last = assemble(&input).unwrap().lines;
            for line in &last {
                let invoiced = &mut input.subscriptions[0].invoiced;
                invoiced.add(&line.explanation, true).unwrap();
            }
            let next = input.schedule.period_starting(input.period.end).unwrap();
            input.period = next.unwrap();
        }
        let lines: Vec<String> = last.iter().map(figures).collect();
        assert_eq!(lines.join(", "), row[2], "{row:?}");
    }
}

/// What the line says after its name.
fn figures(line: &Line) -> String {
    match &line.explanation {
        Explanation::Proration(why) => {
            let (quantity, price, fraction) = (why.quantity, why.unit_price, why.fraction);
            format!("{quantity} × {price} × {fraction} = {}", line.amount)
        }
        _ => line.amount.to_string(),
    }
}

fn seats_invoice() -> InvoiceInput {
    let schedule = Schedule {
        anchor: day("2026-01-01"),
        frequency: Frequency::Monthly,
    };
    InvoiceInput {
        currency: Currency::USD,
        period: schedule.nth_period(0).unwrap(),
        schedule,
        manual_lines: Vec::new(),
        subscriptions: vec![LinkedSubscription {
            id: "one".into(),
            product: "Cloud Office".into(),
            vendor: None,
            sku: None,
            quantity: None,
            term: BillingTerm::Monthly,
            currency: Some("USD".into()),
            partner_cost: None,
            price: None,
            pricing: Pricing {
                markup: None,
                override_price: Some(dec("22.20")),
            },
            charge: Charge::Spread,
            status: SubscriptionStatus::Active,
            dates: SubscriptionDates {
                start: Some(day("2026-01-01")),
                billing_start: None,
                end: None,
            },
            one_time_billed: false,
            invoiced: Invoiced::default(),
            quantity_changes: Vec::new(),
            linked_from: Some(day("2026-01-01")),
            trial_until: None,
            missing_since: None,
            moved: false,
            product_changed: false,
            decided: billing::Decided::default(),
            taxable: true,
            seen_at: None,
            seen_on: None,
            confirmed_on: None,
            sync_id: None,
        }],
        data_is_stale: false,
        tax_rates: Vec::new(),
        tax_exempt: false,
        line_text: None,
        proration: Proration {
            changes: true,
            ..Proration::default()
        },
    }
}

#[test]
fn taxes() {
    for row in rows("taxes", 4) {
        let rate = TaxRate {
            name: "Tax".into(),
            percent: dec(row[1]),
        };
        let tax = tax_lines(&[rate], amount(row[0], row[2].parse().unwrap())).unwrap();
        assert_eq!(tax[0].amount.to_string(), row[3], "{row:?}");
    }
}

#[test]
fn d27_credits() {
    let unit_price = price("22.20", Currency::USD);
    let quantity = dec("5");
    let charged = unit_price.times(quantity).unwrap();
    let line = Line {
        description: "Seats".to_owned(),
        quantity,
        unit_price,
        amount: charged,
        taxable: true,
        source: LineSource::Manual,
        explanation: Explanation::Manual(ManualExplanation {
            typed_price: unit_price.value(),
            unit_price,
            quantity,
            amount: charged,
        }),
    };
    let rate = TaxRate {
        name: "Tax".into(),
        percent: dec("8.25"),
    };
    let taxes = tax_lines(&[rate], charged).unwrap();
    let total = charged.checked_add(taxes[0].amount).unwrap();
    let mut invoice = Creditable::new("INV-0001".into(), vec![line], taxes, total);
    for row in rows("credits", 4) {
        let of = match row[0].strip_suffix(" units") {
            Some(units) => CreditOf::Quantity(dec(units)),
            None if row[0] == "the rest" => CreditOf::Rest,
            None => CreditOf::Amount(amount(row[0], Currency::USD)),
        };
        let note = invoice.credit(&[(1, of)]).unwrap();
        assert_eq!(note.subtotal.to_string(), row[1], "{row:?}");
        assert_eq!(note.tax[0].amount.to_string(), row[2], "{row:?}");
        assert_eq!(note.total.to_string(), row[3], "{row:?}");
        let lines = note.lines.iter().map(|line| &line.explanation);
        invoice.subtract(lines, &note.tax, note.total).unwrap();
    }
    assert!(invoice.left().is_zero());
}
