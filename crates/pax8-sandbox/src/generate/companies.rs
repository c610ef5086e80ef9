//! Companies: most complete, some with gaps, one in a hundred hostile.

use jiff::{Span, Timestamp};

use super::names;
use crate::estate::{Address, Company};
use crate::seeded::Stream;

/// Town, state or province, post code, country.
const PLACES: [(&str, &str, &str, &str); 10] = [
    ("Denver", "CO", "80202", "US"),
    ("Tampa", "Florida", "33602", "US"),
    ("Columbus", "OH", "43004", "US"),
    ("Portland", "OR", "97201", "US"),
    ("Leeds", "West Yorkshire", "LS1 4AP", "GB"),
    ("Bristol", "", "BS1 5TR", "GB"),
    ("Utrecht", "UT", "3511 AB", "NL"),
    ("Hamburg", "", "20095", "DE"),
    ("Toronto", "ON", "M5V 2T6", "CA"),
    ("Calgary", "Alberta", "T2P 1J9", "CA"),
];

pub(super) fn companies(seed: u64, count: usize, now: Timestamp) -> Vec<Company> {
    (0..count).map(|index| company(seed, index, now)).collect()
}

fn company(seed: u64, index: usize, now: Timestamp) -> Company {
    let mut draw = Stream::of(seed, "company", index);
    let id = draw.uuid();
    let name = match index % 97 {
        5 => names::hostile(index / 97),
        _ => names::company(index),
    };
    let (city, state, postal_code, country) = *draw.pick(&PLACES);
    Company {
        id,
        address: Address {
            street: format!("{} Market Street", draw.between(1, 999)),
            street2: if draw.chance(15) {
                "Suite 2".to_owned()
            } else {
                String::new()
            },
            city: city.to_owned(),
            state_or_province: state.to_owned(),
            postal_code: postal_code.to_owned(),
            country: country.to_owned(),
        },
        phone: draw
            .chance(85)
            .then(|| format!("+1 303 555 {:04}", index % 10_000)),
        website: website(&mut draw, &name),
        external_id: draw.chance(70).then(|| format!("ACC-{:05}", index + 1)),
        bill_on_behalf_of_enabled: draw.chance(10),
        self_service_allowed: (!draw.chance(25)).then(|| draw.chance(20)),
        order_approval_required: draw.chance(10),
        status: draw
            .weighted(&[(94, "Active"), (5, "Inactive"), (1, "Deleted")])
            .to_string(),
        updated: draw.chance(80).then(|| changed_before(&mut draw, now)),
        name,
    }
}

fn website(draw: &mut Stream, name: &str) -> Option<String> {
    let host = names::domain(name);
    match draw.below(10) {
        0..=3 => Some(format!("https://www.{host}/")),
        4 => Some(format!("http://{host}")),
        5..=7 => Some(host),
        _ => None,
    }
}

fn changed_before(draw: &mut Stream, now: Timestamp) -> Timestamp {
    let hours = draw.between(1, 2 * 365 * 24);
    let millis = draw.between(0, 999);
    now.saturating_sub(Span::new().hours(hours))
        .unwrap_or(now)
        .saturating_sub(Span::new().milliseconds(millis))
        .unwrap_or(now)
}
