//! Which invoices a list shows.

use db::{Value, args};
use jiff::civil::Date;

use super::{InvoiceKind, InvoiceStatus};
use crate::{
    ids::{ClientId, InvoiceId},
    like,
};

/// What the status filter says for drafts that need review.
pub const REVIEW: &str = "review";
/// What the status filter says for invoices that are past due.
pub const OVERDUE: &str = "overdue";

/// Which invoices a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this client's.
    pub client: Option<ClientId>,
    /// Only those that stand there.
    pub status: Option<InvoiceStatus>,
    /// Only those that a person has to look at.
    pub needs_review: bool,
    /// Only those whose number or client's name contains this.
    pub search: Option<String>,
    /// Only those that are past due on this day.
    pub overdue_on: Option<Date>,
    /// Only invoices, or only credit notes.
    pub kind: Option<InvoiceKind>,
    /// Only the credit notes of this invoice.
    pub corrects: Option<InvoiceId>,
}

/// The filter as a condition, with its values from `$2` to `$8`.
macro_rules! filtered {
    () => {
        "organization_id = $1
        and (cast($2 as text) is null or client_id = $2)
        and (cast($3 as text) is null or status = $3)
        and (needs_review or not $4)
        and (cast($5 as text) is null or search_text like $5 escape '\\')
        and (cast($6 as text) is null
            or due_date < $6 and status in ('issued', 'partially_paid') and total_minor > paid_minor)
        and (cast($7 as text) is null or $7 = case when corrects_id is null then 'invoice' else 'credit_note' end)
        and (cast($8 as text) is null or corrects_id = $8)"
    };
}
pub(super) use filtered;

impl Filter {
    /// With what a list's status filter names: a status, [`REVIEW`], or [`OVERDUE`] as of today. None: no such name.
    #[must_use]
    pub fn with_status(self, name: &str, today: Date) -> Option<Self> {
        match name {
            REVIEW => Some(Self {
                status: Some(InvoiceStatus::Draft),
                needs_review: true,
                ..self
            }),
            OVERDUE => Some(Self {
                overdue_on: Some(today),
                ..self
            }),
            name => Some(Self {
                status: Some(InvoiceStatus::parse(name)?),
                ..self
            }),
        }
    }

    pub(super) fn args(&self) -> Vec<Value> {
        args![
            self.client,
            self.status.map(InvoiceStatus::as_str),
            self.needs_review,
            self.search.as_deref().and_then(like::containing),
            self.overdue_on,
            self.kind.map(InvoiceKind::as_str),
            self.corrects,
        ]
    }
}
