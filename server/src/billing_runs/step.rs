//! A step of a run: the next period of some recurring invoices, everything about them in one transaction.

use billing::Period;
use db::OrgTx;
use jiff::civil::Date;

use super::{
    Occasion, PeriodBill, Skip, SkipCause,
    basis::{Basis, due_period, is_last},
};
use crate::{
    accounts::By,
    deliveries::send,
    error::{Error, Result},
    ids::{BillingRunId, InvoiceId, RecurringInvoiceId},
    invoices::{NewInvoice, find_of_periods, insert_and_issue},
    mail::Mail,
    pax8::subscriptions::mark_billed_once,
    recurring::{
        RecurringInvoice, RecurringStatus, advance, end_recurring_invoice, find_recurring_invoices,
    },
};

/// What a run knows at every step.
pub(super) struct Step<'a> {
    pub run: BillingRunId,
    pub as_of: Date,
    pub by: &'a By,
    pub occasion: Occasion,
    pub mail: Option<&'a Mail>,
}

/// What came of a step.
#[derive(Default)]
pub(super) struct Stepped {
    /// How many invoices were made.
    pub made: usize,
    /// The periods of which nothing was made.
    pub skips: Vec<Skip>,
    /// The recurring invoices of which another period is due.
    pub more: Vec<RecurringInvoiceId>,
}

/// A period that a recurring invoice is moved over.
struct Passed {
    id: RecurringInvoiceId,
    period: Period,
    /// The recurring invoice, where no period starts after this one.
    last: Option<RecurringInvoice>,
}

impl Passed {
    fn of(recurring: &RecurringInvoice, period: Period) -> Self {
        Self {
            id: recurring.id,
            period,
            last: is_last(recurring, period).then(|| recurring.clone()),
        }
    }
}

impl Step<'_> {
    /// Bills the next period of each that is due, in a writing transaction that the caller commits.
    ///
    /// The recurring invoices are read under the organization's lock, so that of any number of runs one finds a period due
    /// and the others find it billed.
    pub(super) async fn bill_next(
        &self,
        tx: &mut OrgTx,
        ids: &[RecurringInvoiceId],
    ) -> Result<Stepped> {
        let due = self.due(tx, ids).await?;
        let starts = due.iter().map(|(it, period)| (it.id, period.start));
        let billed = find_of_periods(tx, starts.collect()).await?;
        let mut stepped = Stepped::default();
        let (mut open, mut passed) = (Vec::new(), Vec::with_capacity(due.len()));
        for (recurring, period) in due {
            passed.push(Passed::of(&recurring, period));
            match billed.contains_key(&(recurring.id, period.start)) {
                false => open.push((recurring, period)),
                true => {
                    let skip = Skip::of(&recurring, period, SkipCause::AlreadyBilled);
                    stepped.skips.push(skip);
                }
            }
        }
        let (bills, empty) = self.bills(tx, open).await?;
        stepped.made = bills.len();
        stepped.skips.extend(empty);
        self.make(tx, bills).await?;
        stepped.more = self.move_on(tx, passed).await?;
        Ok(stepped)
    }

    /// Those that are due, with their periods. One whose end leaves nothing to bill is ended.
    async fn due(
        &self,
        tx: &mut OrgTx,
        ids: &[RecurringInvoiceId],
    ) -> Result<Vec<(RecurringInvoice, Period)>> {
        let mut found = find_recurring_invoices(tx, ids).await?;
        let mut due = Vec::new();
        for id in ids {
            let it = found.remove(id);
            let it = it.ok_or(Error::NotFound("recurring invoice"))?;
            if it.status != RecurringStatus::Active || it.next_invoice_date > self.as_of {
                continue;
            }
            match due_period(&it, self.as_of)? {
                Some(period) => due.push((it, period)),
                None => self.end(tx, &it, it.next_invoice_date).await?,
            }
        }
        Ok(due)
    }

    /// The bills for these periods, and those that there is nothing to bill for.
    async fn bills(
        &self,
        tx: &mut OrgTx,
        due: Vec<(RecurringInvoice, Period)>,
    ) -> Result<(Vec<PeriodBill>, Vec<Skip>)> {
        let (recurring, periods): (Vec<_>, Vec<_>) = due.into_iter().unzip();
        let bases = Basis::load_all(tx, recurring, None, self.occasion).await?;
        let (mut bills, mut empty) = (Vec::new(), Vec::new());
        for (basis, period) in bases.iter().zip(periods) {
            let bill = basis.bill(period)?;
            if bill.is_empty() {
                let cause = SkipCause::NothingToBill;
                empty.push(Skip::of(&basis.recurring, period, cause));
            } else {
                bills.push(bill);
            }
        }
        Ok((bills, empty))
    }

    /// Makes invoices of bills, issues those that nobody has to look at, and sends those that go out by themselves.
    async fn make(&self, tx: &mut OrgTx, bills: Vec<PeriodBill>) -> Result<()> {
        let now = self.occasion.now;
        let (mut once, mut sent) = (Vec::new(), Vec::new());
        let mut news: Vec<(InvoiceId, NewInvoice)> = Vec::with_capacity(bills.len());
        for bill in bills {
            let id = InvoiceId::new();
            once.extend(bill.billed_once(id));
            sent.extend(bill.send_to.clone().map(|to| (id, to)));
            news.push((id, bill.into_invoice(Some(self.run))));
        }
        insert_and_issue(tx, self.by, &news, now).await?;
        mark_billed_once(tx, once).await?;
        for (id, to) in sent {
            send(tx, self.by, self.mail, id, Some(&to), now).await?;
        }
        Ok(())
    }

    /// Moves each over its period, or ends it after its last one; those of which another period is due.
    async fn move_on(
        &self,
        tx: &mut OrgTx,
        passed: Vec<Passed>,
    ) -> Result<Vec<RecurringInvoiceId>> {
        let (last, others): (Vec<_>, Vec<_>) = passed.into_iter().partition(|it| it.last.is_some());
        for it in last {
            if let Some(recurring) = it.last {
                self.end(tx, &recurring, it.period.end).await?;
            }
        }
        let until = others.iter().map(|it| (it.id, it.period.end)).collect();
        advance(tx, until).await?;
        let more = others.iter().filter(|it| it.period.end <= self.as_of);
        Ok(more.map(|it| it.id).collect())
    }

    async fn end(&self, tx: &mut OrgTx, it: &RecurringInvoice, until: Date) -> Result<()> {
        end_recurring_invoice(tx, self.by, it, until, self.occasion.now).await?;
        Ok(())
    }
}
