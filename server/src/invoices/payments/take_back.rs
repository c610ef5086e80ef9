//! Taking a payment back: it stays in the list and counts no more.

use db::OrgTx;
use jiff::Timestamp;

use super::{Payment, record::renew, store};
use crate::{
    accounts::By,
    error::{Error, Result},
    ids::{InvoiceId, PaymentId},
    invoices::{Invoice, load_invoice},
};

impl Payment {
    /// Goes on only if it may be taken back.
    ///
    /// # Errors
    /// When it was already.
    pub fn require_standing(&self) -> Result<()> {
        if self.taken_back_at.is_none() {
            return Ok(());
        }
        let detail = "This payment was taken back already.";
        Err(Error::conflict("payment_taken_back", detail))
    }
}

impl Invoice {
    /// A payment that settles it.
    ///
    /// # Errors
    /// When it has no such payment.
    pub fn payment(&self, id: PaymentId) -> Result<&Payment> {
        let mut own = self.payments.iter().filter(|it| it.invoice.id == self.id);
        own.find(|it| it.id == id).ok_or(Error::NotFound("payment"))
    }
}

/// Takes a payment back. What comes from a credit note is its credit again.
///
/// # Errors
/// When the invoice has no such payment, or it was taken back already.
pub async fn take_back_payment(
    tx: &mut OrgTx,
    by: &By,
    invoice: InvoiceId,
    id: PaymentId,
    now: Timestamp,
) -> Result<Invoice> {
    let invoice = load_invoice(tx, invoice).await?;
    let payment = invoice.payment(id)?;
    payment.require_standing()?;
    store::mark_taken_back(tx, id, now).await?;
    let note = match &payment.credit_note {
        Some(note) => Some(load_invoice(tx, note.id).await?),
        None => None,
    };
    let told = serde_json::json!({
        "amount": payment.amount.to_string(), "currency": payment.amount.currency().code(), "paid_on": payment.paid_on,
        "reference": payment.reference, "credit_note": payment.credit_note.as_ref().map(|note| &note.number),
    });
    let action = "invoice.payment_taken_back";
    renew(tx, by, action, &invoice, note.as_ref(), told, now).await
}
