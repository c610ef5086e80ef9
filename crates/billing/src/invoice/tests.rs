use jiff::civil::{Date, date};
use money::{Amount, Currency, Decimal};
use proptest::prelude::*;

use super::*;
use crate::charge::Charge;
use crate::price::{Markup, Pricing};
use crate::schedule::{Frequency, Schedule};
use crate::status::{SubscriptionDates, SubscriptionStatus};
use crate::tax::TaxRate;
use crate::term::BillingTerm;

pub(super) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn subscription(id: &str) -> LinkedSubscription {
    LinkedSubscription {
        id: id.into(),
        product: "Cloud Office".into(),
        vendor: Some("Northwind".into()),
        sku: Some("CO-1".into()),
        quantity: Some(dec("5")),
        term: BillingTerm::Monthly,
        currency: Some("USD".into()),
        partner_cost: Some(dec("18.50")),
        price: Some(dec("22.00")),
        pricing: Pricing {
            markup: Some(Markup::percentage(dec("20")).unwrap()),
            override_price: None,
        },
        charge: Charge::Spread,
        status: SubscriptionStatus::Active,
        dates: SubscriptionDates {
            start: None,
            billing_start: Some(date(2026, 1, 1)),
            end: None,
        },
        one_time_billed: false,
        invoiced: Invoiced::default(),
        quantity_changes: Vec::new(),
        linked_from: None,
        trial_until: None,
        missing_since: None,
        moved: false,
        product_changed: false,
        decided: Decided::default(),
        taxable: true,
        seen_at: Some("2026-02-01T04:00:00Z".into()),
        seen_on: Some(date(2026, 1, 31)),
        confirmed_on: Some(date(2026, 2, 28)),
        sync_id: Some("sync-1".into()),
    }
}

pub(super) fn invoice(subscriptions: Vec<LinkedSubscription>) -> InvoiceInput {
    let schedule = Schedule {
        anchor: date(2026, 1, 1),
        frequency: Frequency::Monthly,
    };
    InvoiceInput {
        currency: Currency::USD,
        period: schedule.period_starting(date(2026, 3, 1)).unwrap().unwrap(),
        schedule,
        manual_lines: Vec::new(),
        subscriptions,
        data_is_stale: false,
        tax_rates: Vec::new(),
        tax_exempt: false,
        line_text: None,
        proration: Proration::default(),
    }
}

fn assembled(change: impl Fn(&mut LinkedSubscription)) -> Assembled {
    let mut linked = subscription("s1");
    change(&mut linked);
    assemble(&invoice(vec![linked])).unwrap()
}

fn held(change: impl Fn(&mut LinkedSubscription)) -> &'static str {
    let result = assembled(change);
    assert!(result.lines.is_empty() && result.skipped.is_empty() && result.needs_review());
    result.held[0].reason.code()
}

fn skipped(change: impl Fn(&mut LinkedSubscription)) -> &'static str {
    let result = assembled(change);
    assert!(result.lines.is_empty() && result.held.is_empty() && !result.needs_review());
    result.skipped[0].reason.code()
}

#[test]
fn s10_a_linked_subscription_is_a_line_that_explains_itself() {
    let result = assembled(|_| {});
    let line = &result.lines[0];
    assert_eq!(line.description, "Cloud Office");
    assert_eq!(
        (line.quantity, line.unit_price.to_string()),
        (dec("5"), "22.20".into())
    );
    assert_eq!(line.amount.to_string(), "111.00");
    assert_eq!(
        line.source,
        LineSource::Pax8 {
            subscription_id: "s1".into()
        }
    );
    assert_eq!(
        line.explanation.sentences(),
        [
            "The price is 22.20 USD per unit for one month.",
            "5 × 22.20 = 111.00 USD.",
            "This invoice covers 2026-03-01 to 2026-03-31.",
            "The quantity of 5 is unchanged since 2026-01-31, confirmed by the sync of 2026-02-28.",
        ]
    );
    let day = |date: &Date| date.strftime("%-d %b %Y").to_string();
    let as_read = line.explanation.sentences_with(&day).join(" ");
    assert!(
        as_read.contains("covers 1 Mar 2026 to 31 Mar 2026.")
            && as_read.contains("since 31 Jan 2026, confirmed by the sync of 28 Feb 2026."),
        "{as_read}"
    );
    assert_eq!(
        line.explanation.pricing_sentences(),
        [
            "Your cost is 18.50 USD per unit and term (partner cost).",
            "18.50 + 20 % = 22.20 USD.",
            "The figures come from sync sync-1.",
        ]
    );
}

