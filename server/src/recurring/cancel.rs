//! Cancelling a recurring invoice, and what its end does to what is linked to it.

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{RecurringInvoice, RecurringStatus, load_recurring_invoice, store};
use crate::{
    accounts::By, audit, error::Result, ids::RecurringInvoiceId,
    pax8::subscriptions::end_links_of_recurring,
};

/// A recurring invoice that was cancelled.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cancelled {
    /// As it is now.
    #[serde(flatten)]
    pub invoice: RecurringInvoice,
    /// How many subscriptions fed it and feed nothing now. Their markups and override prices stay.
    pub links_ended: u64,
}

/// Cancels a recurring invoice for good and ends its links. Its invoices stay. Doing so again changes nothing.
///
/// # Errors
/// When the organization has none with this id.
pub async fn cancel_recurring_invoice(
    tx: &mut OrgTx,
    by: &By,
    id: RecurringInvoiceId,
    now: Timestamp,
) -> Result<Cancelled> {
    let before = load_recurring_invoice(tx, id).await?;
    if before.status == RecurringStatus::Cancelled {
        return Ok(Cancelled {
            invoice: before,
            links_ended: 0,
        });
    }
    let links_ended = end_links_of_recurring(tx, id).await?;
    let next = before.next_invoice_date;
    store::set_status(tx, id, RecurringStatus::Cancelled, next, now).await?;
    let after = Cancelled {
        invoice: load_recurring_invoice(tx, id).await?,
        links_ended,
    };
    let event = audit::Event {
        by,
        action: "recurring_invoice.cancelled",
        subject_type: "recurring_invoice",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, Some(&before), Some(&after)).await?;
    Ok(after)
}
