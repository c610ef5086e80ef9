//! What a period's bill is computed from: the recurring invoice, its client, the organization and what is linked.

use billing::{
    InvoiceInput, LineSource, LinkedSubscription, ManualLine, Period, Proration, TaxRate, assemble,
};
use db::OrgTx;
use jiff::civil::Date;
use money::Currency;

use super::{Occasion, PeriodBill};
use crate::{
    clients::{Client, load_client},
    deliveries::can_be_sent_to,
    error::{Error, Result},
    ids::InvoiceId,
    invoices::{
        Invoice, Origin, PrintOptions, ReviewReason, SellerSnapshot, invoiced_of_recurring,
        invoiced_of_subscription,
    },
    organizations::{Organization, list_tax_rates, load_organization},
    pax8::{
        connection::{data_is_stale, find_connection},
        subscriptions::{add_past, linked_subscriptions, once_linked},
    },
    recurring::{RecurringInvoice, schedule_of},
};

/// Everything that bills of a recurring invoice are computed from, as it is in one transaction.
pub(super) struct Basis {
    pub recurring: RecurringInvoice,
    client: Client,
    organization: Organization,
    tax_rates: Vec<TaxRate>,
    linked: Vec<LinkedSubscription>,
    data_is_stale: bool,
    sends_mail: bool,
}

/// The bill of a recurring invoice for a period: the code behind preview, dry run and run.
///
/// # Errors
/// When a figure is out of range.
pub async fn assemble_period(
    tx: &mut OrgTx,
    recurring: &RecurringInvoice,
    period: Period,
    occasion: Occasion,
) -> Result<PeriodBill> {
    Basis::load(tx, recurring.clone(), None, occasion)
        .await?
        .bill(period)
}

/// The period that is to be billed next, if it is due on a day.
///
/// # Errors
/// When a date lies beyond the calendar.
pub(super) fn due_period(recurring: &RecurringInvoice, as_of: Date) -> Result<Option<Period>> {
    let mut due = schedule_of(recurring)
        .periods_due(recurring.next_invoice_date, as_of, recurring.end_date)
        .map_err(Error::internal)?;
    Ok(due.next())
}

/// Whether no period starts after this one.
pub(super) fn is_last(recurring: &RecurringInvoice, period: Period) -> bool {
    recurring.end_date.is_some_and(|end| period.end >= end)
}

impl Basis {
    /// Reads it all. What `except` charges is to be charged again: it is the draft that is computed anew.
    pub(super) async fn load(
        tx: &mut OrgTx,
        recurring: RecurringInvoice,
        except: Option<InvoiceId>,
        occasion: Occasion,
    ) -> Result<Self> {
        let Occasion { now, sends_mail } = occasion;
        let client = load_client(tx, recurring.client_id).await?;
        let organization = load_organization(tx).await?;
        let tax_rates = list_tax_rates(tx).await?;
        let mut linked = linked_subscriptions(tx, recurring.id).await?;
        let mut invoiced = invoiced_of_recurring(tx, recurring.id, client.id, except).await?;
        let confirmed_on = confirmed_on(tx, &organization).await?;
        for subscription in &mut linked {
            subscription.invoiced = invoiced.remove(&subscription.id).unwrap_or_default();
            // A sync does not confirm what it did not find.
            subscription.confirmed_on =
                confirmed_on.filter(|_| subscription.missing_since.is_none());
        }
        add_past(tx, &mut linked, &organization.timezone).await?;
        let data_is_stale = !linked.is_empty() && data_is_stale(tx, now).await?;
        Ok(Self {
            recurring,
            client,
            organization,
            tax_rates,
            linked,
            data_is_stale,
            sends_mail,
        })
    }

    /// Reads it all for an invoice that was made before and is to be computed anew. Where its recurring invoice is over its
    /// links have ended, but what was on the invoice still belongs to it.
    pub(super) async fn of_invoice(
        tx: &mut OrgTx,
        recurring: RecurringInvoice,
        invoice: &Invoice,
        occasion: Occasion,
    ) -> Result<Self> {
        let (over, now) = (!recurring.status.is_live(), occasion.now);
        let mut basis = Self::load(tx, recurring, Some(invoice.id), occasion).await?;
        if over {
            let mut unlinked = once_linked(tx, invoice.subscriptions()).await?;
            add_past(tx, &mut unlinked, &basis.organization.timezone).await?;
            for mut subscription in unlinked {
                let (id, client) = (&subscription.id, basis.client.id);
                subscription.invoiced =
                    invoiced_of_subscription(tx, id, client, Some(invoice.id)).await?;
                let confirmed = confirmed_on(tx, &basis.organization).await?;
                subscription.confirmed_on =
                    confirmed.filter(|_| subscription.missing_since.is_none());
                basis.linked.push(subscription);
            }
            basis.data_is_stale = !basis.linked.is_empty() && data_is_stale(tx, now).await?;
        }
        Ok(basis)
    }

    /// The currency it is billed in.
    pub(super) fn currency(&self) -> Currency {
        self.client.currency
    }

    /// The bill for a period.
    pub(super) fn bill(&self, period: Period) -> Result<PeriodBill> {
        self.bill_from(period, self.first_from(period)?)
    }