#[test]
fn s10_what_the_client_reads_tells_neither_cost_nor_markup() {
    let line = assembled(|sub| sub.partner_cost = Some(dec("13.37")))
        .lines
        .remove(0);
    let text = line.explanation.sentences().join(" ");
    assert!(
        !text.contains("13.37") && !text.contains('%') && !text.contains("cost"),
        "{text}"
    );
}

#[test]
fn s87_a_retail_basis_is_named_in_the_explanation() {
    let line = assembled(|sub| sub.partner_cost = None).lines.remove(0);
    assert!(line.explanation.pricing_sentences()[0].contains("retail price"));
    assert_eq!(line.unit_price.to_string(), "26.40");
}

#[test]
fn an_explanation_survives_storage() {
    let mut input = invoice(vec![subscription("s1")]);
    input.manual_lines.push(manual("Support", "1", "99.999"));
    for line in assemble(&input).unwrap().lines {
        let json = serde_json::to_string(&line).unwrap();
        assert_eq!(serde_json::from_str::<Line>(&json).unwrap(), line, "{json}");
    }
}

fn manual(description: &str, quantity: &str, unit_price: &str) -> ManualLine {
    ManualLine {
        description: description.into(),
        quantity: dec(quantity),
        unit_price: dec(unit_price),
        taxable: true,
    }
}

#[test]
fn manual_lines_come_first_and_credits_reduce_the_total() {
    let mut input = invoice(vec![subscription("s1")]);
    input.manual_lines = vec![
        manual("Support", "2", "50"),
        manual("Goodwill", "-1", "11.005"),
    ];
    let result = assemble(&input).unwrap();
    let amounts: Vec<String> = result
        .lines
        .iter()
        .map(|line| line.amount.to_string())
        .collect();
    assert_eq!(amounts, ["100.00", "-11.01", "111.00"]);
    assert_eq!(result.total.to_string(), "199.99");
}

#[test]
fn tax_is_on_the_sum_of_taxable_lines_unless_exempt() {
    let mut free = subscription("s2");
    free.taxable = false;
    let mut input = invoice(vec![subscription("s1"), free]);
    input.tax_rates = vec![TaxRate {
        name: "VAT".into(),
        percent: dec("19"),
    }];
    let result = assemble(&input).unwrap();
    assert_eq!(result.subtotal.to_string(), "222.00");
    assert_eq!(result.tax[0].taxable.to_string(), "111.00");
    assert_eq!(result.tax[0].amount.to_string(), "21.09");
    assert_eq!(result.total.to_string(), "243.09");
    input.tax_exempt = true;
    let exempt = assemble(&input).unwrap();
    assert!(exempt.tax.is_empty());
    assert_eq!(exempt.total, exempt.subtotal);
}

#[test]
fn every_doubt_holds_the_subscription() {
    assert_eq!(
        held(|sub| sub.missing_since = Some(date(2026, 2, 20))),
        "missing"
    );
    assert_eq!(held(|sub| sub.moved = true), "moved");
    assert_eq!(held(|sub| sub.product_changed = true), "product_changed");
    assert_eq!(held(|sub| sub.status = "Paused".into()), "unknown_status");
    assert_eq!(held(|sub| sub.status = "PendingManual".into()), "pending");
    assert_eq!(held(|sub| sub.term = "Fortnightly".into()), "unknown_term");
    assert_eq!(held(|sub| sub.quantity = None), "unknown_quantity");
    assert_eq!(
        held(|sub| sub.quantity = Some(dec("-1"))),
        "amount_out_of_range"
    );
    assert_eq!(
        held(|sub| (sub.partner_cost, sub.price) = (None, None)),
        "unknown_price"
    );
    assert_eq!(
        held(|sub| sub.partner_cost = Some(Decimal::MAX)),
        "amount_out_of_range"
    );
    assert_eq!(
        held(|sub| sub.currency = Some("EUR".into())),
        "wrong_currency"
    );
    assert_eq!(held(|sub| sub.currency = None), "unknown_currency");
}

