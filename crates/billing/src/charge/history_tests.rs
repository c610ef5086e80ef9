//! Each term is charged once, whatever changes on the way.

use jiff::Span;
use jiff::civil::date;
use money::Currency;
use proptest::prelude::*;

use super::*;
use crate::schedule::Frequency;

/// A subscription and everything that was charged of it.
#[derive(Clone, Debug)]
struct Account {
    price: &'static str,
    quantity: &'static str,
    term: BillingTerm,
    billing_start: Date,
    linked_from: Option<Date>,
    trial_until: Option<Date>,
    end_date: Option<Date>,
    charge: Charge,
    schedule: Schedule,
    next: Date,
    billed: Vec<Billed>,
}

impl Account {
    /// Billed monthly on the first from the start of 2026 on.
    fn new(term: BillingTerm, price: &'static str) -> Self {
        let start = date(2026, 1, 1);
        Self {
            price,
            quantity: "1",
            term,
            billing_start: start,
            linked_from: Some(start),
            trial_until: None,
            end_date: None,
            charge: Charge::Spread,
            schedule: Schedule {
                anchor: start,
                frequency: Frequency::Monthly,
            },
            next: start,
            billed: Vec::new(),
        }
    }

    fn unit_price(&self) -> UnitPrice {
        UnitPrice::from_exact(self.price.parse().unwrap(), Currency::USD).unwrap()
    }

    fn total(&self) -> Amount {
        let quantity = self.quantity.parse().unwrap();
        self.unit_price().times(quantity).unwrap()
    }

    fn outcome(&self, period: Period) -> ChargeOutcome {
        charge_for(&ChargeInput {
            unit_price: self.unit_price(),
            quantity: self.quantity.parse().unwrap(),
            term: &self.term,
            billing_start: Some(self.billing_start),
            end_date: self.end_date,
            schedule: self.schedule,
            period,
            charge: self.charge,
            already_billed_once: false,
            billed: &self.billed,
            linked_from: self.linked_from,
            trial_until: self.trial_until,
        })
        .unwrap()
    }

    /// Bills the next period and tells what came of it: the amounts, or why there are none.
    fn bill(&mut self) -> String {
        let period = self.schedule.period_starting(self.next).unwrap().unwrap();
        self.next = period.end;
        self.bill_period(period)
    }

    fn bill_period(&mut self, period: Period) -> String {
        match self.outcome(period) {
            ChargeOutcome::Held(reason) => reason.to_string(),
            ChargeOutcome::Skipped(reason) => reason.to_string(),
            ChargeOutcome::Charged(lines) => {
                let amounts: Vec<String> = lines.iter().map(|it| it.amount.to_string()).collect();
                let (term, quantity) = (self.term.clone(), self.quantity.parse().unwrap());
                let term_price = self.unit_price();
                self.billed.extend(lines.into_iter().map(|line| Billed {
                    period,
                    term: term.clone(),
                    portion: line.portion,
                    term_price,
                    quantity,
                    unit_price: line.unit_price,
                    amount: line.amount,
                }));
                amounts.join(" + ")
            }
        }
    }

    fn bill_times(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.bill()).collect()
    }

    /// Goes on from another day, which becomes the anchor if no period starts there.
    fn go_on_at(&mut self, next: Date, frequency: Frequency) {
        self.schedule.frequency = frequency;
        self.schedule = self.schedule.resumed_at(next).unwrap();
        self.next = next;
    }

    /// The invoice of the period that starts that day becomes void.
    fn void(&mut self, day: Date) {
        self.billed.retain(|line| line.period.start != day);
    }

    /// What was charged of term number `n`.
    fn charged_of(&self, n: i64) -> i64 {
        let months = self.term.months().unwrap();
        let term = terms::grid(self.billing_start, months).period(n).unwrap();
        let of_line = |line: &Billed| match (&line.portion, line.whole_terms()) {
            (Portion::Share { term: shared, .. }, _) if *shared == term => line.amount.minor(),
            (_, Some(paid)) if term.is_mostly_in(paid) => self.total().minor(),
            _ => 0,
        };
        self.billed.iter().map(of_line).sum()
    }
}

#[test]
fn d21_what_was_charged_on_renewal_is_not_spread_afterwards() {
    let mut it = Account::new(BillingTerm::Annual, "1200.00");
    it.charge = Charge::OnRenewal;
    assert_eq!(it.bill(), "1200.00");
    it.charge = Charge::Spread;
    assert_eq!(it.bill(), "Billed up to 2026-12-31 already.");
    it.bill_times(10);
    assert_eq!(it.bill(), "100.00");
}

