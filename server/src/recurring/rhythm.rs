//! Where a recurring invoice stands in time: its anchor and its next invoice date. Pure; [`Schedule`] has the calendar.

use billing::{DateOutOfRange, Frequency, Schedule};
use jiff::civil::Date;

/// More periods than this in one go are a slip of the finger.
pub(super) const MOST_PERIODS_DUE: usize = 120;

/// An anchor and the next invoice date, which is one of its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rhythm {
    pub anchor: Date,
    pub next: Date,
}

/// The rhythm of a recurring invoice that has billed nothing yet.
pub(super) fn begin(
    frequency: Frequency,
    start: Date,
    next: Option<Date>,
) -> Result<Rhythm, DateOutOfRange> {
    let next = next.unwrap_or(start);
    let from_start = Schedule {
        anchor: start,
        frequency,
    };
    Ok(Rhythm {
        anchor: from_start.resumed_at(next)?.anchor,
        next,
    })
}

/// The rhythm after a change of the frequency or the next invoice date. The anchor's day of the month is kept where a date
/// of the new rhythm allows it, so that going from monthly to quarterly on 28 February does not forget the 31st.
pub(super) fn go_on(
    schedule: Schedule,
    frequency: Frequency,
    next: Date,
) -> Result<Rhythm, DateOutOfRange> {
    let day = schedule.anchor.day();
    let monthly = Schedule {
        frequency: Frequency::Monthly,
        ..schedule
    };
    for month in 0..12 {
        let anchor = monthly.nth_period(month)?.start;
        let candidate = Schedule { anchor, frequency };
        if anchor.day() == day && candidate.period_starting(next)?.is_some() {
            return Ok(Rhythm { anchor, next });
        }
    }
    Ok(Rhythm { anchor: next, next })
}

/// The next invoice date after a pause: the first start of a period that is not in the past. What started before it and
/// was not billed is left out.
pub(super) fn resume(
    schedule: Schedule,
    next: Date,
    today: Date,
) -> Result<Resumption, DateOutOfRange> {
    if next >= today {
        return Ok(Resumption { next, left_out: 0 });
    }
    let resumed = match schedule.period_starting(today)? {
        Some(period) => period.start,
        None => schedule.next_after(today)?,
    };
    let until = today.yesterday().map_err(|_| DateOutOfRange)?;
    Ok(Resumption {
        next: resumed,
        left_out: schedule.periods_due(next, until, None)?.count(),
    })
}

/// Where billing goes on after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resumption {
    pub next: Date,
    /// Periods that started before today and will not be billed.
    pub left_out: usize,
}

/// How many periods a billing run today would bill, counted up to one more than [`MOST_PERIODS_DUE`].
pub(super) fn periods_due(
    schedule: Schedule,
    next: Date,
    today: Date,
    end: Option<Date>,
) -> Result<usize, DateOutOfRange> {
    let due = schedule.periods_due(next, today, end)?;
    Ok(due.take(MOST_PERIODS_DUE + 1).count())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn monthly(anchor: Date) -> Schedule {
        Schedule {
            anchor,
            frequency: Frequency::Monthly,
        }
    }

    #[test]
    fn it_begins_on_its_start_date() {
        let start = date(2026, 1, 31);
        let rhythm = begin(Frequency::Monthly, start, None).unwrap();
        assert_eq!((rhythm.anchor, rhythm.next), (start, start));
        let later = begin(Frequency::Monthly, start, Some(date(2026, 2, 28))).unwrap();
        assert_eq!(later.anchor, start);
        let elsewhere = begin(Frequency::Monthly, start, Some(date(2026, 2, 15))).unwrap();
        assert_eq!(elsewhere.anchor, date(2026, 2, 15));
    }

    #[test]
    fn d23_another_frequency_keeps_the_31st() {
        let schedule = monthly(date(2026, 1, 31));
        let rhythm = go_on(schedule, Frequency::Quarterly, date(2026, 2, 28)).unwrap();
        assert_eq!(rhythm.anchor.day(), 31);
        let quarterly = Schedule {
            anchor: rhythm.anchor,
            frequency: Frequency::Quarterly,
        };
        assert_eq!(
            quarterly.next_after(date(2026, 2, 28)).unwrap(),
            date(2026, 5, 31)
        );
    }

    #[test]
    fn d23_a_date_off_the_grid_becomes_the_anchor() {
        let rhythm = go_on(
            monthly(date(2026, 1, 31)),
            Frequency::Monthly,
            date(2026, 3, 15),
        );
        assert_eq!(rhythm.unwrap().anchor, date(2026, 3, 15));
    }

    #[test]
    fn d23_a_pause_that_is_over_before_the_next_date_changes_nothing() {
        let next = date(2026, 7, 1);
        let resumed = resume(monthly(date(2026, 1, 1)), next, next).unwrap();
        assert_eq!(resumed, Resumption { next, left_out: 0 });
    }

    #[test]
    fn d23_a_long_pause_leaves_out_what_started_in_it() {
        let schedule = monthly(date(2026, 1, 31));
        let resumed = resume(schedule, date(2026, 2, 28), date(2026, 4, 30)).unwrap();
        let expected = Resumption {
            next: date(2026, 4, 30),
            left_out: 2,
        };
        assert_eq!(resumed, expected);
        let resumed = resume(schedule, date(2026, 2, 28), date(2026, 5, 1)).unwrap();
        assert_eq!((resumed.next, resumed.left_out), (date(2026, 5, 31), 3));
    }

    proptest! {
        /// Whatever the pause, billing goes on at a date of the grid, not in the past, less than one period away.
        #[test]
        fn d23_resuming_neither_goes_back_nor_gets_stuck(
            day in 1_i8..=28, waited in 0_i32..1000, frequency in proptest::sample::select(Frequency::ALL.to_vec())
        ) {
            let next = date(2026, 1, day);
            let today = next.checked_add(jiff::Span::new().days(waited)).unwrap();
            let schedule = Schedule { anchor: next, frequency };
            let resumed = resume(schedule, next, today).unwrap();
            prop_assert!(resumed.next >= today);
            prop_assert!(schedule.period_starting(resumed.next).unwrap().is_some());
            prop_assert!(resumed.next <= schedule.next_after(today).unwrap());
            let billed = schedule.periods_due(next, resumed.next, None).unwrap().count();
            prop_assert_eq!(billed, resumed.left_out + 1);
        }

        /// The next invoice date is always one of the dates of the rhythm.
        #[test]
        fn d23_the_next_date_is_on_the_grid(
            anchor_day in 1_i8..=31, months in 0_i32..24, offset in 0_i32..40,
            from in proptest::sample::select(Frequency::ALL.to_vec()), to in proptest::sample::select(Frequency::ALL.to_vec())
        ) {
            let anchor = date(2026, 1, anchor_day);
            let next = anchor.checked_add(jiff::Span::new().months(months).days(offset)).unwrap();
            let rhythm = go_on(Schedule { anchor, frequency: from }, to, next).unwrap();
            let schedule = Schedule { anchor: rhythm.anchor, frequency: to };
            prop_assert!(schedule.period_starting(rhythm.next).unwrap().is_some());
        }
    }
}
