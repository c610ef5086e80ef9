//! What kind of document it is.

use serde::{Deserialize, Serialize};

use crate::ids::InvoiceId;

/// What a credit note corrects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The invoice.
    pub invoice: InvoiceId,
    /// Its number.
    pub number: String,
    /// Why, as it is printed.
    pub reason: String,
}

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceKind {
    /// An invoice.
    Invoice,
    /// A credit note: it takes back lines of an invoice, and its amounts are below zero.
    CreditNote,
}

impl InvoiceKind {
    /// Its name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Invoice, Self::CreditNote];
        all.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Its name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Invoice => "Invoice",
            Self::CreditNote => "Credit note",
        }
    }
}
