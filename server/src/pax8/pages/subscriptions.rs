//! The subscriptions of a company, below its row.

use askama::Template;

use super::{
    filter::Filter,
    parts::{counted, status_label},
    row::Row,
};
use crate::pax8::companies::Company;

/// The table of nine columns.
#[derive(Template)]
#[template(path = "pax8/subscriptions.html")]
pub(super) struct Table {
    pub company_id: String,
    pub mapped: bool,
    pub rows: Vec<Row>,
    /// What is said where no row is.
    pub empty: String,
    /// What the filter leaves out.
    pub more: Option<More>,
    pub first: Option<PageLink>,
    pub next: Option<PageLink>,
    /// How many there are on all pages, where there are more than one.
    pub of: Option<String>,
}

/// How many subscriptions a company has.
pub(super) struct Counts {
    /// Of any status.
    pub total: u32,
    /// Of the status that is shown.
    pub wanted: u32,
}

/// Another page of the table: in the page's address, and for its script.
pub(super) struct PageLink {
    pub address: String,
    pub from: String,
}

/// Subscriptions that the status filter leaves out.
pub(super) struct More {
    pub text: String,
    pub action: &'static str,
    pub url: String,
}

impl Table {
    /// A page of the table of a company, which goes on at `next`.
    pub(super) fn new(
        company: &Company,
        rows: Vec<Row>,
        counts: Counts,
        filter: &Filter,
        next: Option<&str>,
    ) -> Self {
        let company_id = company.id.to_string();
        let filter = filter.opening(&company_id);
        let link = |cursor: Option<&str>| {
            let there = filter.starting_at(cursor);
            PageLink {
                address: format!("{}#company-{company_id}", there.url()),
                from: there.subscriptions_url(&company_id),
            }
        };
        let is_first = filter.row_page().cursor.is_none();
        let first = (!is_first).then(|| link(None));
        let next = next.map(|cursor| link(Some(cursor)));
        let left_out = counts.total.saturating_sub(counts.wanted);
        let more = (left_out > 0 && filter.status().is_some()).then(|| More {
            text: format!(
                "{} with another status",
                counted(left_out, "subscription", "subscriptions")
            ),
            action: "Show all",
            url: filter
                .with_all_statuses()
                .starting_at(None)
                .subscriptions_url(&company_id),
        });
        Self {
            empty: empty(counts.total, filter.status()),
            of: (first.is_some() || next.is_some())
                .then(|| counted(counts.wanted, "subscription", "subscriptions")),
            company_id,
            mapped: company.client.is_some(),
            rows,
            more,
            first,
            next,
        }
    }
}

fn empty(total: u32, status: Option<&str>) -> String {
    match status {
        Some(status) if total > 0 => {
            format!(
                "No subscription is {}.",
                status_label(status).to_lowercase()
            )
        }
        _ => "No subscriptions have been pulled for this company yet. Refresh it to look again."
            .to_owned(),
    }
}
