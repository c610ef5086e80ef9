//! What a period's bill is computed from: the recurring invoice, its client, the organization and what is linked.

use std::sync::Arc;

use billing::{
    InvoiceInput, LineSource, LinkedSubscription, ManualLine, Period, Proration, TaxRate, assemble,
};
use db::OrgTx;
use jiff::civil::Date;
use money::Currency;

use super::{Occasion, PeriodBill};
use crate::{
    clients::{Client, find_clients},
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
        subscriptions::{linked_subscriptions, once_linked},
    },
    recurring::{RecurringInvoice, schedule_of},
};

/// Everything that bills of a recurring invoice are computed from, as it is in one transaction.
pub(super) struct Basis {
    pub recurring: RecurringInvoice,
    client: Client,
    linked: Vec<LinkedSubscription>,
    common: Arc<Common>,
}

/// What the bills of an organization have in common.
struct Common {
    organization: Organization,
    tax_rates: Vec<TaxRate>,
    /// The day of the last complete sync, where the organization is.
    confirmed_on: Option<Date>,
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
        let loaded = Self::load_all(tx, vec![recurring], except, occasion).await?;
        let only = loaded.into_iter().next();
        only.ok_or_else(|| Error::internal("a recurring invoice without a basis"))
    }

    /// The same of many recurring invoices, in their order.
    pub(super) async fn load_all(
        tx: &mut OrgTx,
        recurring: Vec<RecurringInvoice>,
        except: Option<InvoiceId>,
        occasion: Occasion,
    ) -> Result<Vec<Self>> {
        let common = Arc::new(Common::load(tx, occasion).await?);
        let ids: Vec<_> = recurring.iter().map(|it| it.id).collect();
        let clients = find_clients(tx, recurring.iter().map(|it| it.client_id)).await?;
        let timezone = &common.organization.timezone;
        let mut linked = linked_subscriptions(tx, &ids, timezone).await?;
        let mut invoiced = invoiced_of_recurring(tx, &ids, except).await?;
        let basis = |recurring: RecurringInvoice| {
            let mut linked = linked.remove(&recurring.id).unwrap_or_default();
            for it in &mut linked {
                it.invoiced = invoiced.remove(&it.id).unwrap_or_default();
                it.confirmed_on = common.confirmed_on(it);
            }
            let client = clients.get(&recurring.client_id);
            Ok(Self {
                client: client.ok_or(Error::NotFound("client"))?.clone(),
                recurring,
                linked,
                common: common.clone(),
            })
        };
        recurring.into_iter().map(basis).collect()
    }

    /// Reads it all for an invoice that was made before and is to be computed anew. Where its recurring invoice is over its
    /// links have ended, but what was on the invoice still belongs to it.
    pub(super) async fn of_invoice(
        tx: &mut OrgTx,
        recurring: RecurringInvoice,
        invoice: &Invoice,
        occasion: Occasion,
    ) -> Result<Self> {
        let over = !recurring.status.is_live();
        let mut basis = Self::load(tx, recurring, Some(invoice.id), occasion).await?;
        if over {
            let timezone = &basis.common.organization.timezone;
            for mut it in once_linked(tx, invoice.subscriptions(), timezone).await? {
                let client = basis.client.id;
                it.invoiced =
                    invoiced_of_subscription(tx, &it.id, client, Some(invoice.id)).await?;
                it.confirmed_on = basis.common.confirmed_on(&it);
                basis.linked.push(it);
            }
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
        if self.recurring.auto_send && !self.common.sends_mail {
            review.push(ReviewReason::MailNotConfigured);
        } else if self.recurring.auto_send && send_to.is_none() {
            review.push(ReviewReason::NoAddress);
        }
        let goes_out = self.recurring.auto_send && review.is_empty();
        Ok(PeriodBill {
            client: self.client.clone(),
            seller: seller(&self.common.organization),
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
            data_is_stale: self.common.data_is_stale,
            tax_rates: self.common.tax_rates.clone(),
            tax_exempt: self.client.tax_exempt,
            line_text: self.common.organization.lines.text.clone(),
            proration: Proration {
                first_from: first_from.filter(|_| is_first),
                transition_from: first_from.filter(|_| !is_first),
                changes: self.recurring.prorate_changes,
                basis: self.common.organization.lines.proration_basis,
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

impl Common {
    async fn load(tx: &mut OrgTx, occasion: Occasion) -> Result<Self> {
        let organization = load_organization(tx).await?;
        let synced_at = find_connection(tx).await?.and_then(|it| it.last_sync_at);
        Ok(Self {
            tax_rates: list_tax_rates(tx).await?,
            confirmed_on: synced_at.map(|at| organization.today(at)),
            data_is_stale: data_is_stale(tx, occasion.now).await?,
            sends_mail: occasion.sends_mail,
            organization,
        })
    }

    /// When a subscription was last found as it is: a sync does not confirm what it did not find.
    fn confirmed_on(&self, subscription: &LinkedSubscription) -> Option<Date> {
        let found = subscription.missing_since.is_none();
        self.confirmed_on.filter(|_| found)
    }
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
