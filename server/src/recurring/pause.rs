//! Pausing a recurring invoice, and going on.

use db::OrgTx;
use jiff::{Timestamp, civil::Date};

use super::{
    RecurringInvoice, RecurringStatus, create::today, load_recurring_invoice, rhythm, schedule_of,
    store,
};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::RecurringInvoiceId,
};

/// What resuming did.
#[derive(Debug)]
pub struct Resumed {
    /// The recurring invoice, active again.
    pub invoice: RecurringInvoice,
    /// Periods that started before today and were not billed.
    pub left_out: usize,
}

/// Pauses a recurring invoice. Doing so again changes nothing.
///
/// # Errors
/// When it is over.
pub async fn pause_recurring_invoice(
    tx: &mut OrgTx,
    by: &By,
    id: RecurringInvoiceId,
    now: Timestamp,
) -> Result<RecurringInvoice> {
    let before = load_recurring_invoice(tx, id).await?;
    before.require_live()?;
    if before.status == RecurringStatus::Paused {
        return Ok(before);
    }
    let next = before.next_invoice_date;
    store::set_status(tx, id, RecurringStatus::Paused, next, now).await?;
    record(tx, by, "recurring_invoice.paused", &before, now).await
}

/// Resumes a paused recurring invoice at the first of its periods that starts today or later. Doing so again changes
/// nothing.
///
/// # Errors
/// When it is over, or its end date leaves nothing to bill.
pub async fn resume_recurring_invoice(
    tx: &mut OrgTx,
    by: &By,
    id: RecurringInvoiceId,
    now: Timestamp,
) -> Result<Resumed> {
    let before = load_recurring_invoice(tx, id).await?;
    before.require_live()?;
    if before.status == RecurringStatus::Active {
        return Ok(Resumed {
            invoice: before,
            left_out: 0,
        });
    }
    let (next, left_out) = foresee_resumption(&before, today(tx, now).await?)?;
    store::set_status(tx, id, RecurringStatus::Active, next, now).await?;
    Ok(Resumed {
        invoice: record(tx, by, "recurring_invoice.resumed", &before, now).await?,
        left_out,
    })
}

/// Where billing would go on if it were resumed today, and how many periods would be left out.
///
/// # Errors
/// When it is over, or its end date leaves nothing to bill.
pub fn foresee_resumption(it: &RecurringInvoice, today: Date) -> Result<(Date, usize)> {
    it.require_live()?;
    let resumed =
        rhythm::resume(schedule_of(it), it.next_invoice_date, today).map_err(Error::internal)?;
    match it.end_date.filter(|end| *end <= resumed.next) {
        None => Ok((resumed.next, resumed.left_out)),
        Some(end) => Err(Error::conflict(
            "recurring_invoice_over",
            format!("Its end date, {end}, leaves nothing to bill. Change the end date first."),
        )),
    }
}

/// Writes what was done to the audit log and gives the state after it.
async fn record(
    tx: &mut OrgTx,
    by: &By,
    action: &'static str,
    before: &RecurringInvoice,
    now: Timestamp,
) -> Result<RecurringInvoice> {
    let after = load_recurring_invoice(tx, before.id).await?;
    let event = audit::Event {
        by,
        action,
        subject_type: "recurring_invoice",
        subject_id: before.id.to_string(),
    };
    audit::record(tx, event, now, Some(before), Some(&after)).await?;
    Ok(after)
}
