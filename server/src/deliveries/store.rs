//! Every SQL statement about deliveries.

use std::collections::HashMap;

use db::{OrgTx, Row, args};
use jiff::Timestamp;

use super::{Delivery, DeliveryState};
use crate::{
    error::{Error, Result},
    http::{List, Paging},
    ids::{BillingRunId, DeliveryId, InvoiceId},
};

db::statements! {
    org INSERT = "insert into delivery (organization_id, id, invoice_id, recipients, state, next_attempt_at, message_id, queued_by, queued_at)
        values ($1, $2, $3, $4, 'queued', $7, $5, $6, $7)";
    org FIND = "select * from delivery where organization_id = $1 and id = $2";
    org LIST = "select * from delivery where organization_id = $1 and (cast($2 as text) is null or state = $2)
        and (cast($3 as text) is null or id < $3) order by id desc limit $4";
    org LIST_OF_INVOICE = "select * from delivery where organization_id = $1 and invoice_id = $2 order by id desc";
    org LIST_OF_INVOICES = "select * from delivery where organization_id = $1 and invoice_id >= $2 and invoice_id <= $3 order by id desc";
    bulk RECIPIENTS = "with wanted (organization_id, invoice_id) as (values", 2,
        ") select invoice_id, recipients from delivery
        where organization_id = $1 and invoice_id in (select invoice_id from wanted) order by invoice_id, id";
    /// Joined in this order on SQLite too, which would otherwise go through all deliveries.
    org RECIPIENTS_OF_RUN = "select d.invoice_id, d.recipients from invoice i cross join delivery d
        where i.organization_id = $1 and i.billing_run_id = $2
        and d.organization_id = i.organization_id and d.invoice_id = i.id order by d.invoice_id, d.id";
    org UNFINISHED = "select * from delivery where organization_id = $1 and invoice_id = $2 and state in ('queued', 'sending')";
    org LIST_UNFINISHED = "select * from delivery where organization_id = $1 and state in ('queued', 'sending') order by id";
    org MARK_SENDING = "update delivery set state = 'sending', attempts = attempts + 1, next_attempt_at = null
        where organization_id = $1 and id = $2 and state = 'queued' and attempts = $3";
    org REQUEUE = "update delivery set state = 'queued', last_error = $4, next_attempt_at = $5
        where organization_id = $1 and id = $2 and state = 'sending' and attempts = $3";
    org END = "update delivery set state = $4, last_error = $5, ended_at = $6, next_attempt_at = null
        where organization_id = $1 and id = $2 and attempts = $3 and state <> 'sent'";
    /// What counts is how the last delivery of an invoice ended, as long as the invoice is to be paid.
    org TROUBLE = "select delivery.*, invoice.number, invoice.client_id, invoice.client_name from delivery
        join invoice on invoice.organization_id = delivery.organization_id and invoice.id = delivery.invoice_id
        where delivery.organization_id = $1 and delivery.state in ('failed', 'unknown') and invoice.status in ('issued', 'partially_paid')
        and not exists (select 1 from delivery later where later.organization_id = delivery.organization_id
            and later.invoice_id = delivery.invoice_id and later.id > delivery.id)
        order by delivery.id desc limit $2";
    org COUNT_TROUBLE = "select delivery.state, count(*) as n from delivery
        join invoice on invoice.organization_id = delivery.organization_id and invoice.id = delivery.invoice_id
        where delivery.organization_id = $1 and delivery.state in ('failed', 'unknown') and invoice.status in ('issued', 'partially_paid')
        and not exists (select 1 from delivery later where later.organization_id = delivery.organization_id
            and later.invoice_id = delivery.invoice_id and later.id > delivery.id)
        group by delivery.state";
}

/// How many invoices were not sent, or perhaps not, and are still to be paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trouble {
    /// They were not sent.
    pub failed: u32,
    /// Nobody knows.
    pub unknown: u32,
}

/// A delivery that ended badly, with its invoice named.
pub(super) struct Troubled {
    pub delivery: Delivery,
    pub number: String,
    pub client_id: String,
    pub client_name: String,
}

pub(super) struct New<'a> {
    pub id: DeliveryId,
    pub invoice: InvoiceId,
    pub to: &'a str,
    pub message_id: &'a str,
    pub by: &'a str,
    pub now: Timestamp,
}

pub(super) async fn insert(tx: &mut OrgTx, new: &New<'_>) -> Result<()> {
    let args = args![new.id, new.invoice, new.to, new.message_id, new.by, new.now];
    tx.execute(&INSERT, args).await?;
    Ok(())
}

/// A delivery.
///
/// # Errors
/// When the organization has no such delivery.
pub(super) async fn load(tx: &mut OrgTx, id: DeliveryId) -> Result<Delivery> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    read(&row.ok_or(Error::NotFound("delivery"))?)
}

/// A page of deliveries, newest first.
pub(super) async fn list(
    tx: &mut OrgTx,
    state: Option<DeliveryState>,
    paging: &Paging<DeliveryId>,
) -> Result<List<Delivery>> {
    let state = state.map(DeliveryState::as_str);
    let rows = tx
        .fetch_all(&LIST, args![state, paging.after, paging.fetch()])
        .await?;
    paging.list(read_all(&rows)?, |it| it.id)
}

