//! The demo's subscriptions, one line each. Days count from the day on which
//! the sandbox starts: 0 is today, 30 in a month, -365 a year ago.

use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rust_decimal::Decimal;

use super::{company_id, product_id, subscription_id};
use crate::estate::{Commitment, Subscription};
use crate::seeded::derived_uuid;

/// One subscription; an empty text is an absent value.
struct Entry {
    company: u32,
    product: u32,
    quantity: &'static str,
    term: &'static str,
    price: &'static str,
    cost: &'static str,
    start: i64,
    extra: Extra,
}

/// What is out of the ordinary.
#[derive(Clone, Copy)]
enum Extra {
    Nothing,
    /// A status with nothing else.
    Status(&'static str),
    /// A status and a last day.
    Ends(&'static str, i64),
    /// A commitment and its end.
    Bound(&'static str, i64),
    /// Another currency than the company's other rows.
    Currency(&'static str),
    /// An add-on of another subscription.
    AddOn(u32),
}

use Extra::{AddOn, Bound, Currency, Ends, Nothing, Status};

#[allow(clippy::too_many_arguments, reason = "a table, one row a line")]
const fn row(
    company: u32,
    product: u32,
    quantity: &'static str,
    term: &'static str,
    price: &'static str,
    cost: &'static str,
    start: i64,
    extra: Extra,
) -> Entry {
    Entry {
        company,
        product,
        quantity,
        term,
        price,
        cost,
        start,
        extra,
    }
}

#[rustfmt::skip]
const SUBSCRIPTIONS: [Entry; 60] = [
    // 1-8: Lakeside, an ordinary client.
    row(1, 1, "18", "Monthly", "22.00", "18.48", -475, Bound("1-Year", 255)),
    row(1, 3, "6", "Monthly", "6.00", "5.04", -475, Bound("1-Year", 255)),
    row(1, 8, "24", "Monthly", "4.50", "3.10", -400, Nothing),
    row(1, 9, "1250", "Monthly", "0.06", "0.0425", -400, AddOn(3)),
    row(1, 10, "24", "Monthly", "6.50", "4.85", -300, Nothing),
    row(1, 11, "24", "Monthly", "2.25", "1.692", -300, Nothing),
    row(1, 14, "2", "Annual", "320.00", "268.80", -140, Nothing),
    row(1, 17, "1", "One-Time", "300.00", "250.00", -20, Nothing),
    // 9-16: Cedar & Stone: costs absent, zero, above the price.
    row(2, 1, "12", "Monthly", "22.00", "", -600, Bound("1-Year", 130)),
    row(2, 13, "5", "Annual", "287.88", "229.44", -90, Bound("1-Year", 275)),
    row(2, 12, "12", "Monthly", "2.50", "0", -200, Nothing),
    row(2, 15, "4", "Monthly", "12.00", "15.20", -200, Nothing),
    row(2, 10, "12", "Monthly", "4.85", "4.85", -200, Nothing),
    row(2, 16, "48500", "Monthly", "0.0012", "0.0008", -200, Nothing),
    row(2, 6, "3", "Annual", "360.00", "302.40", -10, Bound("1-Year", 355)),
    row(2, 7, "1", "Monthly", "0", "0", -350, Nothing),
    // 17-26: Hartwell: every status, unknown words, gaps.
    row(3, 2, "40", "Monthly", "12.50", "10.50", -700, Nothing),
    row(3, 2, "10", "Monthly", "12.50", "10.50", -700, Ends("Cancelled", -40)),
    row(3, 5, "4", "Monthly", "57.00", "46.20", -300, Ends("PendingCancel", 21)),
    row(3, 8, "15", "Monthly", "4.50", "3.10", -3, Status("PendingManual")),
    row(3, 10, "15", "Monthly", "6.50", "4.85", 12, Nothing),
    row(3, 6, "5", "Trial", "0", "0", -12, Ends("Trial", 18)),
    row(3, 11, "40", "Monthly", "2.25", "1.692", -120, Status("Suspended")),
    row(3, 18, "40", "Quarterly", "9.99", "9.15", -120, Nothing),
    row(3, 12, "", "Monthly", "2.50", "1.88", -120, Nothing),
    row(3, 15, "2.5", "Monthly", "18.00", "15.20", -60, Nothing),
    // 27-33: BB Foods: long terms.
    row(4, 5, "3", "3-Year", "2052.00", "1663.20", -400, Bound("3-Year", 695)),
    row(4, 1, "7", "2-Year", "528.00", "443.52", -250, Bound("2-Year", 480)),
    row(4, 3, "9", "Annual", "72.00", "60.48", -5, Bound("1-Year", 360)),
    row(4, 4, "3", "Annual", "48.00", "40.32", -364, Bound("1-Year", 1)),
    row(4, 14, "1", "Activation", "35.00", "28.00", -30, Nothing),
    row(4, 8, "9", "Monthly", "4.50", "3.10", -31, Nothing),
    row(4, 6, "2", "Trial", "0", "0", -60, Status("Converted")),
    // 34-39: Café Söhne in euros, one row in dollars.
    row(5, 1, "11", "Monthly", "20.60", "17.30", -365, Currency("EUR")),
    row(5, 3, "4", "Monthly", "5.60", "4.70", -365, Currency("EUR")),
    row(5, 8, "15", "Monthly", "4.20", "2.90", -365, Currency("EUR")),
    row(5, 10, "15", "Monthly", "6.10", "4.55", -365, Currency("EUR")),
    row(5, 13, "2", "Annual", "268.00", "214.00", -45, Currency("EUR")),
    row(5, 12, "15", "Monthly", "2.50", "1.88", -30, Nothing),
    // 40-44: the ambiguous pair.
    row(6, 1, "30", "Monthly", "22.00", "18.48", -500, Bound("1-Year", 230)),
    row(6, 10, "30", "Monthly", "6.50", "4.85", -500, Nothing),
    row(6, 11, "30", "Monthly", "2.25", "1.692", -500, Nothing),
    row(7, 2, "8", "Monthly", "12.50", "10.50", -150, Nothing),
    row(7, 8, "8", "Monthly", "4.50", "3.10", -150, Nothing),
    // 45-48: reference against name; nobody's company.
    row(8, 1, "9", "Monthly", "22.00", "18.48", -220, Nothing),
    row(8, 18, "9", "Monthly", "4.00", "3.05", -220, Nothing),
    row(9, 2, "3", "Monthly", "12.50", "10.50", -80, Nothing),
    row(9, 13, "1", "Monthly", "23.99", "19.12", -80, Nothing),
    // 49-53: hostile names; one in euros among dollars; ended, yet active.
    row(11, 1, "5", "Monthly", "22.00", "18.48", -90, Nothing),
    row(11, 3, "5", "Monthly", "5.60", "4.70", -90, Currency("EUR")),
    row(12, 2, "14", "Monthly", "12.50", "10.50", -190, Nothing),
    row(12, 10, "14", "Monthly", "6.50", "4.85", -190, Ends("Active", -2)),
    row(12, 15, "0", "Monthly", "18.00", "15.20", -190, Nothing),
    // 54-56: Northwind in pounds.
    row(13, 1, "22", "Monthly", "18.10", "15.20", -330, Currency("GBP")),
    row(13, 8, "22", "Monthly", "3.70", "2.55", -330, Currency("GBP")),
    row(13, 12, "22", "Monthly", "2.05", "1.54", -330, Currency("GBP")),
    // 57-60: Willow Creek; the long name.
    row(14, 3, "310", "Monthly", "6.00", "5.04", -800, Bound("1-Year", 295)),
    row(14, 8, "45", "Monthly", "4.50", "3.10", -600, Nothing),
    row(14, 5, "1", "Monthly", "57.00", "46.20", 0, Nothing),
    row(15, 2, "2", "Monthly", "12.50", "10.50", -25, Nothing),
];

pub(super) fn subscriptions(today: Date) -> Vec<Subscription> {
    (1..)
        .zip(&SUBSCRIPTIONS)
        .map(|(number, entry)| subscription(number, entry, today))
        .collect()
}

fn subscription(number: u32, entry: &Entry, today: Date) -> Subscription {
    let id = subscription_id(number);
    let day = |offset: i64| today.saturating_add(Span::new().days(offset));
    let start = day(entry.start);
    let (status, end) = match entry.extra {
        Status(status) => (status, None),
        Ends(status, end) => (status, Some(day(end))),
        _ => ("Active", None),
    };
    let currency = match entry.extra {
        Currency(code) => code,
        _ => "USD",
    };
    let commitment = match entry.extra {
        Bound(term, end) => Some(Commitment {
            id: derived_uuid("commitment", &id),
            term: term.to_owned(),
            end: Some(day(end)),
        }),
        _ => None,
    };
    Subscription {
        parent_id: match entry.extra {
            AddOn(parent) => Some(subscription_id(parent)),
            _ => None,
        },
        company_id: company_id(entry.company),
        product_id: product_id(entry.product),
        quantity: amount(entry.quantity),
        start,
        end,
        created: morning(day(entry.start.min(0)), number),
        updated: None,
        billing_start: start,
        status: status.to_owned(),
        price: amount(entry.price),
        partner_cost: amount(entry.cost),
        currency: Some(currency.to_owned()),
        billing_term: entry.term.to_owned(),
        commitment,
        id,
    }
}

fn amount(text: &str) -> Option<Decimal> {
    text.parse().ok()
}

/// An instant of that day, one for each subscription, so that the order by
/// creation is the same everywhere.
fn morning(day: Date, number: u32) -> Timestamp {
    let minute = i8::try_from(number % 60).unwrap_or(0);
    let local = day.to_datetime(time(8, minute, 0, 0));
    local
        .to_zoned_datetime(TimeZone::UTC)
        .map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp())
}
