//! Billing the period of a void invoice again. No run does it: its date has moved on, and a person made the invoice void.

use db::OrgTx;

use super::{Occasion, basis::Basis};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::InvoiceId,
    invoices::{Invoice, InvoiceStatus, find_of_period, insert_draft, load_invoice},
    pax8::subscriptions::mark_billed_once,
    recurring::load_recurring_invoice,
};

/// Makes a draft for the period of a void invoice, from everything as it is now. A person issues it.
///
/// # Errors
/// When there is no such invoice, it is not void, it was not made from a recurring invoice, another invoice bills the period,
/// or there is nothing to bill.
pub async fn rebill(tx: &mut OrgTx, by: &By, id: InvoiceId, occasion: Occasion) -> Result<Invoice> {
    let void = load_invoice(tx, id).await?;
    let (origin, period) = require_rebillable(&void)?;
    if let Some(other) = find_of_period(tx, origin, period).await? {
        let other = load_invoice(tx, other).await?;
        let detail = format!(
            "The period is billed by another invoice, {}. Open that one.",
            other.title()
        );
        return Err(Error::conflict("period_billed", detail));
    }
    let recurring = load_recurring_invoice(tx, origin).await?;
    let basis = Basis::of_invoice(tx, recurring, &void, occasion).await?;
    let bill = basis.bill_from(period, void.first_from)?;
    if bill.is_empty() {
        let detail = "There is nothing to bill for this period any more.";
        return Err(Error::conflict("nothing_to_bill", detail));
    }
    let draft = InvoiceId::new();
    let once = bill.billed_once(draft);
    insert_draft(tx, draft, &bill.into_invoice(None), occasion.now).await?;
    mark_billed_once(tx, once).await?;
    let event = audit::Event {
        by,
        action: "invoice.rebilled",
        subject_type: "invoice",
        subject_id: draft.to_string(),
    };
    let after = load_invoice(tx, draft).await?;
    let told = serde_json::json!({
        "in_place_of": void.id, "number": void.number, "total": after.total.to_string(), "currency": after.currency.code(),
    });
    audit::record(tx, event, occasion.now, audit::NOTHING, Some(&told)).await?;
    Ok(after)
}

/// The recurring invoice and the period that may be billed again.
pub(super) fn require_rebillable(
    invoice: &Invoice,
) -> Result<(crate::ids::RecurringInvoiceId, billing::Period)> {
    if invoice.status != InvoiceStatus::Void {
        let detail = "Only the period of a void invoice is billed again. Make this one void first.";
        return Err(Error::conflict("invoice_status", detail));
    }
    match (&invoice.origin, invoice.period) {
        (Some(origin), Some(period)) => Ok((origin.recurring_invoice, period)),
        _ => {
            let detail = "This invoice was not made from a recurring invoice.";
            Err(Error::conflict("not_recurring", detail))
        }
    }
}
