//! Products: the catalogue, and numbered editions of it beyond its length.

use rust_decimal::Decimal;

use super::catalogue::{CATALOGUE, Entry, Kind};
use crate::estate::Product;
use crate::seeded::Stream;

pub(super) fn products(seed: u64, count: usize) -> Vec<Product> {
    (0..count).map(|index| product(seed, index)).collect()
}

fn product(seed: u64, index: usize) -> Product {
    let mut draw = Stream::of(seed, "product", index);
    let entry = &CATALOGUE[index % CATALOGUE.len()];
    let edition = index / CATALOGUE.len();
    let name = match edition {
        0 => entry.name.to_owned(),
        _ => format!("{} - Add-on {edition}", entry.name),
    };
    Product {
        id: draw.uuid(),
        vendor: entry.vendor.to_owned(),
        sku: format!(
            "{}-{}{:03}",
            entry.sku,
            term_letter(entry),
            (100 + edition) % 1_000
        ),
        vendor_sku: vendor_sku(entry, index, &mut draw),
        short_description: draw.chance(80).then(|| format!("{name}, sold per unit")),
        requires_commitment: entry.kind == Kind::Committed,
        by_usage: entry.kind == Kind::Usage,
        monthly_cost: cost(entry, edition),
        name,
    }
}

fn term_letter(entry: &Entry) -> char {
    if entry.kind == Kind::Committed {
        'C'
    } else {
        'M'
    }
}

/// Each edition costs a little more than the one before.
fn cost(entry: &Entry, edition: usize) -> Decimal {
    let base: Decimal = entry.cost.parse().unwrap_or_default();
    let percent = Decimal::from(100 + 3 * edition) / Decimal::ONE_HUNDRED;
    (base * percent).round_dp(4).normalize()
}

/// Microsoft's come in three shapes; other vendors have a short code or none.
fn vendor_sku(entry: &Entry, index: usize, draw: &mut Stream) -> Option<String> {
    if entry.vendor != "Microsoft" {
        return draw
            .chance(70)
            .then(|| format!("{}-{index:04}", &entry.sku[4..]));
    }
    let product_id = format!("CFQ7TTC0L{:03X}", 0xB00 + index % 256);
    Some(match index % 3 {
        0 => format!("{product_id}:{:04}", 1 + index % 9),
        1 => draw.uuid(),
        _ => {
            let sku = 1 + index % 9;
            format!(r#"{{"productId":"{product_id}","skuId":{sku},"segment":"commercial"}}"#)
        }
    })
}
