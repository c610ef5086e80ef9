//! A payment.

use jiff::{Timestamp, civil::Date};
use money::Amount;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{InvoiceId, PaymentId};

/// What kind of payment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// Money from the client.
    Payment,
    /// The credit of a credit note.
    Credit,
    /// Money to the client: the credit of a credit note, paid out.
    Refund,
}

/// An invoice or a credit note, by its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocumentRef {
    /// Its id.
    #[schema(value_type = String)]
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
}

/// A payment.
#[derive(Debug, Clone)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// What it settles: an invoice; of a refund, the credit note.
    pub invoice: DocumentRef,
    /// The credit note that it comes from, if it is no money.
    pub credit_note: Option<DocumentRef>,
    /// How much; below zero for money to the client.
    pub amount: Amount,
    /// The day it was paid.
    pub paid_on: Date,
    /// How, or by which reference.
    pub reference: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// When that was.
    pub recorded_at: Timestamp,
    /// When it was taken back: from then on it does not count.
    pub taken_back_at: Option<Timestamp>,
}

impl Payment {
    /// What kind of payment it is.
    #[must_use]
    pub fn kind(&self) -> PaymentKind {
        match self.credit_note {
            Some(_) => PaymentKind::Credit,
            None if self.amount.is_negative() => PaymentKind::Refund,
            None => PaymentKind::Payment,
        }
    }

    /// Whether it belongs to a document: settles it, or comes from it.
    #[must_use]
    pub fn concerns(&self, document: InvoiceId) -> bool {
        let from = self.credit_note.as_ref();
        self.invoice.id == document || from.is_some_and(|note| note.id == document)
    }
}
