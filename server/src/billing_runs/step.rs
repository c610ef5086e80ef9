//! One period of one recurring invoice: everything about it in one transaction.

use db::OrgTx;
use jiff::civil::Date;

use super::{
    Occasion, PeriodBill, Skip, SkipCause,
    basis::{Basis, due_period, is_last},
};
use crate::{
    accounts::By,
    deliveries::send,
    error::Result,
    ids::{BillingRunId, InvoiceId, RecurringInvoiceId},
    invoices::{find_of_period, insert_draft, issue},
    mail::Mail,
    pax8::subscriptions::mark_billed_once,
    recurring::{RecurringStatus, advance, end_recurring_invoice, load_recurring_invoice},
};

/// What a run knows at every step.
pub(super) struct Step<'a> {
    pub run: BillingRunId,
    pub as_of: Date,
    pub by: &'a By,
    pub occasion: Occasion,
    pub mail: Option<&'a Mail>,
}

/// What came of a period.
pub(super) struct Stepped {
    pub came: Came,
    /// Whether another period is due.
    pub more: bool,
}

/// What there was to make.
pub(super) enum Came {
    /// An invoice.
    Made,
    /// Nothing, although a period was due.
    Skipped(Skip),
    /// No period was due.
    NotDue,
}

const NOT_DUE: Stepped = Stepped {
    came: Came::NotDue,
    more: false,
};

impl Step<'_> {
    /// Bills the next period that is due, in a writing transaction that the caller commits.
    ///
    /// The recurring invoice is read under the organization's lock, so that of any number of runs one finds the period due
    /// and the others find it billed.
    pub(super) async fn bill_next(
        &self,
        tx: &mut OrgTx,
        id: RecurringInvoiceId,
    ) -> Result<Stepped> {
        let recurring = load_recurring_invoice(tx, id).await?;
        if recurring.status != RecurringStatus::Active || recurring.next_invoice_date > self.as_of {
            return Ok(NOT_DUE);
        }
        let Some(period) = due_period(&recurring, self.as_of)? else {
            end_recurring_invoice(
                tx,
                self.by,
                &recurring,
                recurring.next_invoice_date,
                self.occasion.now,
            )
            .await?;
            return Ok(NOT_DUE);
        };
        let came = if find_of_period(tx, id, period).await?.is_some() {
            Came::Skipped(Skip::of(&recurring, period, SkipCause::AlreadyBilled))
        } else {
            let bill = Basis::load(tx, recurring.clone(), None, self.occasion)
                .await?
                .bill(period)?;
            if bill.is_empty() {
                Came::Skipped(Skip::of(&recurring, period, SkipCause::NothingToBill))
            } else {
                self.make(tx, bill).await?;
                Came::Made
            }
        };
        let last = is_last(&recurring, period);
        if last {
            end_recurring_invoice(tx, self.by, &recurring, period.end, self.occasion.now).await?;
        } else {
            advance(tx, id, period.end).await?;
        }
        let more = !last && period.end <= self.as_of;
        Ok(Stepped { came, more })
    }

    async fn make(&self, tx: &mut OrgTx, bill: PeriodBill) -> Result<InvoiceId> {
        let once = bill.billed_once();
        let (waits, send_to) = (!bill.review.is_empty(), bill.send_to.clone());
        let now = self.occasion.now;
        let id = insert_draft(tx, bill.into_draft(Some(self.run)), now).await?;
        mark_billed_once(tx, id, &once).await?;
        if !waits {
            issue(tx, self.by, id, None, now).await?;
        }
        if let Some(to) = send_to {
            send(tx, self.by, self.mail, id, Some(&to), now).await?;
        }
        Ok(id)
    }
}
