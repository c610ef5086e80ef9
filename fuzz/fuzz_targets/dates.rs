//! A day or a moment as Pax8 writes it: what is accepted keeps its text, and its day is the one that was written.
#![no_main]

use pax8::{Day, Moment};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(moment) = Moment::parse(text) {
        assert_eq!(moment.written(), text.trim());
        let again = Moment::parse(moment.written()).unwrap();
        assert_eq!(
            (again.timestamp(), again.date()),
            (moment.timestamp(), moment.date())
        );
        let _ = moment.is_bare_date();
    }
    if let Ok(day) = Day::parse(text) {
        assert_eq!(day.written(), text.trim());
        assert_eq!(
            Day::parse(&day.date().to_string()).unwrap().date(),
            day.date()
        );
    }
});
