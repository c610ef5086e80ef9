//! Cancelling a recurring invoice.

use db::OrgTx;
use jiff::Timestamp;

use super::{RecurringInvoice, RecurringStatus, load_recurring_invoice, pause::record, store};
use crate::{accounts::By, error::Result, ids::RecurringInvoiceId};

/// Cancels a recurring invoice for good. Its invoices stay. Doing so again changes nothing.
///
/// # Errors
/// When the organization has none with this id.
pub async fn cancel_recurring_invoice(
    tx: &mut OrgTx,
    by: &By,
    id: RecurringInvoiceId,
    now: Timestamp,
) -> Result<RecurringInvoice> {
    let before = load_recurring_invoice(tx, id).await?;
    if before.status == RecurringStatus::Cancelled {
        return Ok(before);
    }
    let next = before.next_invoice_date;
    store::set_status(tx, id, RecurringStatus::Cancelled, next, now).await?;
    record(tx, by, "recurring_invoice.cancelled", &before, now).await
}
