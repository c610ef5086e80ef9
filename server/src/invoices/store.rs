//! Every SQL statement about invoices.

use std::collections::HashMap;

use billing::{Invoiced, LineSource, Period};
use db::{OrgTx, Row, Value, args};
use jiff::{Timestamp, civil::Date};
use money::{Amount, Currency, UnitPrice};

use super::{
    Correction, Invoice, InvoiceLine, InvoiceStatus, NewInvoice, Origin,
    filter::{Filter, filtered},
    payments::store::add_payments,
};
use crate::{
    deliveries::{list_of_invoice, list_of_invoices},
    error::{Error, Result},
    http::{List, Paging},
    ids::{BillingRunId, ClientId, InvoiceId, InvoiceLineId, RecurringInvoiceId},
    like,
};

db::statements! {
    org COUNT_DRAFTS_BEFORE = "select count(*) as n from invoice where organization_id = $1 and status = 'draft' and created_at < $2";
    org ANY_INVOICE = "select id from invoice where organization_id = $1 limit 1";
    org INSERT = "insert into invoice (organization_id, id, status, created_at, client_id, recurring_invoice_id, billing_run_id,
        currency, period_start, period_end, first_from, recurring_name, needs_review, review_reasons, subtotal_minor, tax_minor, total_minor,
        client_name, client_json, seller_json, taxes, held, skipped, payment_terms_days, search_text, corrects_id, corrects_number,
        correction_reason) values ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
        $21, $22, $23, $24, $25, $26, $27)";
    org REPLACE = "update invoice set recurring_name = $3, needs_review = $4, review_reasons = $5, subtotal_minor = $6, tax_minor = $7,
        total_minor = $8, client_name = $9, client_json = $10, seller_json = $11, taxes = $12, held = $13, skipped = $14,
        payment_terms_days = $15, search_text = $16, version = version + 1 where organization_id = $1 and id = $2 and status = 'draft'";
    org DELETE_LINES = "delete from invoice_line where organization_id = $1 and invoice_id = $2";
    bulk INSERT_LINES = "insert into invoice_line (organization_id, id, invoice_id, position, description, quantity, unit_price,
        amount_minor, taxable, source, subscription_id, explanation) values", 12, "";
    org FIND = "select * from invoice where organization_id = $1 and id = $2";
    org LINES = "select * from invoice_line where organization_id = $1 and invoice_id = $2 order by position";
    org LIST = concat!("select * from invoice where ", filtered!(), "
        and (cast($9 as text) is null or id < $9) order by id desc limit $10");
    org LIST_LINES = "select line.* from invoice_line line
        join invoice on invoice.organization_id = line.organization_id and invoice.id = line.invoice_id
        where line.organization_id = $1 and invoice.id >= $2 and invoice.id <= $3
        and (cast($4 as text) is null or invoice.client_id = $4) and (cast($5 as text) is null or invoice.status = $5)
        order by line.invoice_id, line.position";
    org INVOICED = "select line.subscription_id, line.explanation, invoice.client_id from subscription_billing b
        join pax8_subscription s on s.organization_id = b.organization_id and s.pax8_id = b.subscription_pax8_id
        join invoice_line line on line.organization_id = s.organization_id and line.subscription_id = s.id
        join invoice on invoice.organization_id = line.organization_id and invoice.id = line.invoice_id
        where b.organization_id = $1 and b.recurring_invoice_id = $2 and invoice.status <> 'void' and invoice.corrects_id is null
        and (cast($3 as text) is null or invoice.id <> $3)";
    org INVOICED_OF = "select line.explanation, invoice.client_id from invoice_line line
        join invoice on invoice.organization_id = line.organization_id and invoice.id = line.invoice_id
        where line.organization_id = $1 and line.subscription_id = $2 and invoice.status <> 'void' and invoice.corrects_id is null
        and (cast($3 as text) is null or invoice.id <> $3)";
    org ANY_DRAFT_OF = "select 1 as one from invoice where organization_id = $1 and recurring_invoice_id = $2
        and status = 'draft' limit 1";
    org LIST_OF_RUN = "select * from invoice where organization_id = $1 and billing_run_id = $2 order by id";
    org FIND_OF_PERIOD = "select id from invoice where organization_id = $1 and recurring_invoice_id = $2 and period_start = $3
        and status <> 'void'";
    org MARK_ISSUED = "update invoice set status = 'issued', needs_review = false, number = $3, issue_date = $4, due_date = $5,
        issued_at = $6, search_text = $7 where organization_id = $1 and id = $2";
    org MARK_VOID = "update invoice set status = 'void', needs_review = false, voided_at = $3 where organization_id = $1 and id = $2";
    org INSERT_DOCUMENT = "insert into invoice_document (organization_id, invoice_id, pdf_base64) values ($1, $2, $3)";
    org FIND_DOCUMENT = "select pdf_base64 from invoice_document where organization_id = $1 and invoice_id = $2";
}