#[test]
fn d21_what_was_spread_so_far_leaves_the_rest_to_be_charged_at_once() {
    let mut it = Account::new(BillingTerm::Annual, "1200.00");
    it.bill_times(6);
    it.charge = Charge::OnRenewal;
    assert_eq!(it.bill(), "600.00");
    assert_eq!(it.bill(), "Renews on 2027-01-01.");
    assert_eq!(it.charged_of(0), 120_000);
}

#[test]
fn d21_a_link_moved_to_an_invoice_with_an_earlier_start_repeats_nothing() {
    let mut renewed = Account::new(BillingTerm::Annual, "1200.00");
    renewed.charge = Charge::OnRenewal;
    renewed.bill();
    renewed.go_on_at(date(2026, 1, 1), Frequency::Monthly);
    assert_eq!(renewed.bill(), "Billed up to 2026-12-31 already.");

    let mut monthly = Account::new(BillingTerm::Monthly, "10.00");
    assert_eq!(monthly.bill(), "10.00");
    monthly.go_on_at(date(2026, 1, 15), Frequency::Monthly);
    assert_eq!(
        monthly.bill_times(3),
        ["Billed up to 2026-01-31 already.", "10.00", "10.00"]
    );
    assert_eq!(
        [0, 1, 2, 3].map(|n| monthly.charged_of(n)),
        [1000, 1000, 1000, 0]
    );
}

#[test]
fn d21_a_longer_invoice_charges_only_the_terms_that_are_not_paid() {
    let mut it = Account::new(BillingTerm::Monthly, "10.00");
    it.bill_times(2);
    it.go_on_at(date(2026, 2, 1), Frequency::Quarterly);
    assert_eq!(it.bill_times(2), ["20.00", "30.00"]);
    assert_eq!(
        (0..7).map(|n| it.charged_of(n)).collect::<Vec<_>>(),
        [1000; 7]
    );
}

#[test]
fn d23_a_pause_is_caught_up_within_a_term_and_leaves_out_whole_ones() {
    let mut spread = Account::new(BillingTerm::Annual, "1200.00");
    spread.bill_times(3);
    spread.go_on_at(date(2026, 7, 1), Frequency::Monthly);
    assert_eq!(spread.bill(), "150.00");
    let mut renewed = Account::new(BillingTerm::Annual, "1200.00");
    renewed.charge = Charge::OnRenewal;
    renewed.go_on_at(date(2026, 4, 1), Frequency::Monthly);
    assert_eq!(renewed.bill_times(2), ["1200.00", "Renews on 2027-01-01."]);
    let mut monthly = Account::new(BillingTerm::Monthly, "10.00");
    monthly.bill();
    monthly.go_on_at(date(2026, 5, 1), Frequency::Monthly);
    assert_eq!(monthly.bill(), "10.00");
    assert_eq!(
        [0, 1, 3, 4, 5].map(|n| monthly.charged_of(n)),
        [1000, 0, 0, 1000, 0]
    );
}

#[test]
fn d21_what_ran_before_it_was_linked_is_not_asked_for() {
    let mut spread = Account::new(BillingTerm::Annual, "1200.00");
    spread.linked_from = Some(date(2026, 6, 1));
    spread.go_on_at(date(2026, 8, 1), Frequency::Monthly);
    // Two of seven months were paused; the five before the link are not charged.
    assert_eq!(spread.bill(), "140.00");
    spread.bill_times(4);
    assert_eq!(spread.charged_of(0), 70_000);
    let mut renewed = Account::new(BillingTerm::Annual, "1200.00");
    renewed.charge = Charge::OnRenewal;
    renewed.linked_from = Some(date(2026, 6, 1));
    renewed.next = date(2026, 6, 1);
    assert_eq!(renewed.bill(), "Renews on 2027-01-01.");
}

#[test]
fn d26_a_trial_that_is_paid_later_pays_the_invoices_of_the_term_that_are_left() {
    let mut trial = Account::new(BillingTerm::Annual, "1200");
    // Three invoices were skipped as a trial.
    trial.next = date(2026, 4, 1);
    trial.trial_until = Some(date(2026, 3, 20));
    assert_eq!(trial.bill_times(2), ["100.00", "100.00"]);
    assert_eq!(trial.charged_of(0), 20_000);
    assert_eq!(trial.bill_times(7), ["100.00"; 7]);
    assert_eq!(trial.bill(), "100.00", "the next term is charged in full");

    // On renewal the rest is charged at once; a trial of whole terms leaves nothing to ask for.
    let mut at_once = Account {
        charge: Charge::OnRenewal,
        ..Account::new(BillingTerm::Annual, "1200")
    };
    at_once.next = date(2026, 4, 1);
    at_once.trial_until = Some(date(2026, 3, 20));
    assert_eq!(at_once.bill(), "900.00");
    assert_eq!(at_once.bill(), "Renews on 2027-01-01.");
    let mut later = Account {
        trial_until: Some(date(2027, 2, 20)),
        ..Account::new(BillingTerm::Annual, "1200")
    };
    later.next = date(2027, 3, 1);
    assert_eq!(later.bill(), "100.00");
}

