//! The URL map: every path the sandbox knows.

use crate::fault::Place;

/// A path with its ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Token,
    Companies,
    Company(&'a str),
    Contacts(&'a str),
    Contact(&'a str, &'a str),
    Products,
    Product(&'a str),
    Pricing(&'a str),
    ProvisionDetails(&'a str),
    Dependencies(&'a str),
    Subscriptions,
    Subscription(&'a str),
    History(&'a str),
    SubscriptionUsage(&'a str),
    UsageSummary(&'a str),
    UsageLines(&'a str),
    Invoices,
    Invoice(&'a str),
    InvoiceItems(&'a str),
    DraftItems,
    Unknown,
}

impl<'a> Route<'a> {
    pub(crate) fn of(path: &'a str) -> Self {
        let parts: Vec<_> = path.split('/').skip(1).collect();
        match parts.as_slice() {
            ["v1", "token"] | ["oauth", "token"] => Self::Token,
            ["v1", "companies"] => Self::Companies,
            ["v1", "companies", id] => Self::Company(id),
            ["v1", "companies", id, "contacts"] => Self::Contacts(id),
            ["v1", "companies", id, "contacts", contact] => Self::Contact(id, contact),
            ["v1", "products"] => Self::Products,
            ["v1", "products", id] => Self::Product(id),
            ["v1", "products", id, "pricing"] => Self::Pricing(id),
            ["v1", "products", id, "provision-details"] => Self::ProvisionDetails(id),
            ["v1", "products", id, "dependencies"] => Self::Dependencies(id),
            ["v1", "subscriptions"] => Self::Subscriptions,
            ["v1", "subscriptions", id] => Self::Subscription(id),
            ["v1", "subscriptions", id, "history"] => Self::History(id),
            ["v1", "subscriptions", id, "usage-summaries"] => Self::SubscriptionUsage(id),
            ["v1", "usage-summaries", id] => Self::UsageSummary(id),
            ["v1", "usage-summaries", id, "usage-lines"] => Self::UsageLines(id),
            ["v1", "invoices"] => Self::Invoices,
            ["v1", "invoices", "draftItems"] => Self::DraftItems,
            ["v1", "invoices", id] => Self::Invoice(id),
            ["v1", "invoices", id, "items"] => Self::InvoiceItems(id),
            _ => Self::Unknown,
        }
    }

    /// The place in counters and faults.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Token => Place::Token,
            Self::Companies => Place::Companies,
            Self::Company(_) => Place::Company,
            Self::Contacts(_) | Self::Contact(..) => Place::Contacts,
            Self::Products => Place::Products,
            Self::Product(_) => Place::Product,
            Self::Pricing(_) => Place::Pricing,
            Self::ProvisionDetails(_) => Place::ProvisionDetails,
            Self::Dependencies(_) => Place::Dependencies,
            Self::Subscriptions => Place::Subscriptions,
            Self::Subscription(_) => Place::Subscription,
            Self::History(_) => Place::History,
            Self::SubscriptionUsage(_) | Self::UsageSummary(_) => Place::UsageSummaries,
            Self::UsageLines(_) => Place::UsageLines,
            Self::Invoices => Place::Invoices,
            Self::Invoice(_) => Place::Invoice,
            Self::InvoiceItems(_) => Place::InvoiceItems,
            Self::DraftItems => Place::DraftItems,
            Self::Unknown => Place::Unknown,
        }
    }
}
