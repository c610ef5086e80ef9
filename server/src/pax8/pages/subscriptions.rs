//! The subscriptions of a company, below its row.

use askama::Template;

use super::{
    filter::Filter,
    parts::{counted, status_label},
    row::Row,
};

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
}

/// Subscriptions that the status filter leaves out.
pub(super) struct More {
    pub text: String,
    pub action: &'static str,
    pub url: String,
}

impl Table {
    /// The table of a company that has `total` subscriptions of any status.
    pub(super) fn new(
        company_id: String,
        mapped: bool,
        rows: Vec<Row>,
        total: u32,
        filter: &Filter,
    ) -> Self {
        let shown = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let left_out = total.saturating_sub(shown);
        let more = (left_out > 0 && filter.status().is_some()).then(|| More {
            text: format!(
                "{} with another status",
                counted(left_out, "subscription", "subscriptions")
            ),
            action: "Show all",
            url: filter.with_all_statuses().subscriptions_url(&company_id),
        });
        Self {
            empty: empty(total, filter.status()),
            company_id,
            mapped,
            rows,
            more,
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
