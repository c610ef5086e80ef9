//! Every SQL statement about recurring invoices and their lines.

use std::collections::HashMap;

use billing::Frequency;
use db::{OrgTx, Row, args};
use jiff::{Timestamp, civil::Date};
use money::{Amount, Currency};

use super::{
    Overdue, RecurringInvoice, RecurringLine, RecurringStatus, details::Accepted, rhythm::Rhythm,
};
use crate::{
    error::{Error, Result},
    ids::{ClientId, RecurringInvoiceId, RecurringLineId},
};

/// What a recurring invoice is read from: itself, and its client.
macro_rules! columns {
    () => {
        "select r.id, r.client_id, c.name as client_name, c.currency, r.name, r.frequency, r.start_date, r.end_date, r.anchor_date,
            r.next_invoice_date, r.billed_until, r.status, r.review_first, r.auto_send, r.prorate_first, r.prorate_changes,
            r.lines_minor, r.version, r.created_at, r.updated_at"
    };
}
pub(super) use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            columns!(),
            " from recurring_invoice r join client c on c.organization_id = r.organization_id and c.id = r.client_id
            where r.organization_id = $1 ",
            $rest
        )
    };
}

db::statements! {
    org INSERT = "insert into recurring_invoice (organization_id, id, client_id, name, frequency, start_date, end_date,
        anchor_date, next_invoice_date, status, review_first, auto_send, prorate_first, prorate_changes, lines_minor,
        search_text, version, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', $10, $11, $12, $13, $14, $15, 1, $16, $16)";
    org UPDATE = "update recurring_invoice set name = $3, frequency = $4, start_date = $5, end_date = $6, anchor_date = $7,
        next_invoice_date = $8, review_first = $9, auto_send = $10, prorate_first = $11, prorate_changes = $12,
        lines_minor = $13, search_text = $14, updated_at = $15, version = version + 1
        where organization_id = $1 and id = $2";
    org SET_STATUS = "update recurring_invoice set status = $3, next_invoice_date = $4, updated_at = $5, version = version + 1
        where organization_id = $1 and id = $2";
    bulk ADVANCE = "with news (organization_id, id, until) as (values", 3,
        ") update recurring_invoice set next_invoice_date = news.until, billed_until = news.until, version = version + 1
        from news where recurring_invoice.organization_id = news.organization_id and recurring_invoice.id = news.id";
    bulk FIND = "with wanted (organization_id, id) as (values", 2,
        concat!(") ", select!("and r.id in (select id from wanted)"));
    org OF_CLIENT = select!("and r.client_id = $2 order by r.next_invoice_date, r.id");
    org DUE = "select id from recurring_invoice
        where organization_id = $1 and status = 'active' and next_invoice_date <= $2 order by next_invoice_date, id";
    org DUE_WITHOUT_LINES = select!("and r.status = 'active' and r.next_invoice_date <= $2");
    org OVERDUE = "select count(*) as n, min(next_invoice_date) as oldest from recurring_invoice
        where organization_id = $1 and status = 'active' and next_invoice_date < $2 and updated_at <= $3
        and (end_date is null or next_invoice_date < end_date)";
    org COUNT_LIVE = "select count(*) as n from recurring_invoice
        where organization_id = $1 and client_id = $2 and status in ('active', 'paused')";
    bulk LINES = "with wanted (organization_id, id) as (values", 2,
        ") select recurring_invoice_id, id, description, quantity, unit_price, taxable from recurring_line
        where organization_id = $1 and recurring_invoice_id in (select id from wanted) order by recurring_invoice_id, position";
    org DELETE_LINES = "delete from recurring_line where organization_id = $1 and recurring_invoice_id = $2";
    bulk INSERT_LINES = "insert into recurring_line (organization_id, id, recurring_invoice_id, position, description,
        quantity, unit_price, taxable) values", 8, "";
}

pub(super) async fn insert(
    tx: &mut OrgTx,
    id: RecurringInvoiceId,
    client: ClientId,
    it: &Accepted,
    rhythm: Rhythm,
    now: Timestamp,
) -> Result<()> {
    let args = args![
        id,
        client,
        &it.name,
        it.frequency.code(),
        it.start_date,
        it.end_date,
        rhythm.anchor,
        rhythm.next,
        it.review_first,
        it.auto_send,
        it.prorate_first,
        it.prorate_changes,
        it.lines_total.minor(),
        it.name.to_lowercase(),
        now
    ];
    tx.execute(&INSERT, args).await?;
    insert_lines(tx, id, it).await
}

pub(super) async fn update(
    tx: &mut OrgTx,
    id: RecurringInvoiceId,
    it: &Accepted,
    rhythm: Rhythm,
    now: Timestamp,
) -> Result<()> {
    let args = args![
        id,
        &it.name,
        it.frequency.code(),
        it.start_date,
        it.end_date,
        rhythm.anchor,
        rhythm.next,
        it.review_first,
        it.auto_send,
        it.prorate_first,
        it.prorate_changes,
        it.lines_total.minor(),
        it.name.to_lowercase(),
        now
    ];
    tx.execute(&UPDATE, args).await?;
    tx.execute(&DELETE_LINES, args![id]).await?;
    insert_lines(tx, id, it).await
}

