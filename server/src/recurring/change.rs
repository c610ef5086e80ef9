//! Changing a recurring invoice.

use db::OrgTx;
use jiff::Timestamp;

use super::{
    RecurringDetails, RecurringInvoice,
    create::refuse_too_many_due,
    details::Accepted,
    end::end,
    load_recurring_invoice,
    rhythm::{self, Rhythm},
    schedule_of, store,
};
use crate::{
    accounts::By,
    audit,
    checks::Checks,
    error::{Error, Result},
    ids::RecurringInvoiceId,
};

/// A recurring invoice that was changed.
#[derive(Debug)]
pub struct Changed {
    /// As it is now.
    pub invoice: RecurringInvoice,
    /// How many subscriptions fed it and feed nothing now, because its end date leaves nothing to bill.
    pub links_ended: u64,
}

/// Changes a recurring invoice as a whole; its client stays. `version` is the one that the person saw; none: whichever
/// there is. An end date that leaves no period to bill ends it and its links.
///
/// # Errors
/// When a field is refused, it was changed meanwhile, or it is over.
pub async fn change_recurring_invoice(
    tx: &mut OrgTx,
    by: &By,
    id: RecurringInvoiceId,
    version: Option<i64>,
    details: &RecurringDetails,
    now: Timestamp,
) -> Result<Changed> {
    let before = load_recurring_invoice(tx, id).await?;
    refuse_stale(&before, version)?;
    before.require_live()?;
    let accepted = details.accept(Checks::default(), before.currency)?;
    let rhythm = rhythm_after(&before, &accepted)?;
    refuse_too_many_due(tx, &accepted, rhythm, now).await?;

    store::update(tx, id, &accepted, rhythm, now).await?;
    let after = load_recurring_invoice(tx, id).await?;
    let event = audit::Event {
        by,
        action: "recurring_invoice.changed",
        subject_type: "recurring_invoice",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, Some(&before), Some(&after)).await?;
    if accepted.end_date.is_none_or(|end| end > rhythm.next) {
        return Ok(Changed {
            invoice: after,
            links_ended: 0,
        });
    }
    let links_ended = end(tx, by, &after, rhythm.next, now).await?;
    Ok(Changed {
        invoice: load_recurring_invoice(tx, id).await?,
        links_ended,
    })
}

pub(super) fn refuse_stale(it: &RecurringInvoice, version: Option<i64>) -> Result<()> {
    if version.is_none_or(|version| version == it.version) {
        return Ok(());
    }
    Err(Error::conflict(
        "changed_meanwhile",
        "This recurring invoice was changed or billed meanwhile. Load it again and repeat your change.",
    ))
}

fn rhythm_after(before: &RecurringInvoice, it: &Accepted) -> Result<Rhythm> {
    let starts_elsewhere = it.start_date != before.start_date;
    let next = it.next_invoice_date.unwrap_or(before.next_invoice_date);
    let moved = next != before.next_invoice_date;
    if let Some(billed_until) = before.billed_until {
        if starts_elsewhere {
            let message = "It has billed already. Change the next invoice date instead.";
            return Err(Error::field("start_date", message));
        }
        if next < billed_until {
            let message = format!(
                "What comes before {billed_until} has been billed. Choose that date or a later one."
            );
            return Err(Error::field("next_invoice_date", message));
        }
    } else if starts_elsewhere {
        return rhythm::begin(it.frequency, it.start_date, it.next_invoice_date)
            .map_err(Error::internal);
    }
    if !moved && it.frequency == before.frequency {
        return Ok(Rhythm {
            anchor: before.anchor_date,
            next,
        });
    }
    rhythm::go_on(schedule_of(before), it.frequency, next).map_err(Error::internal)
}
