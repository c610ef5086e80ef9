//! The invoice that a run on a given day would make.

use db::OrgTx;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Occasion, PeriodBill,
    dry_run::look_ahead,
    run::{check_rehearsal, today},
};
use crate::{
    accounts::Costs,
    error::{Error, Result},
    ids::RecurringInvoiceId,
    invoices::{
        ClientRef, HeldBody, InvoiceStatus, LineBody, PeriodBody, RecurringRef, ReviewReason,
        SkippedBody, TaxBody, lines,
    },
    recurring::{RecurringStatus, foresee_resumption, load_recurring_invoice},
};

/// The invoice that a run would make.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The day of the run.
    pub date: Date,
    /// The invoice; of several that are due on that day, the last.
    pub bill: PeriodBill,
    /// How many invoices the run would make before it, for periods that are due earlier.
    pub before: usize,
    /// Whether it is paused: then no run makes the invoice until it is resumed, and this is what would come first if that were
    /// today.
    pub paused: bool,
}

/// Computes the invoice that a run on a day would make; nothing is written. Without a day: on the next invoice date.
///
/// # Errors
/// When there is no such recurring invoice, it is over, or nothing is due on that day.
pub async fn preview(
    tx: &mut OrgTx,
    id: RecurringInvoiceId,
    date: Option<Date>,
    occasion: Occasion,
) -> Result<Preview> {
    let mut recurring = load_recurring_invoice(tx, id).await?;
    recurring.require_live()?;
    let today = today(tx, occasion.now).await?;
    let paused = recurring.status == RecurringStatus::Paused;
    if paused {
        // No run makes anything of it now; resumed today it would go on there.
        recurring.next_invoice_date = foresee_resumption(&recurring, today)?.0;
    }
    let next = recurring.next_invoice_date;
    let date = date.unwrap_or(next);
    if date < next {
        return Err(Error::field(
            "date",
            format!("Nothing is due before {next}."),
        ));
    }
    check_rehearsal("date", date, today.max(next))?;
    let mut prospects = look_ahead(tx, recurring, date, occasion).await?;
    let last = prospects.pop().and_then(|prospect| prospect.bill);
    let bill = last.ok_or_else(|| {
        Error::field(
            "date",
            "No invoice is made on this date: the last period is billed.",
        )
    })?;
    let made = |bill: Option<&PeriodBill>| bill.is_some_and(|bill| !bill.is_empty());
    let before = prospects
        .iter()
        .filter(|prospect| made(prospect.bill.as_ref()))
        .count();
    Ok(Preview {
        date,
        bill,
        before,
        paused,
    })
}

/// The invoice that a run would make, as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewBody {
    /// The day of the run.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Whether a run makes an invoice: not if it has neither lines nor anything held, and not while it is paused.
    pub made: bool,
    /// How many invoices the run would make before this one, for periods due earlier.
    pub earlier_invoices: usize,
    /// How the invoice would stand after the run.
    pub status: InvoiceStatus,
    /// Whether a person would have to look before it goes out.
    pub needs_review: bool,
    /// Why.
    pub review_reasons: Vec<ReviewReason>,
    /// Whom it would be sent to by itself as it is issued; null: to nobody.
    pub send_to: Option<String>,
    /// Who pays.
    pub client: ClientRef,
    /// What it is made from.
    pub recurring_invoice: RecurringRef,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// The days it covers.
    pub period: PeriodBody,
    /// The lines, in the order printed.
    pub lines: Vec<LineBody>,
    /// The sum of the lines.
    pub subtotal: String,
    /// Each tax.
    pub taxes: Vec<TaxBody>,
    /// The sum of the taxes.
    pub tax: String,
    /// Subtotal and taxes.
    pub total: String,
    /// What would be to pay.
    pub balance: String,
    /// Linked subscriptions that wait for a person.
    pub held: Vec<HeldBody>,
    /// Linked subscriptions that are rightly not on it.
    pub skipped: Vec<SkippedBody>,
}

impl Preview {
    /// The preview as the API shows it.
    ///
    /// # Errors
    /// When an amount is out of range.
    pub fn body(&self, costs: Costs) -> Result<PreviewBody> {
        let (bill, assembled) = (&self.bill, &self.bill.assembled);
        let invoice_lines: Vec<_> = assembled.lines.iter().cloned().map(Into::into).collect();
        Ok(PreviewBody {
            date: self.date,
            made: !bill.is_empty() && !self.paused,
            earlier_invoices: self.before,
            status: if bill.review.is_empty() {
                InvoiceStatus::Issued
            } else {
                InvoiceStatus::Draft
            },
            needs_review: !bill.review.is_empty(),
            review_reasons: bill.review.clone(),
            send_to: bill.send_to.clone(),
            client: ClientRef {
                id: bill.client.id,
                name: bill.client.name.clone(),
            },
            recurring_invoice: RecurringRef {
                id: bill.origin.recurring_invoice,
                name: bill.origin.name.clone(),
            },
            currency: bill.client.currency.code().to_owned(),
            period: bill.period.into(),
            lines: lines(&invoice_lines, costs)?,
            subtotal: assembled.subtotal.to_string(),
            taxes: assembled.tax.iter().map(TaxBody::from).collect(),
            tax: bill.tax()?.to_string(),
            total: assembled.total.to_string(),
            balance: assembled.total.to_string(),
            held: bill.held().iter().map(HeldBody::from).collect(),
            skipped: bill.skipped().iter().map(SkippedBody::from).collect(),
        })
    }
}
