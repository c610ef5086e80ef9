//! Finding recurring invoices, and moving them on as they bill.

use std::collections::HashMap;

use billing::Frequency;
use db::OrgTx;
use jiff::{Timestamp, civil::Date};

use super::{
    RecurringInvoice, RecurringStatus, count_periods_due,
    sorted::{USUAL, list_sorted},
    store,
};
use crate::{
    error::{Error, Result},
    http::{List, PageQuery},
    ids::{ClientId, RecurringInvoiceId},
};

/// Which recurring invoices a list shows.
#[derive(Debug, Clone, Default)]
pub struct ListRecurring {
    /// Part of a name, or of a client's name, reference, website or e-mail address.
    pub q: Option<String>,
    /// Only this client's.
    pub client_id: Option<ClientId>,
    /// Only those in this status.
    pub status: Option<RecurringStatus>,
    /// Only those of this rhythm.
    pub frequency: Option<Frequency>,
}

/// The recurring invoice with its lines.
///
/// # Errors
/// When the organization has none with this id.
pub async fn load_recurring_invoice(
    tx: &mut OrgTx,
    id: RecurringInvoiceId,
) -> Result<RecurringInvoice> {
    let found = find_recurring_invoice(tx, id).await?;
    found.ok_or(Error::NotFound("recurring invoice"))
}

/// The recurring invoice with its lines, if the organization has it.
///
/// # Errors
/// When the database is gone.
pub async fn find_recurring_invoice(
    tx: &mut OrgTx,
    id: RecurringInvoiceId,
) -> Result<Option<RecurringInvoice>> {
    Ok(store::find(tx, &[id]).await?.pop())
}

/// Those of these recurring invoices that the organization has, with their lines.
///
/// # Errors
/// When the database is gone.
pub async fn find_recurring_invoices(
    tx: &mut OrgTx,
    ids: &[RecurringInvoiceId],
) -> Result<HashMap<RecurringInvoiceId, RecurringInvoice>> {
    let found = store::find(tx, ids).await?;
    Ok(found.into_iter().map(|it| (it.id, it)).collect())
}

/// A page of recurring invoices, the earliest next date first.
///
/// # Errors
/// When the page asked for is refused.
pub async fn list_recurring(
    tx: &mut OrgTx,
    filter: &ListRecurring,
    page: &PageQuery,
) -> Result<List<RecurringInvoice>> {
    list_sorted(tx, filter, USUAL, None, page).await
}

/// All recurring invoices of a client, whatever their status.
///
/// # Errors
/// When the database is gone.
pub async fn list_of_client(tx: &mut OrgTx, client: ClientId) -> Result<Vec<RecurringInvoice>> {
    store::of_client(tx, client).await
}

/// How many of a client's recurring invoices bill, or will when they are resumed.
///
/// # Errors
/// When the database is gone.
pub async fn count_live_of_client(tx: &mut OrgTx, client: ClientId) -> Result<i64> {
    store::count_live_of_client(tx, client).await
}

/// Those that bill on this date: active, with a next invoice date no later.
///
/// # Errors
/// When the database is gone.
pub async fn list_due(tx: &mut OrgTx, as_of: Date) -> Result<Vec<RecurringInvoiceId>> {
    store::due(tx, as_of).await
}

/// How much is due on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// How many recurring invoices.
    pub recurring: usize,
    /// How many periods of them.
    pub periods: usize,
}

/// Counts what is due on a day, without computing what it comes to.
///
/// # Errors
/// At the end of the calendar.
pub async fn count_due(tx: &mut OrgTx, as_of: Date) -> Result<Due> {
    let mut due = Due {
        recurring: 0,
        periods: 0,
    };
    for recurring in store::due_without_lines(tx, as_of).await? {
        let periods = count_periods_due(&recurring, as_of)?;
        due.recurring += usize::from(periods > 0);
        due.periods += periods;
    }
    Ok(due)
}

/// Recurring invoices that were due and are not billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// How many.
    pub count: u32,
    /// The day on which the first of them was due.
    pub oldest: Date,
}

/// Those that were due before a day and nobody has changed since an instant; none: there are none. One that cannot even be
/// read is among them.
///
/// # Errors
/// When the database is gone.
pub async fn find_overdue(
    tx: &mut OrgTx,
    before: Date,
    unchanged_since: Timestamp,
) -> Result<Option<Overdue>> {
    store::find_overdue(tx, before, unchanged_since).await
}

/// Moves recurring invoices over a period each that was billed, or had nothing to bill: to the end of that period.
///
/// # Errors
/// When the database is gone.
pub async fn advance(tx: &mut OrgTx, until: Vec<(RecurringInvoiceId, Date)>) -> Result<()> {
    store::advance(tx, until).await
}