async fn insert_lines(tx: &mut OrgTx, id: RecurringInvoiceId, it: &Accepted) -> Result<()> {
    let rows = it.lines.iter().zip(0_u32..).map(|(line, position)| {
        args![
            RecurringLineId::new(),
            id,
            position,
            &line.description,
            line.quantity,
            line.unit_price.value(),
            line.taxable
        ]
    });
    tx.bulk(&INSERT_LINES, rows).await?;
    Ok(())
}

pub(super) async fn set_status(
    tx: &mut OrgTx,
    id: RecurringInvoiceId,
    status: RecurringStatus,
    next: Date,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&SET_STATUS, args![id, status.as_str(), next, now])
        .await?;
    Ok(())
}

pub(super) async fn advance(tx: &mut OrgTx, until: Vec<(RecurringInvoiceId, Date)>) -> Result<()> {
    let rows = until.into_iter().map(|(id, until)| args![id, until]);
    tx.bulk(&ADVANCE, rows).await?;
    Ok(())
}

pub(super) async fn find(
    tx: &mut OrgTx,
    ids: &[RecurringInvoiceId],
) -> Result<Vec<RecurringInvoice>> {
    let wanted = ids.iter().map(|id| args![*id]).collect();
    let rows = tx.fetch_bulk(&FIND, wanted).await?;
    all_with_lines(tx, &rows).await
}

pub(super) async fn of_client(tx: &mut OrgTx, client: ClientId) -> Result<Vec<RecurringInvoice>> {
    let rows = tx.fetch_all(&OF_CLIENT, args![client]).await?;
    all_with_lines(tx, &rows).await
}

pub(super) async fn due(tx: &mut OrgTx, as_of: Date) -> Result<Vec<RecurringInvoiceId>> {
    let rows = tx.fetch_all(&DUE, args![as_of]).await?;
    Ok(rows
        .iter()
        .map(|row| row.get("id"))
        .collect::<db::Result<_>>()?)
}

/// Those that are due, without their lines.
pub(super) async fn due_without_lines(
    tx: &mut OrgTx,
    as_of: Date,
) -> Result<Vec<RecurringInvoice>> {
    let rows = tx.fetch_all(&DUE_WITHOUT_LINES, args![as_of]).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn find_overdue(
    tx: &mut OrgTx,
    before: Date,
    unchanged_since: Timestamp,
) -> Result<Option<Overdue>> {
    let row = tx
        .fetch_one(&OVERDUE, args![before, unchanged_since])
        .await?;
    let oldest: Option<Date> = row.get("oldest")?;
    let count = row.get("n")?;
    Ok(oldest.map(|oldest| Overdue { count, oldest }))
}

pub(super) async fn count_live_of_client(tx: &mut OrgTx, client: ClientId) -> Result<i64> {
    let row = tx.fetch_one(&COUNT_LIVE, args![client]).await?;
    Ok(row.get("n")?)
}

pub(super) async fn all_with_lines(tx: &mut OrgTx, rows: &[Row]) -> Result<Vec<RecurringInvoice>> {
    let mut invoices = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let wanted = invoices.iter().map(|invoice| args![invoice.id]).collect();
    let mut lines: HashMap<RecurringInvoiceId, Vec<RecurringLine>> = HashMap::new();
    tx.fetch_bulk_each(&LINES, wanted, |row| {
        let of = lines.entry(row.get("recurring_invoice_id")?).or_default();
        of.push(read_line(&row)?);
        Ok::<_, Error>(())
    })
    .await?;
    for invoice in &mut invoices {
        invoice.lines = lines.remove(&invoice.id).unwrap_or_default();
    }
    Ok(invoices)
}

fn read(row: &Row) -> Result<RecurringInvoice> {
    let unknown = |what: &str| Error::internal(format!("a recurring invoice of unknown {what}"));
    let (status, frequency): (String, String) = (row.get("status")?, row.get("frequency")?);
    let currency: Option<Currency> = row.parse("currency", str::parse)?;
    let currency = currency.ok_or_else(|| unknown("currency"))?;
    Ok(RecurringInvoice {
        id: row.get("id")?,
        client_id: row.get("client_id")?,
        client_name: row.get("client_name")?,
        currency,
        name: row.get("name")?,
        frequency: Frequency::from_code(&frequency).ok_or_else(|| unknown("frequency"))?,
        start_date: row.get("start_date")?,
        end_date: row.get("end_date")?,
        anchor_date: row.get("anchor_date")?,
        next_invoice_date: row.get("next_invoice_date")?,
        billed_until: row.get("billed_until")?,
        status: RecurringStatus::parse(&status).ok_or_else(|| unknown("status"))?,
        review_first: row.get("review_first")?,
        auto_send: row.get("auto_send")?,
        prorate_first: row.get("prorate_first")?,
        prorate_changes: row.get("prorate_changes")?,
        lines: Vec::new(),
        lines_total: Amount::from_minor(row.get("lines_minor")?, currency),
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn read_line(row: &Row) -> Result<RecurringLine> {
    Ok(RecurringLine {
        id: row.get("id")?,
        description: row.get("description")?,
        quantity: row.get("quantity")?,
        unit_price: row.get("unit_price")?,
        taxable: row.get("taxable")?,
    })
}