/// The invoice of the day itself may have been made while a sync still had to tell that the trial had ended.
#[test]
fn d26_the_invoice_of_the_day_a_trial_ends_is_free_if_it_did_not_charge() {
    let april = date(2026, 4, 1);
    let mut skipped = Account::new(BillingTerm::Annual, "1200");
    skipped.next = date(2026, 5, 1);
    skipped.trial_until = Some(april);
    assert_eq!(skipped.bill_times(8), ["100.00"; 8]);
    assert_eq!(skipped.charged_of(0), 80_000);

    let mut charged = Account::new(BillingTerm::Annual, "1200");
    charged.next = april;
    charged.trial_until = Some(april);
    assert_eq!(charged.bill_times(9), ["100.00"; 9]);
    assert_eq!(charged.charged_of(0), 90_000);
}

#[test]
fn d21_a_term_charged_in_part_is_finished_after_any_change_of_frequency() {
    let mut it = Account::new(BillingTerm::Monthly, "100.00");
    it.billing_start = date(2026, 1, 30);
    it.next = date(2026, 2, 2);
    it.go_on_at(it.next, Frequency::Monthly);
    assert_eq!(it.bill(), "100.00");
    it.go_on_at(it.next, Frequency::Weekly);
    assert_eq!(it.bill(), "25.00");
    it.go_on_at(date(2026, 4, 29), Frequency::Monthly);
    assert_eq!(it.bill(), "75.00 + 100.00");
}

#[test]
fn d21_a_period_that_was_paid_ahead_is_not_one_that_was_left_out() {
    let mut it = Account::new(BillingTerm::Annual, "1200.00");
    it.bill();
    it.charge = Charge::OnRenewal;
    assert_eq!(it.bill(), "1100.00");
    it.go_on_at(date(2027, 1, 1), Frequency::Annual);
    it.charge = Charge::Spread;
    assert_eq!(it.bill(), "1200.00");
    assert_eq!([0, 1].map(|n| it.charged_of(n)), [120_000; 2]);
}

#[test]
fn d21_a_link_moved_back_into_paid_days_goes_on_behind_them() {
    let mut it = Account::new(BillingTerm::Monthly, "100.00");
    it.billing_start = date(2026, 1, 21);
    it.bill_times(6);
    it.go_on_at(date(2026, 4, 21), Frequency::Monthly);
    assert_eq!(
        it.bill_times(3),
        [
            "Billed up to 2026-05-31 already.",
            "Billed up to 2026-06-30 already.",
            "100.00"
        ]
    );
    it.charge = Charge::OnRenewal;
    assert_eq!(it.bill(), "100.00");
    it.charge = Charge::Spread;
    assert_eq!(it.bill_times(2), ["100.00"; 2]);
    let charged: Vec<_> = (0..9).map(|n| it.charged_of(n)).collect();
    assert_eq!(charged, [10_000; 9]);

    // A week between the months: the invoices from here on end a day before the one that paid the rest of the term.
    let mut it = Account::new(BillingTerm::Monthly, "100.00");
    it.billing_start = date(2026, 1, 9);
    it.bill_times(2);
    it.go_on_at(it.next, Frequency::Weekly);
    assert_eq!(it.bill(), "50.00");
    it.go_on_at(it.next, Frequency::Monthly);
    assert_eq!(it.bill(), "50.00");
    it.go_on_at(date(2026, 3, 7), Frequency::Monthly);
    assert_eq!(
        it.bill_times(3),
        ["Billed up to 2026-04-07 already.", "100.00", "100.00"]
    );
}

/// Only where the paid days leave no gap: an invoice that was made void in between is made up for.
#[test]
fn d27_a_void_quarter_is_charged_but_for_the_month_that_another_invoice_charged() {
    let mut it = Account::new(BillingTerm::Monthly, "100.00");
    it.go_on_at(date(2026, 3, 1), Frequency::Monthly);
    it.bill();
    it.go_on_at(date(2026, 1, 1), Frequency::Quarterly);
    assert_eq!(it.bill(), "200.00");
    let charged: Vec<_> = (0..4).map(|n| it.charged_of(n)).collect();
    assert_eq!(charged, [10_000, 10_000, 10_000, 0]);
}

