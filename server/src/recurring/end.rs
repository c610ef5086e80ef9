//! The end of a recurring invoice whose end date leaves nothing to bill.

use db::OrgTx;
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{RecurringInvoice, RecurringStatus, advance, load_recurring_invoice, store};
use crate::{accounts::By, audit, error::Result, pax8::subscriptions::end_links_of_recurring};

/// What the audit log says of the end.
#[derive(Serialize)]
struct Ended {
    #[serde(flatten)]
    invoice: RecurringInvoice,
    links_ended: u64,
}

/// Ends a recurring invoice that has billed all its periods, and its links: what fed it would otherwise look linked and be
/// billed by nobody. Tells how many there were.
///
/// # Errors
/// When the database is gone.
pub async fn end_recurring_invoice(
    tx: &mut OrgTx,
    by: &By,
    before: &RecurringInvoice,
    billed_until: Date,
    now: Timestamp,
) -> Result<u64> {
    advance(tx, vec![(before.id, billed_until)]).await?;
    end(tx, by, before, billed_until, now).await
}

/// The same where no period was billed with it.
pub(super) async fn end(
    tx: &mut OrgTx,
    by: &By,
    before: &RecurringInvoice,
    next: Date,
    now: Timestamp,
) -> Result<u64> {
    let links_ended = end_links_of_recurring(tx, before.id).await?;
    store::set_status(tx, before.id, RecurringStatus::Ended, next, now).await?;
    let after = Ended {
        invoice: load_recurring_invoice(tx, before.id).await?,
        links_ended,
    };
    let event = audit::Event {
        by,
        action: "recurring_invoice.ended",
        subject_type: "recurring_invoice",
        subject_id: before.id.to_string(),
    };
    audit::record(tx, event, now, Some(before), Some(&after)).await?;
    Ok(links_ended)
}
