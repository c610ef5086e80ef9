//! Payments as an invoice's page lists them.

use super::{Payment, PaymentKind};
use crate::{
    http::filters,
    invoices::{Invoice, view::path},
};

/// A payment in the list of a page.
pub(in crate::invoices) struct PaymentView {
    pub day: String,
    /// What it is, before the name of the other document.
    pub what: &'static str,
    /// The other document of a credit: its page and its number.
    pub other: Option<(String, String)>,
    pub reference: Option<String>,
    pub recorded_by: String,
    pub amount: String,
    pub taken_back: bool,
    /// Where it is taken back, for those who may.
    pub take_back: Option<String>,
}

/// The payments of an invoice, as its page lists them.
pub(in crate::invoices) fn payment_views(invoice: &Invoice, may_bill: bool) -> Vec<PaymentView> {
    let payments = invoice.payments.iter();
    payments
        .map(|payment| PaymentView::of(payment, invoice, may_bill))
        .collect()
}

impl PaymentView {
    fn of(payment: &Payment, invoice: &Invoice, may_bill: bool) -> Self {
        let (what, other) = match (payment.kind(), invoice.is_credit_note()) {
            (PaymentKind::Payment, _) => ("Payment", None),
            (PaymentKind::Refund, _) => ("Paid out", None),
            (PaymentKind::Credit, true) => ("Set against", Some(&payment.invoice)),
            (PaymentKind::Credit, false) => ("Credit note", payment.credit_note.as_ref()),
        };
        // On the page of a credit note everything is what was used of it.
        let amount = match payment.kind() {
            PaymentKind::Refund => payment.amount.checked_neg().unwrap_or(payment.amount),
            _ => payment.amount,
        };
        let may_take_back = may_bill && payment.taken_back_at.is_none();
        let (document, id) = (path(payment.invoice.id), payment.id);
        let by = payment.recorded_by.split(" <").next();
        Self {
            day: filters::day(&payment.paid_on),
            what,
            other: other.map(|it| (path(it.id), it.number.clone())),
            reference: payment.reference.clone(),
            recorded_by: by.unwrap_or_default().to_owned(),
            amount: filters::money(&amount),
            taken_back: payment.taken_back_at.is_some(),
            take_back: may_take_back.then(|| format!("{document}/payments/{id}/take-back")),
        }
    }
}
