use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use money::{Amount, Currency, Decimal};
use proptest::prelude::*;

use crate::charge::Charge;
use crate::invoice::tests::{dec, invoice, subscription};
use crate::invoice::{
    Assembled, Explanation, InvoiceInput, Invoiced, LinkedSubscription, ProrationBasis,
    QuantityChange, assemble,
};
use crate::schedule::{Frequency, Schedule};
use crate::term::BillingTerm;

fn change(on: Date, before: &str, after: &str) -> QuantityChange {
    QuantityChange {
        on,
        before: Some(dec(before)),
        after: Some(dec(after)),
        sync_id: Some("sync-9".into()),
    }
}

/// A recurring invoice with one subscription, from 1 January 2026 on, that prorates changes.
struct Story {
    input: InvoiceInput,
    all_changes: Vec<QuantityChange>,
}

impl Story {
    fn new(frequency: Frequency, sub: LinkedSubscription) -> Self {
        let mut input = invoice(vec![sub]);
        input.schedule = Schedule {
            frequency,
            ..input.schedule
        };
        input.period = input.schedule.period_containing(date(2026, 1, 1)).unwrap();
        input.proration.changes = true;
        Self {
            input,
            all_changes: Vec::new(),
        }
    }

    fn monthly() -> Self {
        Self::new(Frequency::Monthly, subscription("s1"))
    }

    fn sub(&mut self) -> &mut LinkedSubscription {
        &mut self.input.subscriptions[0]
    }

    fn changes(mut self, changes: Vec<QuantityChange>) -> Self {
        let first = changes.first().and_then(|it| it.before);
        self.sub().quantity = first;
        self.all_changes = changes;
        self
    }

    /// The next invoice, made on a day: what changes later is not known yet.
    fn run_on(&mut self, day: Date) -> Assembled {
        let known = self.all_changes.iter().filter(|it| it.on <= day);
        let known: Vec<_> = known.cloned().collect();
        if let Some(last) = known.last() {
            self.sub().quantity = last.after;
        }
        self.sub().quantity_changes = known;
        let result = assemble(&self.input).unwrap();
        self.keep(&result);
        self.input.period = self
            .input
            .schedule
            .period_containing(self.input.period.end)
            .unwrap();
        result
    }

    fn run(&mut self) -> Assembled {
        self.run_on(self.input.period.start)
    }

    fn keep(&mut self, result: &Assembled) {
        for line in &result.lines {
            self.sub().invoiced.add(&line.explanation, true).unwrap();
        }
    }
}

fn descriptions(result: &Assembled) -> Vec<String> {
    let lines = result.lines.iter();
    lines
        .map(|line| format!("{} = {}", line.description, line.amount))
        .collect()
}

#[test]
fn seats_that_came_are_charged_from_their_day_on_the_next_invoice() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 4, 11), "5", "10")]);
    let made: Vec<_> = (1..=5).map(|_| story.run()).collect();
    assert_eq!(descriptions(&made[3]), ["Cloud Office = 111.00"]);
    assert_eq!(
        descriptions(&made[4]),
        [
            "Cloud Office = 222.00",
            "Cloud Office (5 added on 11 Apr 2026: 5 × 22.20 × 20/30) = 74.00"
        ]
    );
    let why = &made[4].lines[1].explanation;
    assert_eq!(
        why.sentences(),
        [
            "The quantity changed from 5 to 10 on 2026-04-11: 20 of the 30 days from 2026-04-01 to 2026-04-30.",
            "5 × 22.20 × 20/30 = 74.00 USD.",
        ]
    );
    assert_eq!(
        why.pricing_sentences()[..2],
        [
            "Your cost is 18.50 USD per unit and term (partner cost).",
            "18.50 + 20 % = 22.20 USD.",
        ]
    );
    let json = serde_json::to_value(why).unwrap();
    assert_eq!(json["cause"]["seen_by_sync"], "sync-9");
    assert_eq!(json["sync_id"], "sync-1");
    assert_eq!(&serde_json::from_value::<Explanation>(json).unwrap(), why);
    assert!(story.run().lines.len() == 1, "charged once");
}

