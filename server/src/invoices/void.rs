//! Making an invoice void: it keeps its number and its text, and nothing of it is to be paid.

use db::OrgTx;
use jiff::Timestamp;

use super::{Invoice, InvoiceStatus, credit::credit_notes_of, load_invoice, store};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::InvoiceId,
    pax8::subscriptions::forget_billed_once,
};

/// Makes a draft or an issued invoice void.
///
/// Prices on it that are paid once are still to be paid, and come on the next invoice of what they are linked to.
///
/// # Errors
/// When there is no such invoice, it is void already, something was paid, or it has credit notes.
pub async fn void(tx: &mut OrgTx, by: &By, id: InvoiceId, now: Timestamp) -> Result<Invoice> {
    let invoice = load_invoice(tx, id).await?;
    refuse_with_credit_notes(tx, &invoice).await?;
    invoice.require_voidable()?;
    store::mark_void(tx, id, now).await?;
    forget_billed_once(tx, id).await?;
    let event = audit::Event {
        by,
        action: "invoice.voided",
        subject_type: "invoice",
        subject_id: id.to_string(),
    };
    let before = serde_json::json!({ "status": invoice.status, "kind": invoice.kind(), "number": invoice.number });
    let after = serde_json::json!({ "status": "void" });
    audit::record(tx, event, now, Some(&before), Some(&after)).await?;
    load_invoice(tx, id).await
}

/// An invoice that is nothing any more cannot be corrected: its credit notes go first.
async fn refuse_with_credit_notes(tx: &mut OrgTx, invoice: &Invoice) -> Result<()> {
    let notes = credit_notes_of(tx, invoice.id).await?;
    let notes = notes.iter().filter(|it| it.status != InvoiceStatus::Void);
    let titles: Vec<&str> = notes.map(Invoice::title).collect();
    if titles.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "{} has credit notes: {}. Make those void first.",
        invoice.title(),
        titles.join(", ")
    );
    Err(Error::conflict("has_credit_notes", detail))
}