#[test]
fn what_is_rightly_not_billed_is_skipped_with_its_reason() {
    assert_eq!(
        skipped(|sub| sub.dates.billing_start = Some(date(2026, 4, 1))),
        "not_started"
    );
    assert_eq!(
        skipped(|sub| sub.dates.billing_start = Some(date(2026, 3, 2))),
        "not_started"
    );
    assert_eq!(
        skipped(|sub| sub.dates.end = Some(date(2026, 3, 1))),
        "ended"
    );
    assert_eq!(skipped(|sub| sub.status = "Trial".into()), "trial");
    assert_eq!(skipped(|sub| sub.term = "Trial".into()), "trial");
    assert_eq!(skipped(|sub| sub.status = "Converted".into()), "converted");
    assert_eq!(
        skipped(|sub| sub.quantity = Some(dec("0"))),
        "zero_quantity"
    );
    assert_eq!(
        skipped(|sub| (sub.term, sub.one_time_billed) = (BillingTerm::OneTime, true)),
        "already_billed"
    );
    assert_eq!(
        skipped(|sub| (sub.term, sub.charge) = (BillingTerm::Annual, Charge::OnRenewal)),
        "renews_later"
    );
}

#[test]
fn stale_data_holds_what_would_be_billed_and_nothing_else() {
    let mut trial = subscription("s2");
    trial.status = SubscriptionStatus::Trial;
    let mut input = invoice(vec![subscription("s1"), trial]);
    input.data_is_stale = true;
    let result = assemble(&input).unwrap();
    assert_eq!(result.held[0].reason.code(), "stale");
    assert_eq!(result.held[0].monthly_value.unwrap().to_string(), "111.00");
    assert_eq!(result.skipped[0].reason.code(), "trial");
}

#[test]
fn a_decision_lets_a_pending_or_unknown_status_bill() {
    for status in ["PendingManual", "Paused"] {
        let result = assembled(|sub| {
            (sub.status, sub.decided.in_status) = (status.into(), Decision::Always);
        });
        assert_eq!(result.lines.len(), 1, "{status}");
    }
}

#[test]
fn a_decision_to_bill_what_is_missing_counts_for_one_period_or_for_all() {
    let missing = |decision| {
        move |sub: &mut LinkedSubscription| {
            sub.missing_since = Some(date(2026, 2, 20));
            sub.decided.while_missing = decision;
        }
    };
    // The invoice is March's.
    assert_eq!(assembled(missing(Decision::Always)).lines.len(), 1);
    let once = Decision::Before(date(2026, 4, 1));
    assert_eq!(assembled(missing(once)).lines.len(), 1);
    for over in [Decision::None, Decision::Before(date(2026, 3, 1))] {
        assert_eq!(held(missing(over)), "missing");
    }
}

#[test]
fn s154_an_override_is_in_the_clients_currency_and_needs_no_cost() {
    let result = assembled(|sub| {
        (sub.partner_cost, sub.price, sub.currency) = (None, None, None);
        sub.pricing.override_price = Some(dec("19.99"));
    });
    assert_eq!(result.lines[0].amount.to_string(), "99.95");
}

#[test]
fn a_free_product_is_a_line_of_zero() {
    let result = assembled(|sub| sub.partner_cost = Some(Decimal::ZERO));
    assert_eq!(result.lines[0].amount, Amount::zero(Currency::USD));
}

