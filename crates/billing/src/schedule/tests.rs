use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn schedule(anchor: Date, frequency: Frequency) -> Schedule {
    Schedule { anchor, frequency }
}

fn starts(schedule: Schedule, count: i64) -> Vec<String> {
    (0..count)
        .map(|n| schedule.nth_period(n).unwrap().start.to_string())
        .collect()
}

#[test]
fn the_anchor_day_survives_short_months() {
    let monthly = schedule(date(2026, 1, 31), Frequency::Monthly);
    assert_eq!(
        starts(monthly, 4),
        ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    );
    assert_eq!(
        monthly.next_after(date(2026, 2, 28)).unwrap(),
        date(2026, 3, 31)
    );
}

#[test]
fn leap_days_come_and_go() {
    let monthly = schedule(date(2028, 1, 30), Frequency::Monthly);
    assert_eq!(
        starts(monthly, 3),
        ["2028-01-30", "2028-02-29", "2028-03-30"]
    );
    let annual = schedule(date(2028, 2, 29), Frequency::Annual);
    assert_eq!(
        starts(annual, 5),
        [
            "2028-02-29",
            "2029-02-28",
            "2030-02-28",
            "2031-02-28",
            "2032-02-29"
        ]
    );
}

#[test]
fn a_missed_run_is_caught_up_period_by_period() {
    let monthly = schedule(date(2026, 1, 31), Frequency::Monthly);
    let due: Vec<String> = monthly
        .periods_due(date(2026, 2, 28), date(2026, 4, 30), None)
        .unwrap()
        .map(|period| period.to_string())
        .collect();
    assert_eq!(
        due,
        [
            "2026-02-28 to 2026-03-30",
            "2026-03-31 to 2026-04-29",
            "2026-04-30 to 2026-05-30"
        ]
    );
}

#[test]
fn nothing_is_due_before_its_date_or_from_the_end_date() {
    let monthly = schedule(date(2026, 1, 1), Frequency::Monthly);
    let count = |next, as_of, end| monthly.periods_due(next, as_of, end).unwrap().count();
    assert_eq!(count(date(2026, 2, 1), date(2026, 1, 31), None), 0);
    assert_eq!(count(date(2026, 2, 1), date(2026, 2, 1), None), 1);
    assert_eq!(
        count(date(2026, 2, 1), date(2026, 6, 1), Some(date(2026, 4, 1))),
        2
    );
}

#[test]
fn a_next_date_off_the_grid_becomes_the_anchor() {
    let monthly = schedule(date(2026, 1, 1), Frequency::Monthly);
    let due: Vec<Date> = monthly
        .periods_due(date(2026, 3, 15), date(2026, 5, 1), None)
        .unwrap()
        .map(|period| period.start)
        .collect();
    assert_eq!(due, [date(2026, 3, 15), date(2026, 4, 15)]);
    assert_eq!(monthly.resumed_at(date(2026, 3, 1)).unwrap(), monthly);
    assert_eq!(
        monthly.resumed_at(date(2026, 3, 15)).unwrap().anchor,
        date(2026, 3, 15)
    );
}

#[test]
fn a_weekly_schedule_keeps_its_weekday() {
    let weekly = schedule(date(2026, 2, 26), Frequency::Weekly);
    assert_eq!(starts(weekly, 2), ["2026-02-26", "2026-03-05"]);
    let before = weekly.period_containing(date(2026, 2, 25)).unwrap();
    assert_eq!(before.to_string(), "2026-02-19 to 2026-02-25");
}

#[test]
fn codes_are_read_back() {
    for frequency in Frequency::ALL {
        assert_eq!(Frequency::from_code(frequency.code()), Some(frequency));
        let json = serde_json::to_string(&frequency).unwrap();
        assert_eq!(json, format!("\"{}\"", frequency.code()));
    }
}

#[test]
fn the_end_of_the_calendar_is_an_error_not_a_loop() {
    let last = schedule(Date::MAX, Frequency::Annual);
    assert_eq!(last.nth_period(1), Err(DateOutOfRange));
    assert_eq!(last.period_containing(Date::MAX), Err(DateOutOfRange));
    assert_eq!(last.nth_period(i64::MAX), Err(DateOutOfRange));
}

fn any_date() -> impl Strategy<Value = Date> {
    (1990_i16..2100, 1_i8..=12, 1_i8..=31).prop_map(|(year, month, day)| {
        let first = date(year, month, 1);
        first
            .with()
            .day(day.min(first.days_in_month()))
            .build()
            .unwrap()
    })
}

fn any_frequency() -> impl Strategy<Value = Frequency> {
    proptest::sample::select(Frequency::ALL.to_vec())
}

proptest! {
    /// Every period ends where the next one starts.
    #[test]
    fn periods_tile_time(anchor in any_date(), frequency in any_frequency(), n in -500_i64..500) {
        let schedule = schedule(anchor, frequency);
        let (one, next) = (schedule.nth_period(n).unwrap(), schedule.nth_period(n + 1).unwrap());
        prop_assert!(one.start < one.end);
        prop_assert_eq!(one.end, next.start);
    }

    /// Every day belongs to exactly one period.
    #[test]
    fn every_day_has_its_period(anchor in any_date(), frequency in any_frequency(), day in any_date()) {
        let schedule = schedule(anchor, frequency);
        let period = schedule.period_containing(day).unwrap();
        prop_assert!(period.contains(day));
        prop_assert_eq!(schedule.period_starting(period.start).unwrap(), Some(period));
        prop_assert_eq!(schedule.next_after(day).unwrap(), period.end);
    }

    /// The day of the month is the anchor's, or the month's last if it is too short.
    #[test]
    fn the_anchor_day_is_never_forgotten(anchor in any_date(), n in -300_i64..300) {
        let start = schedule(anchor, Frequency::Monthly).nth_period(n).unwrap().start;
        prop_assert_eq!(start.day(), anchor.day().min(start.days_in_month()));
    }

    /// Dates are the calendar's: as many months on, with the days that a short month has.
    #[test]
    fn months_are_those_of_the_calendar(anchor in any_date(), n in -300_i64..300) {
        let start = schedule(anchor, Frequency::Monthly).nth_period(n).unwrap().start;
        prop_assert_eq!(start, anchor.checked_add(n.months()).unwrap());
    }

    /// Catching up in one go or run by run gives the same periods.
    #[test]
    fn catching_up_is_the_same_as_being_on_time(anchor in any_date(), frequency in any_frequency(), count in 1_usize..40) {
        let schedule = schedule(anchor, frequency);
        let late = schedule.nth_period(i64::try_from(count).unwrap()).unwrap().start;
        let at_once: Vec<Period> = schedule.periods_due(anchor, late, None).unwrap().collect();
        let mut on_time = Vec::new();
        let mut next = anchor;
        while next <= late {
            let due: Vec<Period> = schedule.periods_due(next, next, None).unwrap().collect();
            prop_assert_eq!(due.len(), 1);
            next = due[0].end;
            on_time.extend(due);
        }
        prop_assert_eq!(at_once, on_time);
    }
}