#[test]
fn d21_an_invoice_that_starts_before_the_billing_start_charges_if_something_was_charged_before() {
    let mut it = Account::new(BillingTerm::Monthly, "100.00");
    it.billing_start = date(2026, 2, 2);
    it.go_on_at(date(2026, 2, 18), Frequency::Monthly);
    assert_eq!(it.bill(), "100.00");
    it.go_on_at(date(2026, 2, 1), Frequency::Quarterly);
    assert_eq!(it.bill(), "200.00");
    assert_eq!(
        (0..4).map(|n| it.charged_of(n)).collect::<Vec<_>>(),
        [10_000, 10_000, 10_000, 0]
    );
}

#[test]
fn d27_a_void_period_can_be_billed_again_and_nothing_else_changes() {
    for charge in [Charge::Spread, Charge::OnRenewal] {
        for (term, price) in [
            (BillingTerm::Annual, "100.00"),
            (BillingTerm::Monthly, "7.00"),
        ] {
            let mut it = Account::new(term.clone(), price);
            it.charge = charge;
            it.bill_times(6);
            let before = it.billed.clone();
            it.void(date(2026, 3, 1));
            let march = it
                .schedule
                .period_starting(date(2026, 3, 1))
                .unwrap()
                .unwrap();
            it.bill_period(march);
            let charged =
                |lines: &[Billed]| -> i64 { lines.iter().map(|it| it.amount.minor()).sum() };
            // A share may be larger by then: it is divided among fewer invoices. All together are the price.
            it.bill_times(6);
            if term == BillingTerm::Annual {
                assert_eq!(it.charged_of(0), 10_000);
            } else {
                assert_eq!(charged(&it.billed), charged(&before) * 2);
            }
        }
    }
}

#[test]
fn d20_a_price_that_changes_applies_to_what_is_left() {
    let mut it = Account::new(BillingTerm::Annual, "1200.00");
    it.bill_times(6);
    it.price = "1300.00";
    it.quantity = "2";
    let rest = it.bill_times(6);
    let cents: i64 = rest
        .iter()
        .map(|text| text.replace('.', "").parse::<i64>().unwrap())
        .sum();
    assert_eq!(cents, 130_000);
}

#[test]
fn d20_a_monthly_term_that_becomes_a_yearly_one_is_charged_from_there_on() {
    let mut it = Account::new(BillingTerm::Monthly, "10.00");
    it.bill_times(6);
    it.term = BillingTerm::Annual;
    it.price = "120.00";
    assert_eq!(it.bill(), "10.00");
    it.charge = Charge::OnRenewal;
    assert_eq!(it.bill(), "50.00");
}

#[test]
fn d26_an_unknown_start_with_an_end_within_the_period_is_asked_for() {
    let mut it = Account::new(BillingTerm::Monthly, "10.00");
    it.schedule.frequency = Frequency::Quarterly;
    it.end_date = Some(date(2026, 2, 1));
    let ask = |it: &Account, period| {
        charge_for(&ChargeInput {
            unit_price: it.unit_price(),
            quantity: Decimal::ONE,
            term: &it.term,
            billing_start: None,
            end_date: it.end_date,
            schedule: it.schedule,
            period,
            charge: it.charge,
            already_billed_once: false,
            billed: &[],
            linked_from: None,
            trial_until: None,
        })
        .unwrap()
    };
    let quarter = it.schedule.period_starting(it.next).unwrap().unwrap();
    assert_eq!(
        ask(&it, quarter),
        ChargeOutcome::Held(HoldReason::UnknownStart)
    );
    it.end_date = Some(quarter.end);
    assert!(matches!(ask(&it, quarter), ChargeOutcome::Charged(_)));
}

/// What may happen between two invoices.
#[derive(Clone, Debug)]
enum Event {
    Nothing,
    Charge(Charge),
    Frequency(Frequency),
    /// The next date moves ahead by so many days, if that is less than half a period: so far nothing is left out.
    Later(i32),
    /// The link moves to an invoice that starts so many days ago.
    Earlier(i32),
    /// So many periods are left out.
    Pause(usize),
}

