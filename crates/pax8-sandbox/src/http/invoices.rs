//! Invoices from Pax8 to the partner. They are derived, not stored: one for
//! each of the last six months and each currency, with an item for every
//! subscription that was billed in that month, as it was on the day of the
//! invoice. Draft items are those of the month to come.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Span;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::answer::{Refusal, page};
use super::lists::List;
use super::query::{Query, Sort};
use super::{Ask, Outcome};
use crate::estate::{Records, Subscription, day_of};
use crate::seeded::derived_uuid;
use crate::wire::{self, InvoiceRow, ItemRow};

const MONTHS: i64 = 6;
const SORTS: [&str; 7] = [
    "invoiceDate",
    "dueDate",
    "status",
    "partnerName",
    "total",
    "balance",
    "carriedBalance",
];

pub(super) fn list(ask: &mut Ask<'_>) -> Outcome {
    let paging = ask.paging()?;
    let sort = ask.query.sort(&SORTS)?;
    let wanted = Wanted::of(ask.query)?;
    let mut rows: Vec<_> = all(ask)
        .iter()
        .filter(|row| wanted.allows(row))
        .cloned()
        .collect();
    if let Some(sort) = sort {
        rows.sort_by(|a, b| compare(&sort, a, b));
    }
    Ok(page(&rows, paging, |row| wire::invoice(ask.wire, row)))
}

pub(super) fn one(ask: &mut Ask<'_>, id: &str) -> Outcome {
    let row = find(ask, id)?;
    Ok(wire::invoice(ask.wire, &row).into())
}

pub(super) fn items(ask: &mut Ask<'_>, id: &str) -> Outcome {
    let paging = ask.paging()?;
    let invoice = find(ask, id)?;
    let month = invoice.date.first_of_month();
    let rows = items_of(
        ask,
        &invoice.id,
        month,
        Some(&invoice.currency),
        invoice.date,
    );
    Ok(page(&rows, paging, |row| wire::invoice_item(ask.wire, row)))
}

pub(super) fn draft_items(ask: &mut Ask<'_>) -> Outcome {
    let paging = ask.paging()?;
    let offset = match ask.query.get("monthOffset") {
        None | Some("1") => 1,
        Some("0") => 0,
        Some(_) => return Err(Refusal::invalid("monthOffset must be 0 or 1")),
    };
    let today = day_of(ask.state.now);
    let month = today
        .first_of_month()
        .saturating_add(Span::new().months(offset));
    let rows = items_of(ask, "draft", month, None, today);
    let company = ask.query.get("companyId");
    let of_company =
        |row: &&Arc<ItemRow>| company.is_none_or(|wanted| wanted == row.subscription.company_id);
    let rows: Vec<_> = rows.iter().filter(of_company).cloned().collect();
    Ok(page(&rows, paging, |row| wire::invoice_item(ask.wire, row)))
}

fn find(ask: &mut Ask<'_>, id: &str) -> Result<Arc<InvoiceRow>, Refusal> {
    let found = all(ask).iter().find(|row| row.id == id).cloned();
    found.ok_or_else(|| Refusal::not_found("Invoice", id))
}

/// Newest first.
fn all(ask: &mut Ask<'_>) -> List<InvoiceRow> {
    let (records, now) = (&ask.state.records, ask.state.now);
    ask.state
        .lists
        .invoices
        .get(records.version(), now.to_string(), || {
            let currencies: BTreeSet<_> = records
                .subscriptions
                .iter()
                .filter_map(|row| row.currency.as_deref())
                .collect();
            let dates = (0..MONTHS).filter_map(|ago| invoice_date(day_of(now), ago));
            let each =
                dates.flat_map(|date| currencies.iter().map(move |currency| (date, *currency)));
            each.map(|(date, currency)| Arc::new(invoice(records, date, currency, day_of(now))))
                .collect()
        })
}

/// Invoices are made on the 4th.
fn invoice_date(today: Date, months_ago: i64) -> Option<Date> {
    let month = today
        .first_of_month()
        .saturating_sub(Span::new().months(months_ago));
    let date = month.saturating_add(Span::new().days(3));
    (date <= today).then_some(date)
}

