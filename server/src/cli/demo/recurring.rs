//! The demo's recurring invoices: every rhythm, some due today, some with lines by hand.

use jiff::{Span, civil::Date};

use crate::recurring::{LineDetails, RecurringDetails};

/// A recurring invoice of the demo.
pub(super) struct Entry {
    /// The client's name.
    pub client: &'static str,
    /// Its own name.
    pub name: &'static str,
    frequency: &'static str,
    start: Start,
    review_first: bool,
    auto_send: bool,
    /// Description, quantity, unit price.
    lines: &'static [(&'static str, &'static str, &'static str)],
}

/// When it starts, seen from today.
#[derive(Clone, Copy)]
enum Start {
    /// So many months ago to the day, so that it is due today again.
    MonthsAgo(i32),
    /// In so many days.
    InDays(i32),
    /// On the first of the next month.
    NextMonth,
}

use Start::{InDays, MonthsAgo, NextMonth};

const fn entry(
    client: &'static str,
    name: &'static str,
    frequency: &'static str,
    start: Start,
    lines: &'static [(&'static str, &'static str, &'static str)],
) -> Entry {
    Entry {
        client,
        name,
        frequency,
        start,
        review_first: false,
        auto_send: false,
        lines,
    }
}

#[rustfmt::skip]
pub(super) const RECURRING: &[Entry] = &[
    entry("Lakeside Dental Care", "Monthly services", "monthly", MonthsAgo(1), &[
        ("Managed workstation", "24", "45.00"), ("Service desk", "1", "350.00")]),
    entry("Cedar & Stone Architects", "Monthly services", "monthly", NextMonth, &[
        ("Managed workstation", "12", "42.00"), ("Microsoft 365 Business Premium", "12", "26.40")]),
    entry("Cedar & Stone Architects", "Yearly licences", "quarterly", NextMonth, &[]),
    Entry { review_first: true, ..entry("Hartwell Logistics", "Licences and support", "monthly", MonthsAgo(0), &[
        ("Support hours", "10", "125.00")]) },
    entry("Bluebird Bakery", "Licences for the year", "annual", InDays(10), &[]),
    entry("Café Söhne & Partner", "Betreuung", "monthly", MonthsAgo(1), &[
        ("Betreuung der Arbeitsplätze", "15", "38.50")]),
    entry("Summit Outdoor Group", "Monthly services", "monthly", NextMonth, &[
        ("Managed workstation", "30", "39.00")]),
    entry("Northwind Freight", "Monthly services", "monthly", InDays(3), &[
        ("Managed workstation", "22", "36.00")]),
    entry("Willow Creek Schools", "School licences", "semi_annual", NextMonth, &[]),
    Entry { auto_send: true, ..entry("Willow Creek Schools", "On-site support", "monthly", MonthsAgo(2), &[
        ("On-site day", "2", "720.00")]) },
    entry("Pine Street Pharmacy", "Website care", "weekly", MonthsAgo(0), &[
        ("Website care", "1", "60.00")]),
    entry("Script Alert Bakery", "Monthly services", "monthly", InDays(14), &[
        ("Managed workstation", "5", "48.00")]),
];

/// The recurring invoice as a person would type it.
pub(super) fn details(entry: &Entry, today: Date) -> RecurringDetails {
    RecurringDetails {
        name: entry.name.to_owned(),
        frequency: entry.frequency.to_owned(),
        start_date: start(entry.start, today).to_string(),
        review_first: entry.review_first,
        auto_send: entry.auto_send,
        lines: entry
            .lines
            .iter()
            .map(|(description, quantity, unit_price)| LineDetails {
                description: (*description).to_owned(),
                quantity: (*quantity).to_owned(),
                unit_price: (*unit_price).to_owned(),
                taxable: true,
            })
            .collect(),
        ..RecurringDetails::default()
    }
}

fn start(start: Start, today: Date) -> Date {
    match start {
        MonthsAgo(months) => today.saturating_sub(Span::new().months(months)),
        InDays(days) => today.saturating_add(Span::new().days(days)),
        NextMonth => today.first_of_month().saturating_add(Span::new().months(1)),
    }
}