#[test]
fn a_price_paid_once_is_billed_though_the_service_ended_and_then_marked() {
    let result = assembled(|sub| {
        sub.term = BillingTerm::OneTime;
        sub.dates.billing_start = Some(date(2026, 2, 10));
        sub.dates.end = Some(date(2026, 2, 10));
    });
    assert_eq!(result.billed_once().collect::<Vec<_>>(), ["s1"]);
    let cancelled = |sub: &mut LinkedSubscription| {
        sub.term = BillingTerm::OneTime;
        sub.status = SubscriptionStatus::Cancelled;
        sub.dates.end = Some(date(2026, 2, 10));
    };
    assert_eq!(skipped(cancelled), "ended");
    let cancelled_for_later = |sub: &mut LinkedSubscription| {
        cancelled(sub);
        sub.dates.end = Some(date(2026, 6, 1));
    };
    assert_eq!(assembled(cancelled_for_later).billed_once().count(), 1);
}

#[test]
fn a_share_says_which_part_of_which_term_it_is() {
    let line = assembled(|sub| {
        sub.term = BillingTerm::Annual;
        sub.pricing.override_price = Some(dec("100.00"));
    })
    .lines
    .remove(0);
    assert_eq!(line.description, "Cloud Office (one year, part 3 of 12)");
    assert_eq!(
        line.explanation.sentences()[1],
        "The term from 2026-01-01 to 2026-12-31 is paid in 12 parts that add up to 100.00 per unit; this is part 3: 8.33."
    );
    assert_eq!(line.amount.to_string(), "41.65");
}

#[test]
fn the_days_before_the_first_period_are_charged_for_every_line() {
    let mut input = invoice(vec![subscription("s1")]);
    input.manual_lines = vec![manual("Support", "1", "28.00")];
    input.proration.first_from = Some(date(2026, 2, 15));
    let result = assemble(&input).unwrap();
    let amounts: Vec<String> = result
        .lines
        .iter()
        .map(|line| line.amount.to_string())
        .collect();
    assert_eq!(amounts, ["28.00", "14.00", "111.00", "55.50"]);
    assert_eq!(
        result.lines[3].description,
        "Cloud Office (from 15 Feb 2026: 5 × 22.20 × 14/28)"
    );
}

#[test]
fn d23_the_days_of_a_transition_are_charged_for_lines_by_hand_alone() {
    let mut input = invoice(vec![subscription("s1")]);
    input.manual_lines = vec![manual("Support", "1", "28.00")];
    input.proration.transition_from = Some(date(2026, 2, 15));
    let result = assemble(&input).unwrap();
    let amounts = result.lines.iter().map(|line| line.amount.to_string());
    assert_eq!(amounts.collect::<Vec<_>>(), ["28.00", "14.00", "111.00"]);
}

fn any_subscription() -> impl Strategy<Value = LinkedSubscription> {
    use proptest::sample::select;
    let texts = (
        select(vec![
            "Active",
            "Cancelled",
            "PendingManual",
            "PendingCancel",
            "Trial",
            "Converted",
            "Paused",
        ]),
        select(vec![
            "Monthly",
            "Annual",
            "3-Year",
            "One-Time",
            "Activation",
            "Trial",
            "Fortnightly",
        ]),
        select(vec![Some("USD"), Some("EUR"), Some(""), None]),
    );
    let figures = (
        select(vec![
            None,
            Some("0"),
            Some("5"),
            Some("2.5"),
            Some("-1"),
            Some("79228162514264337593543950335"),
        ]),
        select(vec![
            None,
            Some("0"),
            Some("18.505"),
            Some("79228162514264337593543950335"),
        ]),
        select(vec![None, Some("22"), Some("0.0000000001")]),
        select(vec![None, Some("19.99")]),
    );
    let days = select(vec![
        None,
        Some(date(2025, 5, 31)),
        Some(date(2026, 3, 1)),
        Some(date(2026, 3, 15)),
        Some(date(2030, 1, 1)),
    ]);
    let flags = (any::<[bool; 6]>(), days.clone(), days);
    (texts, figures, flags).prop_map(|(texts, figures, (flags, from, end))| {
        let mut sub = subscription("");
        (sub.status, sub.term) = (texts.0.into(), texts.1.into());
        sub.currency = texts.2.map(str::to_owned);
        sub.quantity = figures.0.map(dec);
        (sub.partner_cost, sub.price) = (figures.1.map(dec), figures.2.map(dec));
        sub.pricing.override_price = figures.3.map(dec);
        sub.dates = SubscriptionDates {
            start: None,
            billing_start: from,
            end,
        };
        (sub.moved, sub.product_changed, sub.one_time_billed) =
            (flags[0] && flags[1], flags[0] && flags[2], flags[3]);
        if flags[4] {
            sub.decided.in_status = Decision::Always;
        }
        if flags[5] {
            sub.charge = Charge::OnRenewal;
        }
        sub
    })
}

