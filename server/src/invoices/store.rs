//! Every SQL statement about invoices.

use std::collections::HashMap;

use billing::{Invoiced, LineSource, Period};
use db::{OrgTx, Row, Value, args};
use jiff::{Timestamp, civil::Date};

use super::{
    BriefInvoice, Correction, Invoice, InvoiceStatus, NewInvoice,
    filter::{Filter, filtered},
    issue::Issued,
    payments::store::add_payments,
    row::{read, read_brief, read_line},
};
use crate::{
    deliveries::{list_of_invoice, list_of_invoices},
    error::{Error, Result},
    http::{List, PageQuery, Paging},
    ids::{BillingRunId, ClientId, InvoiceId, InvoiceLineId, RecurringInvoiceId},
    like,
};

/// The client that a line charged; nobody if its invoice is void or a credit note.
macro_rules! charged_to {
    () => {
        " (select i.client_id from invoice i where i.organization_id = line.organization_id and i.id = line.invoice_id
            and i.status <> 'void' and i.corrects_id is null) as charged_to"
    };
}

/// What tells of an invoice in a line; without the snapshots, which are long.
macro_rules! brief {
    () => {
        "select id, number, status, client_id, client_name, recurring_invoice_id, recurring_name, currency, total_minor, period_start,
            period_end, review_reasons, held from invoice where organization_id = $1 and "
    };
}

