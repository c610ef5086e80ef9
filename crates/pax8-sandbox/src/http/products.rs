//! `GET /v1/products`, one of them, and what belongs to it.

use std::sync::Arc;

use serde_json::json;

use super::answer::{Refusal, page};
use super::query::Query;
use super::{Ask, Outcome};
use crate::estate::Product;
use crate::wire;

pub(super) fn list(ask: &mut Ask<'_>) -> Outcome {
    let paging = ask.paging()?;
    let sort = ask.query.sort(&["name", "vendor"])?;
    let (records, query) = (&ask.state.records, ask.query);
    let rows = ask
        .state
        .lists
        .products
        .get(records.version(), query.list_key(), || {
            let wanted = records
                .products
                .iter()
                .filter(|product| is_wanted(query, product));
            let mut rows: Vec<_> = wanted.cloned().collect();
            if let Some(sort) = sort {
                let by_vendor = sort.field == "vendor";
                let key = |row: &Arc<Product>| {
                    if by_vendor {
                        row.vendor.clone()
                    } else {
                        row.name.clone()
                    }
                };
                rows.sort_by(|a, b| sort.directed(key(a).cmp(&key(b)).then(a.id.cmp(&b.id))));
            }
            rows
        });
    Ok(page(&rows, paging, |product| {
        wire::product(ask.wire, product, false)
    }))
}

pub(super) fn one(ask: &Ask<'_>, id: &str) -> Outcome {
    Ok(wire::product(ask.wire, find(ask, id)?, true).into())
}

pub(super) fn pricing(ask: &Ask<'_>, id: &str) -> Outcome {
    Ok(json!({"content": wire::pricing(ask.wire, find(ask, id)?)}).into())
}

pub(super) fn provision_details(ask: &Ask<'_>, id: &str) -> Outcome {
    Ok(json!({"content": wire::provision_details(find(ask, id)?)}).into())
}

pub(super) fn dependencies(ask: &Ask<'_>, id: &str) -> Outcome {
    Ok(wire::dependencies(find(ask, id)?).into())
}

fn find<'a>(ask: &'a Ask<'_>, id: &str) -> Result<&'a Arc<Product>, Refusal> {
    ask.state
        .records
        .products
        .get(id)
        .ok_or_else(|| Refusal::not_found("Product", id))
}

/// `search` looks at name, vendor, SKU and id.
fn is_wanted(query: &Query, product: &Product) -> bool {
    let searched = query.get("search").is_none_or(|words| {
        let words = words.to_lowercase();
        [&product.name, &product.vendor, &product.sku, &product.id]
            .into_iter()
            .any(|text| text.to_lowercase().contains(&words))
    });
    searched && query.allows("vendorName", &product.vendor)
}
