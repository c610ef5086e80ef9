use jiff::civil::date;
use money::Currency;
use proptest::prelude::*;

use super::*;
use crate::schedule::Frequency;

const REPEATING: [BillingTerm; 4] = [
    BillingTerm::Monthly,
    BillingTerm::Annual,
    BillingTerm::TwoYear,
    BillingTerm::ThreeYear,
];

/// A subscription on an invoice, to be charged period by period.
#[derive(Clone, Debug)]
struct Case {
    price: &'static str,
    quantity: &'static str,
    term: BillingTerm,
    billing_start: Option<Date>,
    end_date: Option<Date>,
    schedule: Schedule,
    charge: Charge,
}

impl Case {
    fn new(term: BillingTerm, billing_start: Date, frequency: Frequency) -> Self {
        Self {
            price: "22.20",
            quantity: "5",
            term,
            billing_start: Some(billing_start),
            end_date: None,
            schedule: Schedule {
                anchor: date(2026, 1, 1),
                frequency,
            },
            charge: Charge::Spread,
        }
    }

    fn priced(self, price: &'static str, quantity: &'static str) -> Self {
        Self {
            price,
            quantity,
            ..self
        }
    }

    fn ending(self, end: Date) -> Self {
        Self {
            end_date: Some(end),
            ..self
        }
    }

    fn on_renewal(self) -> Self {
        Self {
            charge: Charge::OnRenewal,
            ..self
        }
    }

    fn unit_price(&self) -> UnitPrice {
        UnitPrice::from_exact(self.price.parse().unwrap(), Currency::USD).unwrap()
    }

    fn total(&self) -> Amount {
        self.unit_price()
            .times(self.quantity.parse().unwrap())
            .unwrap()
    }

    fn on(&self, period: Period) -> ChargeOutcome {
        charge_for(&ChargeInput {
            unit_price: self.unit_price(),
            quantity: self.quantity.parse().unwrap(),
            term: &self.term,
            billing_start: self.billing_start,
            end_date: self.end_date,
            schedule: self.schedule,
            period,
            charge: self.charge,
            already_billed_once: false,
            billed: &[],
            linked_from: None,
            trial_until: None,
        })
        .unwrap()
    }

    /// On the period that starts that day.
    fn starting(&self, day: Date) -> ChargeOutcome {
        self.on(self.schedule.period_starting(day).unwrap().unwrap())
    }

    /// The line of the period that starts that day, as `quantity × price = amount`.
    fn line(&self, day: Date) -> String {
        match self.starting(day) {
            ChargeOutcome::Charged(lines) => {
                let c = only(&lines);
                format!("{} × {} = {}", c.quantity, c.unit_price, c.amount)
            }
            ChargeOutcome::Skipped(reason) => reason.to_string(),
            ChargeOutcome::Held(reason) => reason.to_string(),
        }
    }

    /// How many whole terms a period has room for; none where periods are not months.
    fn terms_per_period(&self) -> Option<u32> {
        let months = self.schedule.frequency.months()?;
        Some(months / self.term.months().unwrap())
    }

    fn has_whole_terms(&self) -> bool {
        self.terms_per_period().is_some_and(|count| count > 0)
    }

    fn amount(&self, period: Period) -> i64 {
        match self.on(period) {
            ChargeOutcome::Charged(lines) => only(&lines).amount.minor(),
            _ => 0,
        }
    }
}

/// Without a history there is one line.
fn only(lines: &[Charged]) -> &Charged {
    assert_eq!(lines.len(), 1);
    &lines[0]
}

#[test]
fn a_monthly_term_on_a_monthly_invoice_is_quantity_times_price() {
    let case = Case::new(BillingTerm::Monthly, date(2026, 1, 1), Frequency::Monthly);
    assert_eq!(case.line(date(2026, 1, 1)), "5 × 22.20 = 111.00");
    let half = case.priced("0.035", "1500.5");
    assert_eq!(half.line(date(2026, 1, 1)), "1500.5 × 0.035 = 52.52");
}