    /// The bill for a period, with the days before it from `first_from` on.
    pub(super) fn bill_from(&self, period: Period, first_from: Option<Date>) -> Result<PeriodBill> {
        let assembled = assemble(&self.input(period, first_from)?).map_err(out_of_range)?;
        let mut review = Vec::new();
        if assembled.needs_review() {
            review.push(ReviewReason::Held);
        }
        if self.recurring.review_first {
            review.push(ReviewReason::ReviewFirst);
        }
        if assembled.total.is_negative() {
            review.push(ReviewReason::NegativeTotal);
        }
        let send_to = can_be_sent_to(self.client.email.as_deref());
        if self.recurring.auto_send && !self.sends_mail {
            review.push(ReviewReason::MailNotConfigured);
        } else if self.recurring.auto_send && send_to.is_none() {
            review.push(ReviewReason::NoAddress);
        }
        let goes_out = self.recurring.auto_send && review.is_empty();
        Ok(PeriodBill {
            client: self.client.clone(),
            seller: seller(&self.organization),
            origin: Origin {
                recurring_invoice: self.recurring.id,
                name: self.recurring.name.clone(),
            },
            period,
            first_from,
            assembled,
            review,
            send_to: send_to.filter(|_| goes_out).map(|to| to.to_string()),
        })
    }

    /// Goes on to the period after one that was billed, without the database: the dry run's way of advancing.
    pub(super) fn pass(&mut self, period: Period, billed: Option<&PeriodBill>) -> Result<()> {
        self.recurring.next_invoice_date = period.end;
        self.recurring.billed_until = Some(period.end);
        for id in billed
            .into_iter()
            .flat_map(|bill| bill.assembled.billed_once())
        {
            let linked = self.linked.iter_mut().filter(|linked| linked.id == id);
            linked.for_each(|linked| linked.one_time_billed = true);
        }
        for line in billed.into_iter().flat_map(|bill| &bill.assembled.lines) {
            let LineSource::Pax8 { subscription_id } = &line.source else {
                continue;
            };
            let linked = self.linked.iter_mut().find(|it| it.id == *subscription_id);
            if let Some(it) = linked {
                it.invoiced.add(&line.explanation, true)?;
            }
        }
        Ok(())
    }

    fn input(&self, period: Period, first_from: Option<Date>) -> Result<InvoiceInput> {
        let schedule = schedule_of(&self.recurring)
            .resumed_at(period.start)
            .map_err(Error::internal)?;
        let is_first = first_from == Some(self.recurring.start_date);
        let lines = self.recurring.lines.iter().map(|line| ManualLine {
            description: line.description.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            taxable: line.taxable,
        });
        Ok(InvoiceInput {
            currency: self.client.currency,
            period,
            schedule,
            manual_lines: lines.collect(),
            subscriptions: self.linked.clone(),
            data_is_stale: self.data_is_stale,
            tax_rates: self.tax_rates.clone(),
            tax_exempt: self.client.tax_exempt,
            line_text: self.organization.lines.text.clone(),
            proration: Proration {
                first_from: first_from.filter(|_| is_first),
                transition_from: first_from.filter(|_| !is_first),
                changes: self.recurring.prorate_changes,
                basis: self.organization.lines.proration_basis,
            },
        })
    }

    /// The day from which on the days before a period are charged with it: the start of a recurring invoice that lies before
    /// its first period, if that is asked for; or the end of what was billed, if the next invoice date was moved since by less
    /// than a period.
    fn first_from(&self, period: Period) -> Result<Option<Date>> {
        let it = &self.recurring;
        let Some(until) = it.billed_until else {
            let start = Some(it.start_date).filter(|start| *start < period.start);
            return Ok(start.filter(|_| it.prorate_first));
        };
        let last_day = period.start.yesterday().map_err(Error::internal)?;
        let before = schedule_of(it)
            .resumed_at(period.start)
            .and_then(|schedule| schedule.period_containing(last_day))
            .map_err(Error::internal)?;
        Ok(Some(until).filter(|until| before.start < *until && *until < period.start))
    }
}

/// The day of the last complete sync, where the organization is.
async fn confirmed_on(tx: &mut OrgTx, organization: &Organization) -> Result<Option<Date>> {
    let at = find_connection(tx).await?.and_then(|it| it.last_sync_at);
    let zone = &organization.timezone;
    Ok(at.map(|at| at.to_zoned_datetime(zone.clone()).date()))
}

fn seller(organization: &Organization) -> SellerSnapshot {
    SellerSnapshot {
        name: organization.name.clone(),
        address: organization.address.clone(),
        email: organization.email.clone(),
        tax_id: organization.tax_id.clone(),
        page_size: organization.page_size.clone(),
        print: PrintOptions {
            zero_lines: organization.lines.print_zero,
            group: organization.lines.group,
        },
    }
}

fn out_of_range(error: billing::BillingError) -> Error {
    match error {
        billing::BillingError::Money(error) => error.into(),
        billing::BillingError::Date(error) => {
            Error::refused("date_out_of_range", error.to_string())
        }
    }
}