db::statements! {
    org COUNT_DRAFTS_BEFORE = "select count(*) as n from invoice where organization_id = $1 and status = 'draft' and created_at < $2";
    org ANY_INVOICE = "select id from invoice where organization_id = $1 limit 1";
    bulk INSERT = "insert into invoice (organization_id, id, status, created_at, client_id, recurring_invoice_id, billing_run_id,
        currency, period_start, period_end, first_from, recurring_name, needs_review, review_reasons, subtotal_minor, tax_minor, total_minor,
        client_name, client_json, seller_json, taxes, held, skipped, payment_terms_days, search_text, corrects_id, corrects_number,
        correction_reason, number, issue_date, due_date, issued_at, logo_id) values", 33, "";
    org REPLACE = "update invoice set recurring_name = $3, needs_review = $4, review_reasons = $5, subtotal_minor = $6, tax_minor = $7,
        total_minor = $8, client_name = $9, client_json = $10, seller_json = $11, taxes = $12, held = $13, skipped = $14,
        payment_terms_days = $15, search_text = $16, version = version + 1 where organization_id = $1 and id = $2 and status = 'draft'";
    org DELETE_LINES = "delete from invoice_line where organization_id = $1 and invoice_id = $2";
    bulk INSERT_LINES = "insert into invoice_line (organization_id, id, invoice_id, position, description, quantity, unit_price,
        amount_minor, taxable, source, subscription_id, explanation) values", 12, "";
    bulk FIND = "with wanted (organization_id, id) as (values", 2,
        ") select * from invoice where organization_id = $1 and id in (select id from wanted) order by id";
    bulk LINES = "with wanted (organization_id, id) as (values", 2,
        ") select * from invoice_line where organization_id = $1 and invoice_id in (select id from wanted)
        order by invoice_id, position";
    org LIST = concat!("select * from invoice where ", filtered!(), "
        and (cast($9 as text) is null or id < $9) order by id desc limit $10");
    org LIST_OF_CLIENT = concat!("select * from invoice where client_id = $2 and ", filtered!(), "
        and (cast($9 as text) is null or id < $9) order by id desc limit $10");
    org LIST_LINES = "select line.* from invoice_line line
        join invoice on invoice.organization_id = line.organization_id and invoice.id = line.invoice_id
        where line.organization_id = $1 and invoice.id >= $2 and invoice.id <= $3
        and (cast($4 as text) is null or invoice.client_id = $4) and (cast($5 as text) is null or invoice.status = $5)
        order by line.invoice_id, line.position";
    /// Joined in this order on SQLite too, which would otherwise go through all lines. Whose invoice a line is on is asked of
    /// each line, because Postgres without statistics would begin with all invoices.
    bulk INVOICED = "with wanted (organization_id, id, except_id) as (values", 3,
        concat!(") select line.subscription_id, line.explanation, r.client_id as billed_now,", charged_to!(), "
        from wanted cross join recurring_invoice r cross join subscription_billing b cross join pax8_subscription s
        cross join invoice_line line
        where r.organization_id = wanted.organization_id and r.id = wanted.id
        and b.organization_id = r.organization_id and b.recurring_invoice_id = r.id
        and s.organization_id = b.organization_id and s.pax8_id = b.subscription_pax8_id
        and line.organization_id = s.organization_id and line.subscription_id = s.id
        and (wanted.except_id is null or line.invoice_id <> wanted.except_id)");
    org INVOICED_OF = concat!("select line.explanation,", charged_to!(), " from invoice_line line
        where line.organization_id = $1 and line.subscription_id = $2
        and (cast($3 as text) is null or line.invoice_id <> $3)");
    org ANY_DRAFT_OF = "select 1 as one from invoice where organization_id = $1 and recurring_invoice_id = $2
        and status = 'draft' limit 1";
    org LIST_OF_RUN = concat!(brief!(), "billing_run_id = $2 order by id");
    org PAGE_OF_RUN = concat!(brief!(), "billing_run_id = $2
        and (cast($3 as text) is null or (case when status = 'draft' then '0' else '1' end, id) > ($3, $4))
        order by case when status = 'draft' then '0' else '1' end, id limit $5");
    bulk FIND_OF_PERIODS = "with wanted (organization_id, recurring_invoice_id, period_start) as (values", 3,
        ") select invoice.recurring_invoice_id, invoice.period_start, invoice.id from wanted
        join invoice on invoice.organization_id = wanted.organization_id
            and invoice.recurring_invoice_id = wanted.recurring_invoice_id and invoice.period_start = wanted.period_start
        where invoice.status <> 'void'";
    org MARK_ISSUED = "update invoice set status = 'issued', needs_review = false, number = $3, issue_date = $4, due_date = $5,
        issued_at = $6, logo_id = $7, search_text = $8 where organization_id = $1 and id = $2";
    org MARK_VOID = "update invoice set status = 'void', needs_review = false, voided_at = $3 where organization_id = $1 and id = $2";
    org INSERT_DOCUMENT = "insert into invoice_document (organization_id, invoice_id, pdf_base64) values ($1, $2, $3)
        on conflict (organization_id, invoice_id) do nothing";
    org FIND_DOCUMENT = "select pdf_base64 from invoice_document where organization_id = $1 and invoice_id = $2";
}

/// Stores invoices with their lines: those that nothing says about how they were issued, as drafts.
pub(super) async fn insert(
    tx: &mut OrgTx,
    news: &[(InvoiceId, &NewInvoice, Option<Issued>)],
    now: Timestamp,
) -> Result<()> {
    let rows = news.iter();
    let rows = rows.map(|(id, new, issued)| inserted(*id, new, issued.as_ref(), now));
    tx.try_bulk(&INSERT, rows).await?;
    let news: Vec<_> = news.iter().map(|(id, new, _)| (*id, *new)).collect();
    insert_lines(tx, &news).await
}

fn inserted(
    id: InvoiceId,
    new: &NewInvoice,
    issued: Option<&Issued>,
    now: Timestamp,
) -> Result<Vec<Value>> {
    let origin = new.origin.as_ref();
    let status = match issued {
        Some(_) => InvoiceStatus::Issued,
        None => InvoiceStatus::Draft,
    };
    let mut args = args![
        id,
        status.as_str(),
        now,
        new.client_id,
        origin.map(|origin| origin.recurring_invoice),
        new.billing_run_id,
        new.currency.code(),
        new.period.map(|period| period.start),
        new.period.map(|period| period.end),
        new.first_from,
    ];
    args.extend(computed(new, issued)?);
    let correction = new.correction.as_ref();
    args.extend(args![
        correction.map(|it| it.invoice),
        correction.map(|it| it.number.clone()),
        correction.map(|it| it.reason.clone()),
        issued.map(|it| it.number.clone()),
        issued.map(|it| it.issue_date),
        issued.and_then(|it| it.due_date),
        issued.map(|it| it.issued_at),
        issued.and_then(|it| it.logo_id.clone()),
    ]);
    Ok(args)
}

/// Tells whether there was a draft to replace.
pub(super) async fn replace(tx: &mut OrgTx, id: InvoiceId, new: &NewInvoice) -> Result<bool> {
    let mut args = args![id];
    args.extend(computed(new, None)?);
    Ok(tx.execute(&REPLACE, args).await? == 1)
}

/// The columns that are computed, in the order of both statements: from `recurring_name` on.
fn computed(new: &NewInvoice, issued: Option<&Issued>) -> Result<Vec<Value>> {
    let assembled = &new.assembled;
    let held: Vec<super::Held> = assembled.held.iter().cloned().map(Into::into).collect();
    let skipped: Vec<super::Skipped> = assembled.skipped.iter().cloned().map(Into::into).collect();
    let tax = assembled.total.checked_sub(assembled.subtotal)?;
    Ok(args![
        new.origin.as_ref().map(|origin| origin.name.clone()),
        // Every draft waits for a person, also one that nothing is wrong with any more.
        issued.is_none(),
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
        search_text(
            issued.map(|it| it.number.as_str()),
            &new.client.name,
            new.correction.as_ref(),
        ),
    ])
}

pub(super) async fn delete_lines(tx: &mut OrgTx, id: InvoiceId) -> Result<()> {
    tx.execute(&DELETE_LINES, args![id]).await?;
    Ok(())
}

pub(super) async fn insert_lines(tx: &mut OrgTx, of: &[(InvoiceId, &NewInvoice)]) -> Result<()> {
    let rows = of.iter().flat_map(|(invoice, new)| {
        let lines = (1_i64..).zip(&new.assembled.lines);
        lines.map(|(position, line)| inserted_line(*invoice, position, line))
    });
    tx.try_bulk(&INSERT_LINES, rows).await?;
    Ok(())
}

fn inserted_line(invoice: InvoiceId, position: i64, line: &billing::Line) -> Result<Vec<Value>> {
    let (source, subscription) = match &line.source {
        LineSource::Manual => ("manual", None),
        LineSource::Pax8 { subscription_id } => ("pax8", Some(subscription_id)),
    };
    Ok(args![
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
    ])
}

/// What an invoice is found by.
fn search_text(number: Option<&str>, client: &str, correction: Option<&Correction>) -> String {
    let corrected = correction.map(|it| it.number.as_str());
    like::search_text([number, Some(client), corrected])
}

/// Writes down what issuing gave to a draft.
pub(super) async fn mark_issued(tx: &mut OrgTx, draft: &Invoice, issued: &Issued) -> Result<()> {
    let (number, correction) = (issued.number.as_str(), draft.correction.as_ref());
    let args = args![
        draft.id,
        number,
        issued.issue_date,
        issued.due_date,
        issued.issued_at,
        issued.logo_id.clone(),
        search_text(Some(number), &draft.client.name, correction),
    ];
    tx.execute(&MARK_ISSUED, args).await?;
    Ok(())
}

pub(super) async fn mark_void(tx: &mut OrgTx, id: InvoiceId, now: Timestamp) -> Result<()> {
    tx.execute(&MARK_VOID, args![id, now]).await?;
    Ok(())
}

/// Keeps a document unless there is one.
pub(super) async fn insert_document(tx: &mut OrgTx, id: InvoiceId, pdf: &str) -> Result<()> {
    tx.execute(&INSERT_DOCUMENT, args![id, pdf]).await?;
    Ok(())
}

pub(super) async fn find_document(tx: &mut OrgTx, id: InvoiceId) -> Result<Option<String>> {
    let row = tx.fetch_optional(&FIND_DOCUMENT, args![id]).await?;
    Ok(row.map(|row| row.get("pdf_base64")).transpose()?)
}

/// An invoice with its lines and deliveries.
///
/// # Errors
/// When the organization has no such invoice.
pub async fn load_invoice(tx: &mut OrgTx, id: InvoiceId) -> Result<Invoice> {
    let found = find_with_lines(tx, &[id]).await?.pop();
    let mut invoice = found.ok_or(Error::NotFound("invoice"))?;
    add_payments(tx, std::slice::from_mut(&mut invoice)).await?;
    invoice.deliveries = list_of_invoice(tx, id).await?;
    Ok(invoice)
}

/// Those of these invoices that the organization has, oldest first, without payments and deliveries.
pub(super) async fn find_with_lines(tx: &mut OrgTx, ids: &[InvoiceId]) -> Result<Vec<Invoice>> {
    let wanted: Vec<_> = ids.iter().map(|id| args![*id]).collect();
    let rows = tx.fetch_bulk(&FIND, wanted.clone()).await?;
    let mut invoices = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    for row in tx.fetch_bulk(&LINES, wanted).await? {
        let of: InvoiceId = row.get("invoice_id")?;
        if let Ok(at) = invoices.binary_search_by_key(&of, |invoice| invoice.id) {
            let line = read_line(&row, invoices[at].currency)?;
            invoices[at].lines.push(line);
        }
    }
    Ok(invoices)
}

/// A page of invoices alone, newest first.
pub(super) async fn list(
    tx: &mut OrgTx,
    filter: &Filter,
    paging: &Paging<InvoiceId>,
) -> Result<List<Invoice>> {
    let mut args = filter.args();
    args.extend(args![paging.after, paging.fetch()]);
    // One client's rows have an index of their own, which only a condition without alternatives uses.
    let statement = match filter.client {
        Some(_) => &LIST_OF_CLIENT,
        None => &LIST,
    };
    let rows = tx.fetch_all(statement, args).await?;
    let invoices = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    paging.list(invoices, |invoice| invoice.id)
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
    let mut list = list(tx, filter, paging).await?;
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

/// What invoices have charged of the subscriptions that feed recurring invoices now, by subscription: all invoices, whatever
/// they were made from, but void ones and one that is to be computed anew. A credit note opens no term: it corrects money.
///
/// # Errors
/// When the database refuses.
pub async fn invoiced_of_recurring(
    tx: &mut OrgTx,
    recurring: &[RecurringInvoiceId],
    except: Option<InvoiceId>,
) -> Result<HashMap<String, Invoiced>> {
    let wanted = recurring.iter().map(|id| args![*id, except]).collect();
    let mut invoiced: HashMap<String, Invoiced> = HashMap::new();
    for row in tx.fetch_bulk(&INVOICED, wanted).await? {
        let it = invoiced.entry(row.get("subscription_id")?).or_default();
        add_line(it, &row, row.get("billed_now")?)?;
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
    if let Some(of) = row.get::<Option<ClientId>>("charged_to")? {
        invoiced.add(&row.json("explanation")?, of == client)?;
    }
    Ok(())
}

/// What a run made, in brief, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_of_run(tx: &mut OrgTx, run: BillingRunId) -> Result<Vec<BriefInvoice>> {
    let rows = tx.fetch_all(&LIST_OF_RUN, args![run]).await?;
    rows.iter().map(read_brief).collect()
}

/// A page of what a run made, in brief: first what a person has to look at, then the rest, oldest first.
///
/// # Errors
/// When the page's cursor or limit is refused.
pub async fn page_of_run(
    tx: &mut OrgTx,
    run: BillingRunId,
    page: &PageQuery,
) -> Result<List<BriefInvoice>> {
    let place = |it: &BriefInvoice| if it.needs_review { "0" } else { "1" }.to_owned();
    let paging = page.paging::<(String, InvoiceId)>()?;
    let (after_place, after) = paging.after.clone().unzip();
    let args = args![run, after_place, after, paging.fetch()];
    let rows = tx.fetch_all(&PAGE_OF_RUN, args).await?;
    let invoices = rows.iter().map(read_brief).collect::<Result<Vec<_>>>()?;
    paging.list(invoices, |invoice| (place(invoice), invoice.id))
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
    let mut found = find_of_periods(tx, vec![(recurring, period.start)]).await?;
    Ok(found.remove(&(recurring, period.start)))
}

/// The invoices that bill periods of recurring invoices, by recurring invoice and the day on which the period starts; void
/// ones are not among them.
///
/// # Errors
/// When the database refuses.
pub async fn find_of_periods(
    tx: &mut OrgTx,
    periods: Vec<(RecurringInvoiceId, Date)>,
) -> Result<HashMap<(RecurringInvoiceId, Date), InvoiceId>> {
    let wanted = periods.into_iter();
    let wanted = wanted.map(|(recurring, start)| args![recurring, start]);
    let rows = tx.fetch_bulk(&FIND_OF_PERIODS, wanted.collect()).await?;
    let found = |row: &Row| -> db::Result<_> {
        let of = (row.get("recurring_invoice_id")?, row.get("period_start")?);
        Ok((of, row.get("id")?))
    };
    Ok(rows.iter().map(found).collect::<db::Result<_>>()?)
}

/// Whether a draft of a recurring invoice waits.
///
/// # Errors
/// When the database is gone.
pub async fn any_draft_of(tx: &mut OrgTx, recurring: RecurringInvoiceId) -> Result<bool> {
    let row = tx.fetch_optional(&ANY_DRAFT_OF, args![recurring]).await?;
    Ok(row.is_some())
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