#[test]
fn seats_that_went_are_credited_at_the_price_that_was_paid() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 1, 17), "5", "3")]);
    story.run();
    story.sub().partner_cost = Some(dec("30"));
    assert_eq!(
        descriptions(&story.run()),
        [
            "Cloud Office = 108.00",
            "Cloud Office (2 removed on 17 Jan 2026: -2 × 22.20 × 15/31) = -21.48"
        ]
    );
}

#[test]
fn several_changes_are_a_line_each_and_those_of_one_day_that_cancel_out_are_none() {
    let mut story = Story::monthly().changes(vec![
        change(date(2026, 1, 5), "5", "9"),
        change(date(2026, 1, 5), "9", "5"),
        change(date(2026, 1, 12), "5", "7"),
        change(date(2026, 1, 22), "7", "5"),
    ]);
    story.run();
    assert_eq!(
        descriptions(&story.run()),
        [
            "Cloud Office = 111.00",
            "Cloud Office (2 added on 12 Jan 2026: 2 × 22.20 × 20/31) = 28.65",
            "Cloud Office (2 removed on 22 Jan 2026: -2 × 22.20 × 10/31) = -14.32",
        ]
    );
}

#[test]
fn a_change_learned_after_the_invoice_of_its_day_is_charged_on_the_one_after() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 2, 1), "5", "6")]);
    story.run();
    // The run of 1 February came before the sync that saw the change.
    story.run_on(date(2026, 1, 31));
    assert_eq!(
        descriptions(&story.run()),
        [
            "Cloud Office = 133.20",
            "Cloud Office (1 added on 1 Feb 2026: 1 × 22.20 × 28/28) = 22.20"
        ]
    );
}

#[test]
fn an_invoice_made_ahead_is_put_right_by_the_next_ones() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 1, 16), "5", "6")]);
    for _ in 0..3 {
        story.run_on(date(2026, 1, 1));
    }
    assert_eq!(
        descriptions(&story.run()),
        [
            "Cloud Office = 133.20",
            "Cloud Office (1 added on 16 Jan 2026: 1 × 22.20 × 16/31) = 11.46",
            "Cloud Office (1 added on 1 Feb 2026: 1 × 22.20 × 28/28) = 22.20",
            "Cloud Office (1 added on 1 Mar 2026: 1 × 22.20 × 31/31) = 22.20",
        ]
    );
}

#[test]
fn a_run_that_comes_late_charges_the_seats_of_the_days_it_bills() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 2, 15), "5", "6")]);
    let late = date(2026, 3, 20);
    let made: Vec<_> = (0..3).map(|_| story.run_on(late)).collect();
    assert_eq!(descriptions(&made[0]), ["Cloud Office = 111.00"]);
    assert_eq!(descriptions(&made[1]), ["Cloud Office = 111.00"]);
    assert_eq!(
        descriptions(&made[2]),
        [
            "Cloud Office = 133.20",
            "Cloud Office (1 added on 15 Feb 2026: 1 × 22.20 × 14/28) = 11.10"
        ]
    );
}

#[test]
fn seats_added_to_a_term_paid_on_renewal_pay_the_rest_of_the_term_at_once() {
    let mut sub = subscription("s1");
    (sub.term, sub.charge) = (BillingTerm::Annual, Charge::OnRenewal);
    sub.pricing.override_price = Some(dec("365.00"));
    sub.linked_from = Some(date(2026, 1, 1));
    let mut story = Story::new(Frequency::Monthly, sub).changes(vec![
        change(date(2026, 4, 11), "5", "7"),
        change(date(2026, 12, 31), "7", "4"),
    ]);
    let made: Vec<_> = (0..13).map(|_| descriptions(&story.run())).collect();
    assert_eq!(
        made[0],
        ["Cloud Office (one year from 1 Jan 2026) = 1825.00"]
    );
    assert_eq!(
        made[4],
        ["Cloud Office (2 added on 11 Apr 2026: 2 × 365.00 × 265/365) = 530.00"]
    );
    assert_eq!(
        made[12],
        [
            "Cloud Office (one year from 1 Jan 2027) = 1460.00",
            "Cloud Office (3 removed on 31 Dec 2026: -3 × 365.00 × 1/365) = -3.00"
        ]
    );
    let others = made.iter().filter(|lines| lines.is_empty()).count();
    assert_eq!(others, 10, "nothing in between");
}