fn any_event(with_pauses: bool) -> impl Strategy<Value = Event> {
    let longest = if with_pauses { 14_usize } else { 0 };
    prop_oneof![
        6 => Just(Event::Nothing),
        1 => proptest::sample::select(vec![Charge::Spread, Charge::OnRenewal]).prop_map(Event::Charge),
        1 => proptest::sample::select(Frequency::ALL.to_vec()).prop_map(Event::Frequency),
        1 => (1..90_i32).prop_map(Event::Later),
        1 => (1..90_i32).prop_map(Event::Earlier),
        1 => (0..=longest).prop_map(Event::Pause),
    ]
}

fn any_account() -> impl Strategy<Value = Account> {
    let terms = vec![
        BillingTerm::Monthly,
        BillingTerm::Annual,
        BillingTerm::TwoYear,
    ];
    (
        proptest::sample::select(terms),
        proptest::sample::select(vec!["100.00", "0.01", "22.20", "0.035", "9999.99"]),
        proptest::sample::select(vec!["1", "3", "2.5"]),
        0..40_i32,
        1..=31_i8,
    )
        .prop_map(|(term, price, quantity, days, day)| {
            let anchor = date(2026, 1, day);
            let mut it = Account::new(term, price);
            it.quantity = quantity;
            (it.schedule.anchor, it.next) = (anchor, anchor);
            it.billing_start = anchor.checked_add(Span::new().days(days)).unwrap();
            it.linked_from = Some(anchor);
            it
        })
}

fn happen(it: &mut Account, event: &Event) {
    let period = it.schedule.period_starting(it.next).unwrap().unwrap();
    let days = |count: i32| Span::new().days(count);
    match event {
        Event::Nothing => {}
        Event::Charge(charge) => it.charge = *charge,
        Event::Frequency(frequency) => it.go_on_at(it.next, *frequency),
        Event::Later(count) => {
            let later = it.next.checked_add(days(*count)).unwrap();
            if i64::from(*count) * 2 < period.days() {
                it.go_on_at(later, it.schedule.frequency);
            }
        }
        Event::Earlier(count) => {
            let earlier = it.next.checked_sub(days(*count)).unwrap();
            it.go_on_at(earlier.max(date(2026, 1, 1)), it.schedule.frequency);
        }
        Event::Pause(periods) => {
            for _ in 0..*periods {
                it.next = it.schedule.next_after(it.next).unwrap();
            }
        }
    }
}

/// Lives through the events, an invoice after each, then goes on monthly and spread for long enough to end what had begun.
fn live(it: &mut Account, events: &[Event]) -> Date {
    while it.billed.is_empty() {
        it.bill();
    }
    for event in events {
        happen(it, event);
        it.bill();
    }
    let last = it.next;
    it.charge = Charge::Spread;
    it.go_on_at(last, Frequency::Monthly);
    it.bill_times(40);
    last
}

fn terms_ended(it: &Account, by: Date) -> i64 {
    let grid = terms::grid(it.billing_start, it.term.months().unwrap());
    grid.index_of(by.max(it.billing_start)).unwrap()
}

proptest! {
    /// Nothing is billed twice: no term comes to more than its price, whatever happens between invoices.
    #[test]
    fn d21_nothing_is_billed_twice(
        mut it in any_account(), events in proptest::collection::vec(any_event(true), 1..30)
    ) {
        live(&mut it, &events);
        for n in 0..terms_ended(&it, it.next) {
            prop_assert!(it.charged_of(n) <= it.total().minor(), "term {} comes to {}", n, it.charged_of(n));
        }
        for n in -12..0 {
            prop_assert_eq!(it.charged_of(n), 0, "term {} lies before the start", n);
        }
    }

    /// Nothing is lost and parts add up: without a pause every term comes to exactly its price.
    #[test]
    fn d21_nothing_is_lost_and_parts_add_up(
        mut it in any_account(), events in proptest::collection::vec(any_event(false), 1..30)
    ) {
        let last = live(&mut it, &events);
        for n in 0..terms_ended(&it, last) {
            prop_assert_eq!(it.charged_of(n), it.total().minor(), "term {}", n);
        }
    }

    /// Whatever is printed multiplies out, with any history.
    #[test]
    fn d17_every_line_multiplies_out_with_a_history(
        mut it in any_account(), events in proptest::collection::vec(any_event(true), 1..30)
    ) {
        live(&mut it, &events);
        for line in &it.billed {
            let quantity = match line.portion {
                Portion::Share { split: SplitBy::Amount, .. } => Decimal::ONE,
                _ => line.quantity,
            };
            prop_assert_eq!(line.unit_price.times(quantity).unwrap(), line.amount);
        }
    }
}
