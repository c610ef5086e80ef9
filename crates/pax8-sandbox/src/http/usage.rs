//! Usage of subscriptions that are billed in arrears. Derived like invoices:
//! two resource groups each, four lines a day.

use std::sync::Arc;

use super::answer::{Refusal, page};
use super::{Ask, Outcome};
use crate::estate::Subscription;
use crate::seeded::derived_uuid;
use crate::wire::{self, UsageRow};

const GROUPS: [&str; 2] = ["production", "backup"];
const LINES_A_DAY: usize = 4;

pub(super) fn of_subscription(ask: &Ask<'_>, id: &str) -> Outcome {
    let paging = ask.paging()?;
    let sort = ask
        .query
        .sort(&["resourceGroup", "currentCharges", "partnerTotal"])?;
    let row = ask.state.records.subscriptions.get(id);
    let row = row.ok_or_else(|| Refusal::not_found("Subscription", id))?;
    let mut rows = summaries(ask, row);
    rows.retain(|row| ask.query.allows("resourceGroup", &row.resource_group));
    if let Some(sort) = sort {
        rows.sort_by(|a, b| {
            sort.directed(match sort.field.as_str() {
                "resourceGroup" => a.resource_group.cmp(&b.resource_group),
                "partnerTotal" => a.partner_total().cmp(&b.partner_total()),
                _ => a.charges().cmp(&b.charges()),
            })
        });
    }
    Ok(page(&rows, paging, |row| {
        wire::usage_summary(ask.wire, row, true)
    }))
}

pub(super) fn one(ask: &Ask<'_>, id: &str) -> Outcome {
    let summary = find(ask, id)?;
    Ok(wire::usage_summary(ask.wire, &summary, false).into())
}

pub(super) fn lines(ask: &Ask<'_>, id: &str) -> Outcome {
    let paging = ask.paging()?;
    let summary = find(ask, id)?;
    let day = ask.query.date("usageDate")?;
    let day = day.ok_or_else(|| Refusal::invalid("usageDate is required"))?;
    let wanted = ask.query.allows("productId", &summary.product.id);
    let count = if wanted { LINES_A_DAY } else { 0 };
    let rows: Vec<_> = (0..count).map(Arc::new).collect();
    Ok(page(&rows, paging, |index| {
        wire::usage_line(ask.wire, &summary, day, **index)
    }))
}

fn summaries(ask: &Ask<'_>, row: &Arc<Subscription>) -> Vec<Arc<UsageRow>> {
    let product = ask.state.records.products.get(&row.product_id);
    let Some(product) = product.filter(|product| product.by_usage) else {
        return Vec::new();
    };
    let summary = |group: &&str| UsageRow {
        id: summary_id(row, group),
        resource_group: (*group).to_owned(),
        subscription: Arc::clone(row),
        product: Arc::clone(product),
    };
    GROUPS.iter().map(summary).map(Arc::new).collect()
}

fn find(ask: &Ask<'_>, id: &str) -> Result<Arc<UsageRow>, Refusal> {
    let mut all = ask
        .state
        .records
        .subscriptions
        .iter()
        .flat_map(|row| summaries(ask, row));
    all.find(|row| row.id == id)
        .ok_or_else(|| Refusal::not_found("Usage Summary", id))
}

fn summary_id(row: &Subscription, group: &str) -> String {
    derived_uuid("usage summary", &format!("{} {group}", row.id))
}