#[test]
fn seats_of_a_term_paid_in_shares_pay_their_part_of_the_share() {
    let mut sub = subscription("s1");
    sub.term = BillingTerm::Annual;
    sub.pricing.override_price = Some(dec("120.00"));
    let mut story =
        Story::new(Frequency::Quarterly, sub).changes(vec![change(date(2026, 2, 20), "5", "6")]);
    story.run();
    assert_eq!(
        descriptions(&story.run()),
        [
            "Cloud Office (one year, part 2 of 4) = 180.00",
            "Cloud Office (1 added on 20 Feb 2026: 1 × 30.00 × 40/90) = 13.33"
        ]
    );
}

#[test]
fn by_whole_months_a_month_that_has_begun_is_paid() {
    let mut story = Story::new(Frequency::Quarterly, subscription("s1")).changes(vec![
        change(date(2026, 2, 20), "5", "7"),
        change(date(2026, 2, 25), "7", "5"),
    ]);
    story.input.proration.basis = ProrationBasis::Months;
    story.run();
    let next = story.run();
    assert_eq!(
        descriptions(&next)[1..],
        [
            "Cloud Office (2 added on 20 Feb 2026: 2 × 66.60 × 2/3) = 88.80",
            "Cloud Office (2 removed on 25 Feb 2026: -2 × 66.60 × 1/3) = -44.40"
        ]
    );
    assert!(next.lines[1].explanation.sentences()[0].contains("2 of the 3 months"));
}

#[test]
fn what_ended_is_put_right_once_more() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 1, 17), "5", "4")]);
    story.sub().dates.end = Some(date(2026, 2, 1));
    story.run();
    let next = story.run();
    assert_eq!(
        descriptions(&next),
        ["Cloud Office (1 removed on 17 Jan 2026: -1 × 22.20 × 15/31) = -10.74"]
    );
    assert!(next.skipped.is_empty() && next.held.is_empty());
    let after = story.run();
    assert!(after.lines.is_empty() && after.skipped.len() == 1);
}

#[test]
fn what_is_held_is_put_right_when_it_is_billed_again() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 1, 17), "5", "4")]);
    story.run();
    story.sub().product_changed = true;
    let held = story.run();
    assert!(held.lines.is_empty() && held.held.len() == 1);
    story.sub().product_changed = false;
    let lines = descriptions(&story.run());
    assert!(lines[1].contains("1 removed on 17 Jan 2026"), "{lines:?}");
}

#[test]
fn seats_of_a_period_that_began_with_none_are_charged_by_days() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 4, 11), "0", "5")]);
    story.sub().linked_from = Some(date(2026, 1, 1));
    let made: Vec<_> = (0..6).map(|_| descriptions(&story.run())).collect();
    assert!(made[..4].iter().all(Vec::is_empty));
    assert_eq!(
        made[4],
        [
            "Cloud Office = 111.00",
            "Cloud Office (5 added on 11 Apr 2026: 5 × 22.20 × 20/30) = 74.00"
        ]
    );
    assert_eq!(made[5], ["Cloud Office = 111.00"]);
}

#[test]
fn the_setting_counts_from_the_first_invoice_made_with_it() {
    let mut story = Story::monthly().changes(vec![
        change(date(2026, 1, 17), "5", "4"),
        change(date(2026, 2, 15), "4", "5"),
    ]);
    story.input.proration.changes = false;
    story.run();
    story.input.proration.changes = true;
    assert_eq!(descriptions(&story.run()), ["Cloud Office = 88.80"]);
    assert!(descriptions(&story.run())[1].contains("1 added on 15 Feb 2026"));
    story.input.proration.changes = false;
    assert_eq!(story.run().lines.len(), 1);
}