#[test]
fn a_monthly_term_on_longer_invoices_is_multiplied() {
    for (frequency, line) in [
        (Frequency::Quarterly, "5 × 66.60 = 333.00"),
        (Frequency::SemiAnnual, "5 × 133.20 = 666.00"),
        (Frequency::Annual, "5 × 266.40 = 1332.00"),
    ] {
        let case = Case::new(BillingTerm::Monthly, date(2026, 1, 1), frequency);
        assert_eq!(case.line(date(2026, 1, 1)), line);
    }
}

#[test]
fn a_yearly_price_is_never_billed_twelve_times() {
    let case =
        Case::new(BillingTerm::Annual, date(2026, 1, 1), Frequency::Monthly).priced("100.00", "5");
    assert_eq!(case.line(date(2026, 1, 1)), "5 × 8.33 = 41.65");
    assert_eq!(case.line(date(2026, 2, 1)), "5 × 8.34 = 41.70");
    let year: i64 = (0..12)
        .map(|n| case.amount(case.schedule.nth_period(n).unwrap()))
        .sum();
    assert_eq!(year, 50_000);
}

#[test]
fn a_quantity_that_is_not_whole_splits_the_amount() {
    let case = Case::new(BillingTerm::Annual, date(2026, 1, 1), Frequency::Quarterly)
        .priced("100.00", "2.5");
    assert_eq!(case.line(date(2026, 1, 1)), "1 × 62.50 = 62.50");
    let ChargeOutcome::Charged(charged) = case.starting(date(2026, 4, 1)) else {
        panic!("the second quarter is charged");
    };
    let Portion::Share {
        number,
        of,
        term,
        term_total,
        split,
        ..
    } = only(&charged).portion
    else {
        panic!("a quarter of a year is a share");
    };
    assert_eq!((number, of, split), (2, 4, SplitBy::Amount));
    assert_eq!(term.to_string(), "2026-01-01 to 2026-12-31");
    assert_eq!(term_total.to_string(), "250.00");
}

#[test]
fn a_term_that_begins_mid_period_is_paid_from_the_next_period_on() {
    let case =
        Case::new(BillingTerm::Annual, date(2026, 1, 15), Frequency::Monthly).priced("120.00", "1");
    assert_eq!(case.line(date(2026, 1, 1)), "Billing starts on 2026-01-15.");
    assert_eq!(case.line(date(2026, 2, 1)), "1 × 10.00 = 10.00");
    let ChargeOutcome::Charged(last) = case.starting(date(2027, 1, 1)) else {
        panic!("the last share is charged");
    };
    assert!(matches!(
        only(&last).portion,
        Portion::Share {
            number: 12,
            of: 12,
            ..
        }
    ));
}

#[test]
fn on_renewal_the_whole_price_falls_on_one_invoice() {
    let case = Case::new(BillingTerm::Annual, date(2025, 3, 15), Frequency::Monthly)
        .priced("120.00", "2")
        .on_renewal();
    assert_eq!(case.line(date(2026, 2, 1)), "Renews on 2026-03-15.");
    assert_eq!(case.line(date(2026, 3, 1)), "2 × 120.00 = 240.00");
    assert_eq!(case.line(date(2026, 4, 1)), "Renews on 2027-03-15.");
    assert_eq!(case.line(date(2025, 2, 1)), "Billing starts on 2025-03-15.");
    let ends = case.ending(date(2026, 3, 15));
    assert_eq!(ends.line(date(2026, 3, 1)), "Ended on 2026-03-15.");
}

#[test]
fn on_renewal_every_term_that_begins_in_the_period_is_charged() {
    let case = Case::new(
        BillingTerm::Monthly,
        date(2026, 1, 15),
        Frequency::Quarterly,
    )
    .on_renewal();
    assert_eq!(case.line(date(2026, 1, 1)), "5 × 66.60 = 333.00");
    let ends = case.ending(date(2026, 3, 1));
    assert_eq!(ends.line(date(2026, 1, 1)), "5 × 44.40 = 222.00");
}

