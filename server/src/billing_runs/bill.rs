//! The bill of one recurring invoice for one period, before it is stored.

use billing::{Assembled, Period};
use jiff::civil::Date;
use money::{Amount, MoneyError};

use crate::{
    clients::Client,
    ids::{BillingRunId, InvoiceId},
    invoices::{ClientSnapshot, Held, NewInvoice, Origin, ReviewReason, SellerSnapshot, Skipped},
};

/// What a recurring invoice comes to for a period.
#[derive(Debug, Clone)]
pub struct PeriodBill {
    /// Who pays.
    pub client: Client,
    /// Who is paid.
    pub seller: SellerSnapshot,
    /// The recurring invoice.
    pub origin: Origin,
    /// The days it covers.
    pub period: Period,
    /// The day from which on the days before the period are charged with it.
    pub first_from: Option<Date>,
    /// Lines, what is held and skipped, taxes and totals.
    pub assembled: Assembled,
    /// Why a person has to look before it goes out; empty: it is issued at once.
    pub review: Vec<ReviewReason>,
    /// Whom it is sent to by itself as it is issued; none: to nobody.
    pub send_to: Option<String>,
}

impl PeriodBill {
    /// Whether there is nothing to make an invoice of: no line, and nothing that waits for a person.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.assembled.lines.is_empty() && self.assembled.held.is_empty()
    }

    /// The sum of the taxes.
    ///
    /// # Errors
    /// When the amounts are out of range.
    pub fn tax(&self) -> Result<Amount, MoneyError> {
        self.assembled.total.checked_sub(self.assembled.subtotal)
    }

    /// What waits for a person.
    #[must_use]
    pub fn held(&self) -> Vec<Held> {
        self.assembled
            .held
            .iter()
            .cloned()
            .map(Into::into)
            .collect()
    }

    /// What is rightly not on it.
    #[must_use]
    pub fn skipped(&self) -> Vec<Skipped> {
        self.assembled
            .skipped
            .iter()
            .cloned()
            .map(Into::into)
            .collect()
    }

    /// The subscriptions whose prices are paid once and are on this bill, which is to become that invoice.
    pub(super) fn billed_once(&self, id: InvoiceId) -> Vec<(String, InvoiceId)> {
        let once = self.assembled.billed_once();
        once.map(|subscription| (subscription.to_owned(), id))
            .collect()
    }

    /// The invoice to be stored.
    pub(super) fn into_invoice(self, run: Option<BillingRunId>) -> NewInvoice {
        let client = self.client;
        NewInvoice {
            client_id: client.id,
            client: ClientSnapshot {
                name: client.name,
                address: client.address,
                email: client.email,
                account_reference: client.account_reference,
                tax_exempt: client.tax_exempt,
            },
            seller: self.seller,
            payment_terms_days: client.payment_terms_days,
            origin: Some(self.origin),
            correction: None,
            billing_run_id: run,
            currency: client.currency,
            period: Some(self.period),
            first_from: self.first_from,
            assembled: self.assembled,
            review: self.review,
        }
    }
}