#[test]
fn another_client_pays_nothing_for_days_that_were_charged_to_the_one_before() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 1, 17), "5", "6")]);
    let first = story.run();
    let mut others = Invoiced::default();
    for line in &first.lines {
        others.add(&line.explanation, false).unwrap();
    }
    assert_eq!(others.terms.len(), 1, "the term itself is known");
    story.sub().invoiced = others;
    assert_eq!(story.run().lines.len(), 1);
}

#[test]
fn a_draft_computed_anew_takes_back_what_was_charged_for_it_since() {
    let mut story = Story::monthly().changes(vec![change(date(2026, 2, 1), "5", "6")]);
    story.run();
    let february = story.input.period;
    story.run_on(date(2026, 1, 31));
    story.run();
    // The draft of February is computed anew and charges 6 now.
    story
        .sub()
        .invoiced
        .advances
        .iter_mut()
        .filter(|it| it.days == february)
        .for_each(|it| it.quantity = dec("6"));
    assert_eq!(
        descriptions(&story.run())[1..],
        ["Cloud Office (1 removed on 1 Feb 2026: -1 × 22.20 × 28/28) = -22.20"]
    );
    assert_eq!(story.run().lines.len(), 1);
}

proptest! {
    /// Whenever invoices are made, early, late or twice delayed, the client pays for each period the seats of its first day
    /// and each change from its day on: nothing twice, nothing lost, and never more than half a cent a change off the days.
    #[test]
    fn what_is_charged_does_not_depend_on_when_invoices_are_made(
        steps in proptest::collection::vec((0_i64..190, 1_i64..40), 0..12),
        delays in proptest::collection::vec(-40_i64..40, 6),
    ) {
        let begin = date(2026, 1, 1);
        let mut steps: Vec<_> = steps.into_iter().map(|(day, q)| (begin.saturating_add(day.days()), q)).collect();
        steps.sort_by_key(|(day, _)| *day);
        let mut before = 5;
        let mut changes = Vec::new();
        for (on, after) in &steps {
            changes.push(change(*on, &before.to_string(), &after.to_string()));
            before = *after;
        }
        let mut story = Story::monthly().changes(changes);
        if steps.is_empty() { story.sub().quantity = Some(dec("5")); }
        let mut periods = Vec::new();
        let mut charged = 0;
        let mut latest = begin;
        for delay in delays {
            periods.push(story.input.period);
            // No run goes back in time.
            latest = latest.max(story.input.period.start.saturating_add(delay.days()));
            charged += story.run_on(latest).subtotal.minor();
        }
        // One more invoice, when everything is known: only what it puts right counts.
        let last = story.run_on(date(2027, 1, 1));
        charged += last.lines.iter().filter(|line| matches!(line.explanation, Explanation::Proration(_)))
            .map(|line| line.amount.minor()).sum::<i64>();

        let quantity_on = |day: Date| steps.iter().rev().find(|(on, _)| *on <= day).map_or(5, |(_, q)| *q);
        let (mut expected, mut by_days) = (0, Decimal::ZERO);
        let mut moves = 0_i64;
        for period in periods {
            let days = period.days();
            expected += quantity_on(period.start) * 2220;
            let mut day = period.start;
            let mut then = quantity_on(day);
            for left in (1..=days).rev() {
                let now = quantity_on(day);
                if now != then {
                    let exact = Decimal::from((now - then) * 2220 * left) / Decimal::from(days);
                    expected += money::round_amount(exact / dec("100"), Currency::USD).unwrap().minor();
                    (then, moves) = (now, moves + 1);
                }
                by_days += Decimal::from(now * 2220) / Decimal::from(days);
                day = day.tomorrow().unwrap();
            }
        }
        prop_assert_eq!(Amount::from_minor(charged, Currency::USD), Amount::from_minor(expected, Currency::USD));
        prop_assert!((Decimal::from(charged) - by_days).abs() <= Decimal::from(moves) / dec("2") + dec("0.0001"));
    }
}