proptest! {
    /// No linked subscription is ever lost, doubled or billed out of nothing.
    #[test]
    fn every_subscription_is_in_exactly_one_place(
        mut subscriptions in proptest::collection::vec(any_subscription(), 0..12),
        stale: bool,
        first_from in proptest::option::of(proptest::sample::select(vec![date(2026, 2, 15), date(2020, 1, 1)])),
        changed in proptest::collection::btree_map(0_usize..12, 0_i64..9, 0..6),
        frequency in proptest::sample::select(Frequency::ALL.to_vec()),
    ) {
        for (n, sub) in subscriptions.iter_mut().enumerate() {
            sub.id = n.to_string();
            sub.linked_from = Some(date(2025, 1, 1));
            sub.quantity_changes = changed.get(&n).into_iter().map(|before| QuantityChange {
                on: date(2026, 2, 20),
                before: Some((*before).into()),
                after: sub.quantity,
                sync_id: None,
            }).collect();
        }
        let count = subscriptions.len();
        let mut input = invoice(subscriptions);
        input.data_is_stale = stale;
        input.schedule = Schedule { frequency, ..input.schedule };
        input.period = input.schedule.period_containing(date(2026, 3, 1)).unwrap();
        input.proration.first_from = first_from;
        input.proration.changes = true;
        let result = assemble(&input).unwrap();
        let mut ids: Vec<&str> = result.lines.iter().filter_map(|line| match &line.source {
            LineSource::Pax8 { subscription_id } => Some(subscription_id.as_str()),
            LineSource::Manual => None,
        }).collect();
        // One after the other: the lines of a subscription stand together.
        ids.dedup();
        ids.extend(result.held.iter().map(|held| held.subscription_id.as_str()));
        ids.extend(result.skipped.iter().map(|skipped| skipped.subscription_id.as_str()));
        ids.sort_by_key(|id| id.parse::<usize>().unwrap());
        let expected: Vec<String> = (0..count).map(|n| n.to_string()).collect();
        prop_assert_eq!(ids, expected);
        for line in &result.lines {
            prop_assert_eq!(line.unit_price.times(line.quantity).unwrap(), line.amount);
            prop_assert!(!line.amount.is_negative() || matches!(line.explanation, Explanation::Proration(_)));
        }
        let sum: i64 = result.lines.iter().map(|line| line.amount.minor()).sum();
        prop_assert_eq!(sum, result.subtotal.minor());
    }
}

#[test]
fn dates_of_reasons_are_written_as_the_reader_is_used_to_and_exactly_otherwise() {
    let day = |date: &Date| date.strftime("%-d %b %Y").to_string();
    let missing = HoldReason::Missing {
        since: date(2026, 6, 15),
    };
    assert_eq!(
        missing.sentence(day),
        "Not found in Pax8 since 15 Jun 2026."
    );
    assert_eq!(missing.to_string(), "Not found in Pax8 since 2026-06-15.");
    let later = SkipReason::NotStarted {
        on: date(2026, 7, 1),
    };
    assert_eq!(later.sentence(day), "Billing starts on 1 Jul 2026.");
    assert_eq!(later.to_string(), "Billing starts on 2026-07-01.");
}