#[test]
fn a_known_end_leaves_out_the_terms_that_do_not_begin() {
    let case = Case::new(
        BillingTerm::Monthly,
        date(2026, 2, 15),
        Frequency::Quarterly,
    )
    .ending(date(2026, 7, 15));
    assert_eq!(case.line(date(2026, 1, 1)), "Billing starts on 2026-02-15.");
    assert_eq!(case.line(date(2026, 4, 1)), "5 × 66.60 = 333.00");
    assert_eq!(case.line(date(2026, 7, 1)), "5 × 44.40 = 222.00");
    let done = case.ending(date(2026, 5, 15));
    assert_eq!(done.line(date(2026, 7, 1)), "Ended on 2026-05-15.");
}

#[test]
fn a_price_paid_once_is_due_on_the_first_period_that_ends_after_it() {
    for term in [BillingTerm::OneTime, BillingTerm::Activation] {
        let case = Case::new(term, date(2026, 2, 10), Frequency::Monthly);
        assert_eq!(case.line(date(2026, 1, 1)), "Billing starts on 2026-02-10.");
        assert_eq!(case.line(date(2026, 2, 1)), "5 × 22.20 = 111.00");
        let next_day = Case::new(case.term, date(2026, 2, 1), Frequency::Monthly);
        assert_eq!(
            next_day.line(date(2026, 1, 1)),
            "Billing starts on 2026-02-01."
        );
    }
}

#[test]
fn what_is_unknown_is_asked_not_guessed() {
    let mut case = Case::new(BillingTerm::Annual, date(2026, 1, 1), Frequency::Monthly);
    case.billing_start = None;
    assert_eq!(
        case.starting(date(2026, 1, 1)),
        ChargeOutcome::Held(HoldReason::UnknownStart)
    );
    case.term = BillingTerm::Monthly;
    assert_eq!(case.line(date(2026, 1, 1)), "5 × 22.20 = 111.00");
    case.term = BillingTerm::Unknown("Weekly".into());
    assert!(matches!(
        case.starting(date(2026, 1, 1)),
        ChargeOutcome::Held(HoldReason::UnknownTerm { .. })
    ));
    case.term = BillingTerm::Trial;
    assert_eq!(
        case.starting(date(2026, 1, 1)),
        ChargeOutcome::Skipped(SkipReason::Trial)
    );
}

fn any_date() -> impl Strategy<Value = Date> {
    (2024_i16..2029, 1_i8..=12, 1_i8..=31).prop_map(|(year, month, day)| {
        let first = date(year, month, 1);
        first
            .with()
            .day(day.min(first.days_in_month()))
            .build()
            .unwrap()
    })
}

fn any_case() -> impl Strategy<Value = Case> {
    let price =
        proptest::sample::select(vec!["22.20", "100.00", "0.035", "0.01", "9999.99", "1.00"]);
    let quantity = proptest::sample::select(vec!["1", "5", "137", "2.5", "0.333"]);
    let term = proptest::sample::select(REPEATING.to_vec());
    let frequency = proptest::sample::select(Frequency::ALL.to_vec());
    (price, quantity, term, frequency, any_date(), any_date()).prop_map(
        |(price, quantity, term, frequency, billing_start, anchor)| Case {
            schedule: Schedule { anchor, frequency },
            ..Case::new(term, billing_start, frequency).priced(price, quantity)
        },
    )
}

/// All periods that start in `[from, until)`.
fn periods(schedule: Schedule, from: Date, until: Date) -> impl Iterator<Item = Period> {
    let first = schedule.period_containing(from).unwrap();
    let mut next = if first.start == from { from } else { first.end };
    std::iter::from_fn(move || {
        let period = schedule.period_starting(next).unwrap().unwrap();
        next = period.end;
        Some(period)
    })
    .take_while(move |period| period.start < until)
}

