//! A billing run: what was asked for and what came of it.

use std::collections::BTreeMap;

use billing::Period;
use jiff::{Timestamp, civil::Date};
use money::{Amount, Currency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PeriodBill;
use crate::{
    accounts::By,
    error::Result,
    ids::{BillingRunId, InvoiceId},
    invoices::{
        BriefInvoice, ClientRef, InvoiceSum, PeriodBody, RecurringRef, ReviewReason, RunSum,
    },
    recurring::RecurringInvoice,
};

/// What set a run off.
#[derive(Debug, Clone)]
pub enum Trigger {
    /// A person.
    Manual(By),
    /// The clock.
    Scheduled,
    /// The command line.
    Cli,
}

impl Trigger {
    /// Its name in the database and the API.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Manual(_) => "manual",
            Self::Scheduled => "scheduled",
            Self::Cli => "cli",
        }
    }

    /// Who does what the run does.
    #[must_use]
    pub fn by(&self) -> By {
        match self {
            Self::Manual(by) => by.clone(),
            Self::Scheduled => By::job(),
            Self::Cli => By::command_line(),
        }
    }
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It waits for its turn.
    Queued,
    /// Under way.
    Running,
    /// Everything that was due was billed.
    Succeeded,
    /// Some recurring invoices failed; the others were billed.
    PartlyFailed,
    /// It was given up before it ended. What it had billed is billed; another run bills the rest.
    Interrupted,
}

impl RunStatus {
    /// Its name in the database and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::PartlyFailed => "partly_failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether nothing more comes of it.
    #[must_use]
    pub fn is_finished(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Queued,
            Self::Running,
            Self::Succeeded,
            Self::PartlyFailed,
            Self::Interrupted,
        ]
        .into_iter()
        .find(|status| status.as_str() == name)
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunProgress {
    /// How many of the recurring invoices that were due it has gone through.
    pub done: usize,
    /// How many there are; null until it begins.
    pub total: Option<usize>,
}

/// A run, as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillingRun {
    /// Its id; null for a dry run, of which nothing is kept.
    #[schema(value_type = Option<String>)]
    pub id: Option<BillingRunId>,
    /// The day whose due invoices it makes.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// `manual`, `scheduled` or `cli`.
    pub trigger: String,
    /// How it stands.
    pub status: RunStatus,
    /// How far it is.
    pub progress: RunProgress,
    /// How many invoices it made, or would make.
    pub created: usize,
    /// For how many due periods nothing was to be made.
    pub skipped: usize,
    /// Those, and why.
    pub skips: Vec<Skip>,
    /// The recurring invoices that failed, and why. Another run tries them again.
    pub failed: Vec<Failed>,
    /// The invoices it made; empty for a dry run.
    #[schema(value_type = Vec<String>)]
    pub invoice_ids: Vec<InvoiceId>,
    /// The invoices it made, or would make, in short.
    pub invoices: Vec<RunInvoice>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// When it began.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

impl BillingRun {
    /// What its invoices come to, by whether somebody has to look at them, and by currency.
    pub(super) fn sums(&self) -> Result<Vec<RunSum>> {
        let mut sums: BTreeMap<(bool, &str), InvoiceSum> = BTreeMap::new();
        for it in &self.invoices {
            let none = InvoiceSum {
                count: 0,
                total: Amount::zero(it.currency),
            };
            let of = (it.needs_review, it.currency.code());
            let sum = sums.entry(of).or_insert(none);
            sum.count += 1;
            sum.total = sum.total.checked_add(it.total)?;
        }
        let sums = sums.into_iter();
        Ok(sums
            .map(|((needs_review, _), sum)| RunSum { needs_review, sum })
            .collect())
    }
}

/// An invoice of a run, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunInvoice {
    /// Its id; null in a dry run.
    #[schema(value_type = Option<String>)]
    pub id: Option<InvoiceId>,
    /// Its number; null for a draft.
    pub number: Option<String>,
    /// What it is made from.
    pub recurring_invoice: Option<RecurringRef>,
    /// Who pays.
    pub client: ClientRef,
    /// The days it covers.
    pub period: Option<PeriodBody>,
    /// ISO 4217 code.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// What it comes to.
    #[serde(serialize_with = "as_decimal")]
    #[schema(value_type = String)]
    pub total: Amount,
    /// Whether a person has to look before it goes out.
    pub needs_review: bool,
    /// Why.
    pub review_reasons: Vec<ReviewReason>,
    /// Whom it is or would be sent to by itself; null: to nobody.
    pub send_to: Option<String>,
    /// How many linked subscriptions are held.
    pub held: usize,
}

/// A due period for which nothing was made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Skip {
    /// The recurring invoice.
    pub recurring_invoice_id: String,
    /// Its name.
    pub name: String,
    /// Its client's name.
    pub client_name: String,
    /// The period.
    #[schema(value_type = PeriodBody)]
    pub period: Period,
    /// Why nothing was made.
    pub cause: SkipCause,
}

/// Why nothing was made for a due period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipCause {
    /// It has no line, and nothing linked to it is held.
    NothingToBill,
    /// An invoice bills this period already.
    AlreadyBilled,
}

impl std::fmt::Display for SkipCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NothingToBill => "Nothing to bill",
            Self::AlreadyBilled => "Billed already",
        })
    }
}

/// A recurring invoice that failed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Failed {
    /// The recurring invoice.
    pub recurring_invoice_id: String,
    /// Its name, where it could be read.
    pub name: Option<String>,
    /// Its client's name, where it could be read.
    pub client_name: Option<String>,
    /// What went wrong, in a sentence.
    pub error: String,
}

fn as_decimal<S: serde::Serializer>(amount: &Amount, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

impl Skip {
    pub(super) fn of(recurring: &RecurringInvoice, period: Period, cause: SkipCause) -> Self {
        Self {
            recurring_invoice_id: recurring.id.to_string(),
            name: recurring.name.clone(),
            client_name: recurring.client_name.clone(),
            period,
            cause,
        }
    }
}

impl RunInvoice {
    pub(super) fn made(invoice: BriefInvoice, send_to: Option<String>) -> Self {
        Self {
            id: Some(invoice.id),
            number: invoice.number,
            recurring_invoice: invoice.origin.map(|origin| RecurringRef {
                id: origin.recurring_invoice,
                name: origin.name,
            }),
            client: ClientRef {
                id: invoice.client_id,
                name: invoice.client_name,
            },
            period: invoice.period.map(PeriodBody::from),
            currency: invoice.currency,
            total: invoice.total,
            needs_review: invoice.needs_review,
            review_reasons: invoice.review,
            send_to,
            held: invoice.held,
        }
    }

    pub(super) fn to_be_made(bill: &PeriodBill) -> Self {
        Self {
            id: None,
            number: None,
            recurring_invoice: Some(RecurringRef {
                id: bill.origin.recurring_invoice,
                name: bill.origin.name.clone(),
            }),
            client: ClientRef {
                id: bill.client.id,
                name: bill.client.name.clone(),
            },
            period: Some(bill.period.into()),
            currency: bill.client.currency,
            total: bill.assembled.total,
            needs_review: !bill.review.is_empty(),
            review_reasons: bill.review.clone(),
            send_to: bill.send_to.clone(),
            held: bill.assembled.held.len(),
        }
    }
}
