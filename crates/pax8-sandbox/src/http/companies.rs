//! `GET /v1/companies`, one of them, and contacts.

use std::cmp::Ordering;
use std::sync::Arc;

use super::answer::{Answer, Refusal, page};
use super::{Ask, Outcome};
use crate::estate::Company;
use crate::wire;

const SORTS: [&str; 5] = ["name", "city", "country", "stateOrProvince", "postalCode"];

pub(super) fn list(ask: &mut Ask<'_>) -> Outcome {
    let paging = ask.paging()?;
    let sort = ask.query.sort(&SORTS)?;
    let (records, query) = (&ask.state.records, ask.query);
    let rows = ask
        .state
        .lists
        .companies
        .get(records.version(), query.list_key(), || {
            let wanted = records
                .companies
                .iter()
                .filter(|company| is_wanted(query, company));
            let mut rows: Vec<_> = wanted.cloned().collect();
            if let Some(sort) = sort {
                rows.sort_by(|a, b| sort.directed(compare(&sort.field, a, b)));
            }
            rows
        });
    Ok(page(&rows, paging, |company| {
        wire::company(ask.wire, company)
    }))
}

pub(super) fn one(ask: &Ask<'_>, id: &str) -> Outcome {
    Ok(wire::company(ask.wire, find(ask, id)?).into())
}

pub(super) fn contacts(ask: &Ask<'_>, id: &str) -> Outcome {
    let paging = ask.paging()?;
    let ids = wire::contact_ids(&find(ask, id)?.id);
    let rows: Vec<_> = ids.into_iter().enumerate().map(Arc::new).collect();
    Ok(page(&rows, paging, |row| {
        wire::contact(ask.wire, &row.1, row.0)
    }))
}

pub(super) fn contact(ask: &Ask<'_>, company: &str, id: &str) -> Outcome {
    let ids = wire::contact_ids(&find(ask, company)?.id);
    let index = ids.iter().position(|contact| contact == id);
    let index = index.ok_or_else(|| Refusal::not_found("Contact", id))?;
    Ok(Answer::from(wire::contact(ask.wire, id, index)))
}

fn find<'a>(ask: &'a Ask<'_>, id: &str) -> Result<&'a Arc<Company>, Refusal> {
    ask.state
        .records
        .companies
        .get(id)
        .ok_or_else(|| Refusal::not_found("Company", id))
}

/// A deleted company is on the list only if asked for.
fn is_wanted(query: &super::query::Query, company: &Company) -> bool {
    let address = &company.address;
    let self_service = company.self_service_allowed.unwrap_or(false);
    (query.get("status").is_some() || company.status != "Deleted")
        && query.allows("status", &company.status)
        && query.allows("city", &address.city)
        && query.allows("country", &address.country)
        && query.allows("stateOrProvince", &address.state_or_province)
        && query.allows("postalCode", &address.postal_code)
        && query.allows("selfServiceAllowed", &self_service.to_string())
        && query.allows(
            "billOnBehalfOfEnabled",
            &company.bill_on_behalf_of_enabled.to_string(),
        )
        && query.allows(
            "orderApprovalRequired",
            &company.order_approval_required.to_string(),
        )
}

fn compare(field: &str, a: &Company, b: &Company) -> Ordering {
    let key = |company: &Company| -> String {
        let address = &company.address;
        match field {
            "city" => &address.city,
            "country" => &address.country,
            "stateOrProvince" => &address.state_or_province,
            "postalCode" => &address.postal_code,
            _ => &company.name,
        }
        .clone()
    };
    key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
}
