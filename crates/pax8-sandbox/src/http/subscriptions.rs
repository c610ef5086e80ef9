//! `GET /v1/subscriptions`, one of them, and its history.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::{Refusal, page};
use super::query::{Query, Sort};
use super::{Ask, Outcome};
use crate::estate::{Records, Subscription};
use crate::wire::{self, Detail};

const SORTS: [&str; 6] = [
    "quantity",
    "startDate",
    "endDate",
    "createdDate",
    "billingStart",
    "price",
];

pub(super) fn list(ask: &mut Ask<'_>) -> Outcome {
    let paging = ask.paging()?;
    let sort = ask.query.sort(&SORTS)?;
    let (records, query) = (&ask.state.records, ask.query);
    let rows = ask
        .state
        .lists
        .subscriptions
        .get(records.version(), query.list_key(), || {
            let wanted = records
                .subscriptions
                .iter()
                .filter(|row| is_wanted(query, row));
            sorted(wanted.cloned().collect(), sort.as_ref())
        });
    // Somebody else's company, as opposed to one that holds nothing.
    if let Some(company) = query.get("companyId")
        && rows.is_empty()
        && !is_ours(records, company)
    {
        return Err(Refusal::forbidden());
    }
    Ok(page(&rows, paging, |row| render(ask, row, Detail::Row)))
}

pub(super) fn one(ask: &Ask<'_>, id: &str) -> Outcome {
    let row = ask.state.records.subscriptions.get(id);
    let row = row.ok_or_else(|| Refusal::not_found("Subscription", id))?;
    Ok(render(ask, row, Detail::Whole).into())
}

pub(super) fn history(ask: &Ask<'_>, id: &str) -> Outcome {
    let snapshots = ask.state.records.history(id);
    let snapshots = snapshots.ok_or_else(|| Refusal::not_found("Subscription", id))?;
    let content: Vec<_> = snapshots
        .iter()
        .map(|row| render(ask, row, Detail::Row))
        .collect();
    Ok(json!({"content": content}).into())
}

fn render(ask: &Ask<'_>, row: &Subscription, detail: Detail) -> Value {
    let product = ask.state.records.products.get(&row.product_id);
    wire::subscription(ask.wire, row, product.map(Arc::as_ref), detail)
}

fn is_wanted(query: &Query, row: &Subscription) -> bool {
    query.allows("status", &row.status)
        && query.allows("billingTerm", &row.billing_term)
        && query.allows("companyId", &row.company_id)
        && query.allows("productId", &row.product_id)
}

fn is_ours(records: &Records, company: &str) -> bool {
    records.companies.get(company).is_some()
        || records
            .subscriptions
            .iter()
            .any(|row| row.company_id == company)
}

fn sorted(mut rows: Vec<Arc<Subscription>>, sort: Option<&Sort>) -> Vec<Arc<Subscription>> {
    if let Some(sort) = sort {
        rows.sort_by(|a, b| {
            sort.directed(compare(&sort.field, a, b).then_with(|| a.id.cmp(&b.id)))
        });
    }
    rows
}

/// Rows without a value come first.
fn compare(field: &str, a: &Subscription, b: &Subscription) -> Ordering {
    match field {
        "quantity" => a.quantity.cmp(&b.quantity),
        "startDate" => a.start.cmp(&b.start),
        "endDate" => a.end.cmp(&b.end),
        "billingStart" => a.billing_start.cmp(&b.billing_start),
        "price" => a.price.cmp(&b.price),
        _ => a.created.cmp(&b.created),
    }
}