pub(super) struct Issued<'a> {
    pub number: &'a str,
    pub search_text: String,
    pub issue_date: Date,
    pub due_date: Option<Date>,
    pub now: Timestamp,
}

pub(super) async fn insert(
    tx: &mut OrgTx,
    id: InvoiceId,
    new: &NewInvoice,
    now: Timestamp,
) -> Result<()> {
    let origin = new.origin.as_ref();
    let mut args = args![
        id,
        now,
        new.client_id,
        origin.map(|origin| origin.recurring_invoice),
        new.billing_run_id,
        new.currency.code(),
        new.period.map(|period| period.start),
        new.period.map(|period| period.end),
        new.first_from,
    ];
    args.extend(computed(new)?);
    let correction = new.correction.as_ref();
    args.extend(args![
        correction.map(|it| it.invoice),
        correction.map(|it| it.number.clone()),
        correction.map(|it| it.reason.clone()),
    ]);
    tx.execute(&INSERT, args).await?;
    Ok(())
}

/// Tells whether there was a draft to replace.
pub(super) async fn replace(tx: &mut OrgTx, id: InvoiceId, new: &NewInvoice) -> Result<bool> {
    let mut args = args![id];
    args.extend(computed(new)?);
    Ok(tx.execute(&REPLACE, args).await? == 1)
}

/// The columns that are computed, in the order of both statements: from `recurring_name` on.
fn computed(new: &NewInvoice) -> Result<Vec<Value>> {
    let assembled = &new.assembled;
    let held: Vec<super::Held> = assembled.held.iter().cloned().map(Into::into).collect();
    let skipped: Vec<super::Skipped> = assembled.skipped.iter().cloned().map(Into::into).collect();
    let tax = assembled.total.checked_sub(assembled.subtotal)?;
    Ok(args![
        new.origin.as_ref().map(|origin| origin.name.clone()),
        // Every draft waits for a person, also one that nothing is wrong with any more.
        true,
        Value::json(&new.review)?,
        assembled.subtotal.minor(),
        tax.minor(),
        assembled.total.minor(),
        &new.client.name,
        Value::json(&new.client)?,
        Value::json(&new.seller)?,
        Value::json(&assembled.tax)?,
        Value::json(&held)?,
        Value::json(&skipped)?,
        new.payment_terms_days,
        like::search_text([
            Some(new.client.name.as_str()),
            new.correction.as_ref().map(|it| it.number.as_str()),
        ]),
    ])
}

pub(super) async fn delete_lines(tx: &mut OrgTx, id: InvoiceId) -> Result<()> {
    tx.execute(&DELETE_LINES, args![id]).await?;
    Ok(())
}

pub(super) async fn insert_lines(
    tx: &mut OrgTx,
    invoice: InvoiceId,
    lines: &[billing::Line],
) -> Result<()> {
    let mut rows = Vec::with_capacity(lines.len());
    for (position, line) in (1_i64..).zip(lines) {
        let (source, subscription) = match &line.source {
            LineSource::Manual => ("manual", None),
            LineSource::Pax8 { subscription_id } => ("pax8", Some(subscription_id)),
        };
        rows.push(args![
            InvoiceLineId::new(),
            invoice,
            position,
            &line.description,
            line.quantity,
            line.unit_price.value(),
            line.amount.minor(),
            line.taxable,
            source,
            subscription,
            Value::json(&line.explanation)?,
        ]);
    }
    tx.bulk(&INSERT_LINES, rows).await?;
    Ok(())
}

pub(super) async fn mark_issued(tx: &mut OrgTx, id: InvoiceId, issued: &Issued<'_>) -> Result<()> {
    let args = args![
        id,
        issued.number,
        issued.issue_date,
        issued.due_date,
        issued.now,
        issued.search_text.to_lowercase()
    ];
    tx.execute(&MARK_ISSUED, args).await?;
    Ok(())
}

pub(super) async fn mark_void(tx: &mut OrgTx, id: InvoiceId, now: Timestamp) -> Result<()> {
    tx.execute(&MARK_VOID, args![id, now]).await?;
    Ok(())
}