fn invoice(records: &Records, date: Date, currency: &str, today: Date) -> InvoiceRow {
    let id = derived_uuid("invoice", &format!("{date} {currency}"));
    let due = date.saturating_add(Span::new().days(30));
    let items = billed(records, &id, date.first_of_month(), Some(currency), date);
    let total: Decimal = items.iter().map(|item| item.cost_total()).sum();
    let paid = due < today;
    let status = match (total.is_zero(), paid) {
        (true, _) => "Nothing Due",
        (_, true) => "Paid",
        _ => "Unpaid",
    };
    let balance = if paid { Decimal::ZERO } else { total };
    InvoiceRow {
        id,
        date,
        due,
        currency: currency.to_owned(),
        total,
        balance,
        status,
    }
}

fn items_of(
    ask: &mut Ask<'_>,
    invoice: &str,
    month: Date,
    currency: Option<&str>,
    as_of: Date,
) -> List<ItemRow> {
    let records = &ask.state.records;
    let name = format!("{invoice} {month} {as_of}");
    ask.state.lists.items.get(records.version(), name, || {
        billed(records, invoice, month, currency, as_of)
    })
}

/// What is billed in the month that starts on `month`.
fn billed(
    records: &Records,
    invoice: &str,
    month: Date,
    currency: Option<&str>,
    as_of: Date,
) -> Vec<Arc<ItemRow>> {
    let snapshots = records
        .subscriptions
        .iter()
        .map(|row| records.as_of(row, as_of));
    let due = snapshots.filter(|row| is_billed(row, month));
    let wanted = due.filter(|row| currency.is_none() || row.currency.as_deref() == currency);
    wanted
        .map(|row| Arc::new(item(records, invoice, month, row)))
        .collect()
}

fn is_billed(row: &Subscription, month: Date) -> bool {
    let last = month.last_of_month();
    let lives = row.billing_start <= last && row.end.is_none_or(|end| end >= month);
    let months = (i64::from(last.year()) - i64::from(row.billing_start.year())) * 12
        + i64::from(last.month())
        - i64::from(row.billing_start.month());
    let due = match row.billing_term.as_str() {
        "Monthly" => true,
        "Annual" => months % 12 == 0,
        "2-Year" => months % 24 == 0,
        "3-Year" => months % 36 == 0,
        "One-Time" | "Activation" => months == 0,
        _ => false,
    };
    lives && due
}

fn item(records: &Records, invoice: &str, month: Date, row: Arc<Subscription>) -> ItemRow {
    let once = matches!(row.billing_term.as_str(), "One-Time" | "Activation");
    ItemRow {
        id: derived_uuid("invoice item", &format!("{invoice} {}", row.id)),
        kind: if once { "one-time" } else { "subscription" },
        first_day: month,
        last_day: month.last_of_month(),
        company: records.companies.get(&row.company_id).cloned(),
        product: records.products.get(&row.product_id).cloned(),
        subscription: row,
    }
}

/// The filters of the list.
struct Wanted<'a> {
    status: Option<&'a str>,
    date: Option<Date>,
    from: Option<Date>,
    until: Option<Date>,
    due: Option<Date>,
}

impl<'a> Wanted<'a> {
    fn of(query: &'a Query) -> Result<Self, Refusal> {
        Ok(Self {
            status: query.get("status"),
            date: query.date("invoiceDate")?,
            from: query.date("invoiceDateRangeStart")?,
            until: query.date("invoiceDateRangeEnd")?,
            due: query.date("dueDate")?,
        })
    }

    fn allows(&self, row: &InvoiceRow) -> bool {
        self.status
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(row.status))
            && self.date.is_none_or(|date| row.date == date)
            && self.from.is_none_or(|date| row.date >= date)
            && self.until.is_none_or(|date| row.date <= date)
            && self.due.is_none_or(|date| row.due == date)
    }
}

fn compare(sort: &Sort, a: &InvoiceRow, b: &InvoiceRow) -> std::cmp::Ordering {
    let order = match sort.field.as_str() {
        "invoiceDate" => a.date.cmp(&b.date),
        "dueDate" => a.due.cmp(&b.due),
        "status" => a.status.cmp(b.status),
        "total" => a.total.cmp(&b.total),
        "balance" => a.balance.cmp(&b.balance),
        _ => std::cmp::Ordering::Equal,
    };
    sort.directed(order.then_with(|| a.id.cmp(&b.id)))
}
