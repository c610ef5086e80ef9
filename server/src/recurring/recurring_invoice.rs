//! What a recurring invoice is, and which moves between its statuses are legal.

use billing::{Frequency, Schedule};
use jiff::{Timestamp, civil::Date};
use money::{Amount, Currency, Decimal};
use serde::Serialize;
use utoipa::ToSchema;

use super::rhythm;
use crate::{
    error::{Error, Result},
    ids::{ClientId, RecurringInvoiceId, RecurringLineId},
};

/// What a client is billed on a rhythm.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecurringInvoice {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RecurringInvoiceId,
    /// Whom it bills; for good.
    #[schema(value_type = String)]
    pub client_id: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's currency, in which its prices are.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Its name.
    pub name: String,
    /// How long a period is.
    #[schema(value_type = String, example = "monthly")]
    pub frequency: Frequency,
    /// The first day it may bill.
    #[schema(value_type = String, format = Date)]
    pub start_date: Date,
    /// The first day on which no period starts any more; none: it goes on.
    #[schema(value_type = Option<String>, format = Date)]
    pub end_date: Option<Date>,
    /// The date from which all periods are counted, so that the 31st survives short months.
    #[schema(value_type = String, format = Date)]
    pub anchor_date: Date,
    /// The start of the next period to be billed.
    #[schema(value_type = String, format = Date)]
    pub next_invoice_date: Date,
    /// The end of the last period that a billing run went through; none: no run yet. No period starts before it again.
    #[schema(value_type = Option<String>, format = Date)]
    pub billed_until: Option<Date>,
    /// Whether it bills.
    pub status: RecurringStatus,
    /// Its invoices are made as drafts and wait.
    pub review_first: bool,
    /// Its invoices go to the client by e-mail as a billing run issues them; what needs review waits as a draft.
    pub auto_send: bool,
    /// The first invoice adds the days from the start date to the first period, where it starts between two.
    pub prorate_first: bool,
    /// Seat changes within a period get a line of their own on the next invoice.
    pub prorate_changes: bool,
    /// Its hand-made lines, in order.
    pub lines: Vec<RecurringLine>,
    /// What the hand-made lines come to, a period.
    #[serde(serialize_with = "crate::recurring::as_decimal")]
    #[schema(value_type = String)]
    pub lines_total: Amount,
    /// Raised by every change and every period billed.
    pub version: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A line that somebody wrote.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecurringLine {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RecurringLineId,
    /// As printed.
    pub description: String,
    /// How many; negative for a credit.
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// In the client's currency; negative for a discount.
    #[schema(value_type = String)]
    pub unit_price: Decimal,
    /// Whether tax is charged on it.
    pub taxable: bool,
}

/// Whether a recurring invoice bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecurringStatus {
    /// Bills on its dates.
    Active,
    /// Bills nothing until it is resumed; periods that start meanwhile are left out.
    Paused,
    /// Stopped by a person, for good.
    Cancelled,
    /// Came to its end date.
    Ended,
}

impl RecurringStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Cancelled, Self::Ended];

    /// Its name in the database and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether it bills, or will when it is resumed.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Paused)
    }
}

impl RecurringInvoice {
    /// Goes on only if it bills or will bill again.
    ///
    /// # Errors
    /// When it was cancelled or has ended.
    pub fn require_live(&self) -> Result<()> {
        if self.status.is_live() {
            return Ok(());
        }
        let how = if self.status == RecurringStatus::Cancelled {
            "was cancelled"
        } else {
            "has come to its end date"
        };
        Err(Error::conflict(
            "recurring_invoice_over",
            format!("This recurring invoice {how}. Make a new one instead."),
        ))
    }
}

/// The periods of a recurring invoice.
#[must_use]
pub fn schedule_of(invoice: &RecurringInvoice) -> Schedule {
    Schedule {
        anchor: invoice.anchor_date,
        frequency: invoice.frequency,
    }
}

/// How many invoices a billing run today would make, counted up to a limit.
///
/// # Errors
/// At the end of the calendar.
pub fn count_periods_due(it: &RecurringInvoice, today: Date) -> Result<usize> {
    if it.status != RecurringStatus::Active {
        return Ok(0);
    }
    rhythm::periods_due(schedule_of(it), it.next_invoice_date, today, it.end_date)
        .map_err(Error::internal)
}
