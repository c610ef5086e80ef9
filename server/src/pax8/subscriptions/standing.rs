//! Whether a subscription will be on its client's next invoice, told by the very code that makes the invoice.

use billing::{InvoiceInput, LinkedSubscription, Period, SkipReason, assemble};
use db::OrgTx;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{Attention, LinkedRecurring, MappedClient, Subscription};
use crate::{
    error::{Error, Result},
    organizations::load_organization,
    pax8::connection::data_is_stale,
    recurring::RecurringStatus,
};

/// What becomes of a subscription on the next invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillingState {
    /// It is charged, or will be when its term renews.
    Billable,
    /// A person has to look first.
    Held,
    /// It is rightly not charged.
    NotBillable,
    /// It feeds no recurring invoice.
    NotLinked,
}

/// What becomes of a subscription on the next invoice, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BillingStanding {
    /// What becomes of it.
    pub state: BillingState,
    /// Why, as a sentence; none where nothing needs saying.
    pub reason: Option<String>,
}

/// What standing depends on besides the subscription itself.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The organization's time zone, whose days dates are.
    pub timezone: TimeZone,
    /// Whether the last complete pull is too old to bill from.
    pub data_is_stale: bool,
}

impl Circumstances {
    /// Those of the transaction's organization.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn load(tx: &mut OrgTx, now: Timestamp) -> Result<Self> {
        Ok(Self {
            timezone: load_organization(tx).await?.timezone,
            data_is_stale: data_is_stale(tx, now).await?,
        })
    }
}

impl BillingState {
    /// Its name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Billable => "billable",
            Self::Held => "held",
            Self::NotBillable => "not_billable",
            Self::NotLinked => "not_linked",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Billable,
            Self::Held,
            Self::NotBillable,
            Self::NotLinked,
        ]
        .into_iter()
        .find(|it| it.as_str() == name)
    }
}

impl BillingStanding {
    fn new(state: BillingState, reason: Option<String>) -> Self {
        Self { state, reason }
    }
}

impl Subscription {
    /// What becomes of it on the next invoice.
    #[must_use]
    pub fn standing(&self, circumstances: &Circumstances) -> BillingStanding {
        use BillingState as S;
        let Some(invoice) = &self.recurring_invoice else {
            return BillingStanding::new(S::NotLinked, None);
        };
        if invoice.status != RecurringStatus::Active {
            let status = invoice.status.as_str();
            let reason = format!("The recurring invoice “{}” is {status}.", invoice.name);
            return BillingStanding::new(S::NotBillable, Some(reason));
        }
        let Some(client) = &self.client else {
            let reason = "The company is not mapped to a client.".to_owned();
            return BillingStanding::new(S::Held, Some(reason));
        };
        match self.on_next_invoice(invoice, client, circumstances) {
            Ok(standing) => standing,
            Err(error) => BillingStanding::new(S::Held, Some(error.to_string())),
        }
    }

    fn on_next_invoice(
        &self,
        invoice: &LinkedRecurring,
        client: &MappedClient,
        circumstances: &Circumstances,
    ) -> Result<BillingStanding> {
        use BillingState as S;
        let input = InvoiceInput {
            subscriptions: vec![self.billing_input(&circumstances.timezone)],
            data_is_stale: circumstances.data_is_stale,
            ..bare_invoice(invoice, client)?
        };
        let assembled = assemble(&input).map_err(Error::internal)?;
        if let Some(held) = assembled.held.first() {
            return Ok(BillingStanding::new(S::Held, Some(held.reason.to_string())));
        }
        Ok(match assembled.skipped.first() {
            Some(skipped) => {
                let state = match skipped.reason {
                    SkipReason::RenewsLater { .. } => S::Billable,
                    _ => S::NotBillable,
                };
                BillingStanding::new(state, Some(skipped.reason.to_string()))
            }
            None => BillingStanding::new(S::Billable, None),
        })
    }

    /// The subscription as the rules of billing want it.
    #[must_use]
    pub fn billing_input(&self, timezone: &TimeZone) -> LinkedSubscription {
        let missing_since = self
            .missing_since
            .map(|since| since.to_zoned_datetime(timezone.clone()).date());
        LinkedSubscription {
            id: self.id.to_string(),
            product: self.product_name().to_owned(),
            vendor: self.product.vendor.clone(),
            sku: self.product.sku.clone(),
            quantity: self.quantity,
            term: self.term(),
            currency: self.currency.clone(),
            partner_cost: self.partner_cost,
            price: self.price,
            pricing: self.settings.pricing,
            charge: self.settings.charge,
            status: self.status.as_deref().unwrap_or("not given").into(),
            dates: self.dates,
            one_time_billed: self.one_time_billed,
            missing_since,
            moved: self.attention == Some(Attention::Moved) || self.is_linked_to_stranger(),
            product_changed: self.attention == Some(Attention::ProductChanged),
            decided_to_bill: false,
            taxable: true,
            seen_at: Some(self.seen_at.to_string()),
            sync_id: Some(self.seen_sync_id.to_string()),
        }
    }
}

/// The next invoice with nothing on it.
pub(super) fn bare_invoice(
    invoice: &LinkedRecurring,
    client: &MappedClient,
) -> Result<InvoiceInput> {
    Ok(InvoiceInput {
        currency: client.currency,
        period: next_period(invoice)?,
        schedule: invoice.schedule,
        manual_lines: Vec::new(),
        subscriptions: Vec::new(),
        data_is_stale: false,
        tax_rates: Vec::new(),
        tax_exempt: true,
        proration: billing::Proration::default(),
    })
}

fn next_period(invoice: &LinkedRecurring) -> Result<Period> {
    let next = invoice.next_invoice_date;
    let mut due = invoice
        .schedule
        .periods_due(next, next, None)
        .map_err(Error::internal)?;
    due.next()
        .ok_or_else(|| Error::internal("no period starts on the next invoice date"))
}