pub(super) async fn insert_document(tx: &mut OrgTx, id: InvoiceId, pdf: &str) -> Result<()> {
    tx.execute(&INSERT_DOCUMENT, args![id, pdf]).await?;
    Ok(())
}

pub(super) async fn load_document(tx: &mut OrgTx, id: InvoiceId) -> Result<String> {
    let row = tx.fetch_one(&FIND_DOCUMENT, args![id]).await?;
    Ok(row.get("pdf_base64")?)
}

/// An invoice with its lines and deliveries.
///
/// # Errors
/// When the organization has no such invoice.
pub async fn load_invoice(tx: &mut OrgTx, id: InvoiceId) -> Result<Invoice> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    let mut invoice = read(&row.ok_or(Error::NotFound("invoice"))?)?;
    let rows = tx.fetch_all(&LINES, args![id]).await?;
    let lines = rows.iter().map(|row| read_line(row, invoice.currency));
    invoice.lines = lines.collect::<Result<_>>()?;
    add_payments(tx, std::slice::from_mut(&mut invoice)).await?;
    invoice.deliveries = list_of_invoice(tx, id).await?;
    Ok(invoice)
}

/// A page of invoices with their lines, payments and deliveries, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_invoices(
    tx: &mut OrgTx,
    filter: &Filter,
    paging: &Paging<InvoiceId>,
) -> Result<List<Invoice>> {
    let status = filter.status.map(InvoiceStatus::as_str);
    let mut args = filter.args();
    args.extend(args![paging.after, paging.fetch()]);
    let rows = tx.fetch_all(&LIST, args).await?;
    let invoices = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let mut list = paging.list(invoices, |invoice| invoice.id)?;
    let (Some(newest), Some(oldest)) = (list.data.first(), list.data.last()) else {
        return Ok(list);
    };
    let (oldest_id, newest_id) = (oldest.id, newest.id);
    let args = args![oldest_id, newest_id, filter.client, status];
    for row in tx.fetch_all(&LIST_LINES, args).await? {
        let of: InvoiceId = row.get("invoice_id")?;
        if let Some(invoice) = list.data.iter_mut().find(|invoice| invoice.id == of) {
            invoice.lines.push(read_line(&row, invoice.currency)?);
        }
    }
    add_payments(tx, &mut list.data).await?;
    for delivery in list_of_invoices(tx, oldest_id, newest_id).await? {
        let concerned = list
            .data
            .iter_mut()
            .filter(|it| it.id == delivery.invoice_id);
        concerned.for_each(|it| it.deliveries.push(delivery.clone()));
    }
    Ok(list)
}

/// What invoices have charged of the subscriptions that feed a recurring invoice now, by subscription: all invoices, whatever
/// they were made from, but void ones and one that is to be computed anew. `client` is the one billed now. A credit
/// note opens no term: it corrects money.
///
/// # Errors
/// When the database refuses.
pub async fn invoiced_of_recurring(
    tx: &mut OrgTx,
    recurring: RecurringInvoiceId,
    client: ClientId,
    except: Option<InvoiceId>,
) -> Result<HashMap<String, Invoiced>> {
    let mut invoiced: HashMap<String, Invoiced> = HashMap::new();
    for row in tx.fetch_all(&INVOICED, args![recurring, except]).await? {
        let it = invoiced.entry(row.get("subscription_id")?).or_default();
        add_line(it, &row, client)?;
    }
    Ok(invoiced)
}

/// The same of one subscription, whatever it feeds.
///
/// # Errors
/// When the database refuses.
pub async fn invoiced_of_subscription(
    tx: &mut OrgTx,
    subscription: &str,
    client: ClientId,
    except: Option<InvoiceId>,
) -> Result<Invoiced> {
    let mut invoiced = Invoiced::default();
    let args = args![subscription, except];
    for row in tx.fetch_all(&INVOICED_OF, args).await? {
        add_line(&mut invoiced, &row, client)?;
    }
    Ok(invoiced)
}

fn add_line(invoiced: &mut Invoiced, row: &Row, client: ClientId) -> Result<()> {
    let of: ClientId = row.get("client_id")?;
    invoiced.add(&row.json("explanation")?, of == client)?;
    Ok(())
}

/// What a run made, without lines, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_of_run(tx: &mut OrgTx, run: BillingRunId) -> Result<Vec<Invoice>> {
    let rows = tx.fetch_all(&LIST_OF_RUN, args![run]).await?;
    rows.iter().map(read).collect()
}

