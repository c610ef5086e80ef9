//! Payments as the API shows them.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DocumentRef, Payment, PaymentKind};
use crate::ids::PaymentId;

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PaymentId,
    /// `payment`: money from the client; `credit`: the credit of a credit note; `refund`: money to the client.
    pub kind: PaymentKind,
    /// What it settles.
    pub invoice: DocumentRef,
    /// The credit note that it comes from; null: it is money.
    pub credit_note: Option<DocumentRef>,
    /// How much, in the currency of the invoice; below zero for a refund.
    pub amount: String,
    /// The day it was paid.
    #[schema(value_type = String, format = Date)]
    pub paid_on: Date,
    /// How, or by which reference.
    pub reference: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// When that was.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// When it was taken back; null: it counts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub taken_back_at: Option<Timestamp>,
}

impl From<&Payment> for PaymentBody {
    fn from(payment: &Payment) -> Self {
        Self {
            id: payment.id,
            kind: payment.kind(),
            invoice: payment.invoice.clone(),
            credit_note: payment.credit_note.clone(),
            amount: payment.amount.to_string(),
            paid_on: payment.paid_on,
            reference: payment.reference.clone(),
            recorded_by: payment.recorded_by.clone(),
            recorded_at: payment.recorded_at,
            taken_back_at: payment.taken_back_at,
        }
    }
}
