//! The button of a list's page that offers the list as a file, with the filters that the page shows.

use askama::Template;

use super::{
    clients::Clients,
    invoices::{InvoiceLines, Invoices},
    source::Source,
    subscriptions::Subscriptions,
};
use crate::http::address;

/// Links to a list's files. A part of the page of its own, because the filters change without the page.
#[derive(Template)]
#[template(path = "exports/menu.html")]
pub struct ExportMenu {
    links: Vec<(&'static str, String)>,
}

/// The filters of a list: names and values of its query; empty values say nothing.
type Filters<'a> = &'a [(&'a str, &'a str)];

impl ExportMenu {
    /// For clients.
    #[must_use]
    pub fn clients(filters: Filters<'_>) -> Self {
        Self::of(vec![
            ("CSV", call(Clients::NAME, "csv", filters)),
            ("Excel", call(Clients::NAME, "xlsx", filters)),
        ])
    }

    /// For Pax8 subscriptions.
    #[must_use]
    pub fn subscriptions(filters: Filters<'_>) -> Self {
        Self::of(vec![
            ("CSV", call(Subscriptions::NAME, "csv", filters)),
            ("Excel", call(Subscriptions::NAME, "xlsx", filters)),
        ])
    }

    /// For invoices and their lines.
    #[must_use]
    pub fn invoices(filters: Filters<'_>) -> Self {
        Self::of(vec![
            ("Invoices as CSV", call(Invoices::NAME, "csv", filters)),
            ("Invoices for Excel", call(Invoices::NAME, "xlsx", filters)),
            ("Lines as CSV", call(InvoiceLines::NAME, "csv", filters)),
            ("Lines for Excel", call(InvoiceLines::NAME, "xlsx", filters)),
        ])
    }

    /// For the audit log.
    #[must_use]
    pub fn audit_events(filters: Filters<'_>) -> Self {
        Self::of(vec![
            ("CSV", at("/admin/audit.csv", filters)),
            ("Excel", call("audit-events", "xlsx", filters)),
        ])
    }

    fn of(links: Vec<(&'static str, String)>) -> Self {
        Self { links }
    }
}

fn call(name: &str, kind: &str, filters: Filters<'_>) -> String {
    at(&format!("/api/v1/exports/{name}.{kind}"), filters)
}

fn at(path: &str, filters: Filters<'_>) -> String {
    address(path, filters.iter().copied())
}