/// The invoice that bills a period of a recurring invoice, if there is one that is not void.
///
/// # Errors
/// When the database refuses.
pub async fn find_of_period(
    tx: &mut OrgTx,
    recurring: RecurringInvoiceId,
    period: Period,
) -> Result<Option<InvoiceId>> {
    let row = tx
        .fetch_optional(&FIND_OF_PERIOD, args![recurring, period.start])
        .await?;
    Ok(row.map(|row| row.get("id")).transpose()?)
}

/// Whether a draft of a recurring invoice waits.
///
/// # Errors
/// When the database is gone.
pub async fn any_draft_of(tx: &mut OrgTx, recurring: RecurringInvoiceId) -> Result<bool> {
    let row = tx.fetch_optional(&ANY_DRAFT_OF, args![recurring]).await?;
    Ok(row.is_some())
}

pub(super) fn currency(row: &Row) -> Result<Currency> {
    row.parse("currency", str::parse::<Currency>)?
        .ok_or_else(|| Error::internal("an invoice without a currency"))
}

/// Whether the organization has an invoice, of any status.
///
/// # Errors
/// When the database is gone.
pub async fn any_invoice(tx: &mut OrgTx) -> Result<bool> {
    Ok(tx.fetch_optional(&ANY_INVOICE, args![]).await?.is_some())
}

/// How many drafts were made before an instant.
///
/// # Errors
/// When the database is gone.
pub async fn count_drafts_before(tx: &mut OrgTx, instant: Timestamp) -> Result<u32> {
    let row = tx.fetch_one(&COUNT_DRAFTS_BEFORE, args![instant]).await?;
    Ok(row.get("n")?)
}

pub(super) fn read(row: &Row) -> Result<Invoice> {
    let currency = currency(row)?;
    let amount =
        |column: &str| -> Result<Amount> { Ok(Amount::from_minor(row.get(column)?, currency)) };
    let status = row.parse("status", |name| {
        InvoiceStatus::parse(name).ok_or("not a status of an invoice")
    })?;
    let recurring: Option<RecurringInvoiceId> = row.get("recurring_invoice_id")?;
    let name: Option<String> = row.get("recurring_name")?;
    let (start, end): (Option<Date>, Option<Date>) =
        (row.get("period_start")?, row.get("period_end")?);
    Ok(Invoice {
        id: row.get("id")?,
        number: row.get("number")?,
        status: status.ok_or_else(|| Error::internal("an invoice without a status"))?,
        review: row.json("review_reasons")?,
        client_id: row.get("client_id")?,
        client: row.json("client_json")?,
        seller: row.json("seller_json")?,
        origin: recurring.map(|recurring_invoice| Origin {
            recurring_invoice,
            name: name.unwrap_or_default(),
        }),
        correction: read_correction(row)?,
        billing_run_id: row.get("billing_run_id")?,
        currency,
        issue_date: row.get("issue_date")?,
        due_date: row.get("due_date")?,
        period: start.zip(end).map(|(start, end)| Period { start, end }),
        first_from: row.get("first_from")?,
        lines: Vec::new(),
        subtotal: amount("subtotal_minor")?,
        taxes: row.json("taxes")?,
        tax: amount("tax_minor")?,
        total: amount("total_minor")?,
        paid: amount("paid_minor")?,
        payments: Vec::new(),
        held: row.json("held")?,
        skipped: row.json("skipped")?,
        payment_terms_days: row.get("payment_terms_days")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        issued_at: row.get("issued_at")?,
        voided_at: row.get("voided_at")?,
        deliveries: Vec::new(),
    })
}

fn read_correction(row: &Row) -> Result<Option<Correction>> {
    let invoice: Option<InvoiceId> = row.get("corrects_id")?;
    let number: Option<String> = row.get("corrects_number")?;
    let reason: Option<String> = row.get("correction_reason")?;
    Ok(invoice.map(|invoice| Correction {
        invoice,
        number: number.unwrap_or_default(),
        reason: reason.unwrap_or_default(),
    }))
}

fn read_line(row: &Row, currency: Currency) -> Result<InvoiceLine> {
    let subscription: Option<String> = row.get("subscription_id")?;
    Ok(InvoiceLine {
        description: row.get("description")?,
        quantity: row.get("quantity")?,
        unit_price: UnitPrice::from_exact(row.get("unit_price")?, currency)?,
        amount: Amount::from_minor(row.get("amount_minor")?, currency),
        taxable: row.get("taxable")?,
        source: subscription.map_or(LineSource::Manual, |subscription_id| LineSource::Pax8 {
            subscription_id,
        }),
        explanation: row.json("explanation")?,
    })
}
