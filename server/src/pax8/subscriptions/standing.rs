//! Whether a subscription will be on its client's next invoice, told by the very code that makes the invoice.

use billing::{HoldReason, InvoiceInput, LinkedSubscription, Period, SkipReason, assemble};
use db::OrgTx;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Serialize, Serializer};

use super::{Attention, Decided, LinkedRecurring, MappedClient, Subscription};
use crate::{
    error::{Error, Result},
    http::filters,
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
    #[schema(value_type = Option<String>)]
    pub reason: Option<StandingReason>,
}

/// Why a subscription stands as it does. Prints as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StandingReason {
    /// A person has to look.
    Held(HoldReason),
    /// It is rightly not charged, or not yet.
    Skipped(SkipReason),
    /// Something beside the subscription itself.
    Other(String),
}

impl StandingReason {
    /// The reason as pages tell it, with what can be done about it.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Held(reason) => told_hold(reason),
            Self::Skipped(reason) => reason.sentence(filters::day),
            Self::Other(text) => text.clone(),
        }
    }
}

/// Why something is held, as pages tell it, with what can be done about it.
#[must_use]
pub fn told_hold(reason: &HoldReason) -> String {
    format!("{} {}", reason.sentence(filters::day), reason.advice())
}

impl std::fmt::Display for StandingReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Held(reason) => reason.fmt(f),
            Self::Skipped(reason) => reason.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl Serialize for StandingReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
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
    fn new(state: BillingState, reason: Option<StandingReason>) -> Self {
        Self { state, reason }
    }

    fn held(reason: HoldReason) -> Self {
        Self::new(BillingState::Held, Some(StandingReason::Held(reason)))
    }

    /// Why it is held, as pages tell it; none where it is not.
    #[must_use]
    pub fn hold(&self) -> Option<String> {
        let held = self.state == BillingState::Held;
        let reason = self.reason.as_ref().filter(|_| held);
        reason.map(StandingReason::told)
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
            let reason = StandingReason::Other(reason);
            return BillingStanding::new(S::NotBillable, Some(reason));
        }
        let Some(client) = &self.client else {
            // A mapping that ends takes the links along, so it came here from a company that is mapped.
            let missing = self.missing_on(&circumstances.timezone);
            let reason = missing.map(|since| HoldReason::Missing { since });
            return BillingStanding::held(reason.unwrap_or(HoldReason::Moved));
        };
        match self.on_next_invoice(invoice, client, circumstances) {
            Ok(standing) => standing,
            Err(error) => {
                let reason = StandingReason::Other(error.to_string());
                BillingStanding::new(S::Held, Some(reason))
            }
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
            return Ok(BillingStanding::held(held.reason.clone()));
        }
        Ok(match assembled.skipped.first() {
            Some(skipped) => {
                let state = match skipped.reason {
                    SkipReason::RenewsLater { .. } => S::Billable,
                    _ => S::NotBillable,
                };
                let reason = StandingReason::Skipped(skipped.reason.clone());
                BillingStanding::new(state, Some(reason))
            }
            None => BillingStanding::new(S::Billable, None),
        })
    }

    fn missing_on(&self, timezone: &TimeZone) -> Option<Date> {
        let since = self.missing_since?;
        Some(since.to_zoned_datetime(timezone.clone()).date())
    }

    /// The subscription as the rules of billing want it.
    #[must_use]
    pub fn billing_input(&self, timezone: &TimeZone) -> LinkedSubscription {
        let missing_since = self.missing_on(timezone);
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
            invoiced: billing::Invoiced::default(),
            quantity_changes: Vec::new(),
            linked_from: self.settings.linked_from,
            trial_until: None,
            missing_since,
            moved: self.attention == Some(Attention::Moved) || self.is_linked_to_stranger(),
            product_changed: self.attention == Some(Attention::ProductChanged),
            decided: billing::Decided {
                in_status: Decided::about(
                    self.settings.billed_in_status.as_ref(),
                    Some(&self.status_text().to_owned()),
                ),
                while_missing: Decided::about(
                    self.settings.billed_while_missing.as_ref(),
                    self.missing_since.as_ref(),
                ),
            },
            taxable: true,
            seen_at: Some(self.seen_at.to_string()),
            seen_on: Some(self.seen_at.to_zoned_datetime(timezone.clone()).date()),
            confirmed_on: None,
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
        line_text: None,
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