/// The deliveries of an invoice, latest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_of_invoice(tx: &mut OrgTx, invoice: InvoiceId) -> Result<Vec<Delivery>> {
    read_all(&tx.fetch_all(&LIST_OF_INVOICE, args![invoice]).await?)
}

/// The deliveries of invoices from one to another, latest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_of_invoices(
    tx: &mut OrgTx,
    from: InvoiceId,
    to: InvoiceId,
) -> Result<Vec<Delivery>> {
    read_all(&tx.fetch_all(&LIST_OF_INVOICES, args![from, to]).await?)
}

/// Whom invoices were sent to the first time, of those that were.
///
/// # Errors
/// When the database refuses.
pub async fn first_recipients(
    tx: &mut OrgTx,
    invoices: impl Iterator<Item = InvoiceId>,
) -> Result<HashMap<InvoiceId, String>> {
    let wanted = invoices.map(|id| args![id]).collect();
    first_of_each(&tx.fetch_bulk(&RECIPIENTS, wanted).await?)
}

/// The same of all invoices that a billing run made.
///
/// # Errors
/// When the database refuses.
pub async fn first_recipients_of_run(
    tx: &mut OrgTx,
    run: BillingRunId,
) -> Result<HashMap<InvoiceId, String>> {
    first_of_each(&tx.fetch_all(&RECIPIENTS_OF_RUN, args![run]).await?)
}

fn first_of_each(rows: &[Row]) -> Result<HashMap<InvoiceId, String>> {
    let mut first = HashMap::with_capacity(rows.len());
    for row in rows {
        let recipients = row.get("recipients")?;
        first.entry(row.get("invoice_id")?).or_insert(recipients);
    }
    Ok(first)
}

pub(super) async fn find_unfinished(
    tx: &mut OrgTx,
    invoice: InvoiceId,
) -> Result<Option<Delivery>> {
    let row = tx.fetch_optional(&UNFINISHED, args![invoice]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn list_unfinished(tx: &mut OrgTx) -> Result<Vec<Delivery>> {
    let rows = tx.fetch_all(&LIST_UNFINISHED, args![]).await?;
    rows.iter().map(read).collect()
}

/// Tells whether it waited for this attempt; `before` is how many there were.
pub(super) async fn mark_sending(tx: &mut OrgTx, id: DeliveryId, before: u32) -> Result<bool> {
    Ok(tx.execute(&MARK_SENDING, args![id, before]).await? == 1)
}

/// Tells whether it was being sent; otherwise somebody has lost track of it meanwhile.
pub(super) async fn requeue(
    tx: &mut OrgTx,
    id: DeliveryId,
    attempts: u32,
    error: &str,
    at: Timestamp,
) -> Result<bool> {
    Ok(tx.execute(&REQUEUE, args![id, attempts, error, at]).await? == 1)
}

/// Tells whether this was still its last attempt, and it was not sent already.
pub(super) async fn end(
    tx: &mut OrgTx,
    delivery: &Delivery,
    state: DeliveryState,
    error: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let args = args![delivery.id, delivery.attempts, state.as_str(), error, now];
    Ok(tx.execute(&END, args).await? == 1)
}

/// How many invoices that are to be paid were not sent, or perhaps not.
///
/// # Errors
/// When the database refuses.
pub async fn count_trouble(tx: &mut OrgTx) -> Result<Trouble> {
    let mut trouble = Trouble::default();
    for row in tx.fetch_all(&COUNT_TROUBLE, args![]).await? {
        let (state, count): (String, u32) = (row.get("state")?, row.get("n")?);
        match DeliveryState::parse(&state) {
            Some(DeliveryState::Unknown) => trouble.unknown = count,
            _ => trouble.failed = count,
        }
    }
    Ok(trouble)
}

/// Those, latest first.
pub(super) async fn list_trouble(tx: &mut OrgTx, limit: u32) -> Result<Vec<Troubled>> {
    let rows = tx.fetch_all(&TROUBLE, args![limit]).await?;
    let troubled = |row: &Row| {
        let number: Option<String> = row.get("number")?;
        Ok(Troubled {
            delivery: read(row)?,
            number: number.unwrap_or_default(),
            client_id: row.get("client_id")?,
            client_name: row.get("client_name")?,
        })
    };
    rows.iter().map(troubled).collect()
}

fn read_all(rows: &[Row]) -> Result<Vec<Delivery>> {
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Delivery> {
    let state = row.parse("state", |name| {
        DeliveryState::parse(name).ok_or("not a state of a delivery")
    })?;
    Ok(Delivery {
        id: row.get("id")?,
        invoice_id: row.get("invoice_id")?,
        to: row.get("recipients")?,
        state: state.ok_or_else(|| Error::internal("a delivery without a state"))?,
        attempts: row.get("attempts")?,
        last_error: row.get("last_error")?,
        next_attempt_at: row.get("next_attempt_at")?,
        message_id: row.get("message_id")?,
        queued_by: row.get("queued_by")?,
        queued_at: row.get("queued_at")?,
        ended_at: row.get("ended_at")?,
    })
}