fn term_of(case: &Case, n: i64) -> Period {
    terms::grid(case.billing_start.unwrap(), case.term.months().unwrap())
        .period(n)
        .unwrap()
}

proptest! {
    /// Whatever is printed multiplies out.
    #[test]
    fn every_line_multiplies_out(case in any_case(), day in any_date()) {
        let period = case.schedule.period_containing(day).unwrap();
        if let ChargeOutcome::Charged(lines) = case.on(period) {
            let charged = only(&lines);
            prop_assert_eq!(charged.unit_price.times(charged.quantity).unwrap(), charged.amount);
        }
    }

    /// The invoices of one shared term add up to the term's price, for every term,
    /// rhythm, billing start and anchor.
    #[test]
    fn shares_of_a_term_add_up(case in any_case(), n in 0_i64..4) {
        let shared = case.schedule.frequency.months().is_none_or(|months| months % case.term.months().unwrap() != 0);
        prop_assume!(shared);
        let term = term_of(&case, n);
        let sum: i64 = periods(case.schedule, term.start, term.end).map(|period| case.amount(period)).sum();
        prop_assert_eq!(sum, case.total().minor());
    }

    /// Where whole terms are charged, as many are charged as began: after any
    /// number of periods the client has paid for that many periods' worth of terms.
    #[test]
    fn whole_terms_are_charged_once_each(
        case in any_case().prop_filter("whole terms", Case::has_whole_terms),
        months in 1_i64..40,
    ) {
        let end = term_of(&Case { term: BillingTerm::Monthly, ..case.clone() }, months).start;
        let ending = case.clone().ending(end);
        let start = case.billing_start.unwrap();
        // Far enough for the last terms to be on an invoice; ended periods are not asked for.
        let charged: u32 = periods(case.schedule, start, end)
            .filter_map(|period| match ending.on(period) {
                ChargeOutcome::Charged(lines) => match only(&lines).portion {
                    Portion::Terms { count, .. } => Some(count),
                    _ => None,
                },
                _ => None,
            })
            .sum();
        let began = terms::grid(start, case.term.months().unwrap()).count(start, end).unwrap();
        prop_assert!(i64::from(charged) <= began, "{} of {} terms", charged, began);
        let per_period = i64::from(case.terms_per_period().unwrap());
        let invoiced = i64::try_from(periods(case.schedule, start, end).count()).unwrap();
        prop_assert_eq!(i64::from(charged), began.min(invoiced * per_period));
    }

    /// On renewal, every term is charged exactly once, whole, on one invoice.
    #[test]
    fn every_renewal_is_charged_exactly_once(case in any_case(), years in 1_i64..4) {
        let case = case.on_renewal();
        let start = case.billing_start.unwrap();
        let first = case.schedule.period_containing(start).unwrap().start;
        let last = start.checked_add(jiff::Span::new().years(years)).unwrap();
        let until = case.schedule.period_containing(last).unwrap().start;
        let terms_begun = terms::grid(start, case.term.months().unwrap()).count(start, until.max(start)).unwrap();
        let mut charged = 0;
        for period in periods(case.schedule, first, until) {
            if let ChargeOutcome::Charged(lines) = case.on(period)
                && let Charged { portion: Portion::Renewal { count, on, .. }, unit_price, .. } = only(&lines)
            {
                let (count, on) = (*count, *on);
                prop_assert!(period.contains(on));
                prop_assert_eq!(*unit_price, case.unit_price().repeated(count).unwrap());
                charged += i64::from(count);
            }
        }
        prop_assert_eq!(charged, terms_begun);
    }

    /// Nothing is charged before the billing start.
    #[test]
    fn nothing_is_charged_before_billing_starts(case in any_case(), day in any_date()) {
        let period = case.schedule.period_containing(day).unwrap();
        if period.start < case.billing_start.unwrap() {
            prop_assert_eq!(case.amount(period), 0);
        }
    }
}
