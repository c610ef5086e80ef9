//! What invoices come to together, by currency.

use db::{OrgTx, Row, args};
use jiff::civil::Date;
use money::{Amount, Currency};

use super::row::currency;
use crate::{
    error::Result,
    ids::{BillingRunId, ClientId},
};

db::statements! {
    org WAITING = "select currency, count(*) as n, cast(sum(total_minor) as bigint) as total from invoice
        where organization_id = $1 and status = 'draft' and needs_review group by currency order by currency";
    org OVERDUE = "select currency, count(*) as n, cast(sum(total_minor - paid_minor) as bigint) as total from invoice
        where organization_id = $1 and due_date < $2 and status in ('issued', 'partially_paid') and total_minor > paid_minor
        group by currency order by currency";
    org OF_RUN = "select status = 'draft' as needs_review, currency, count(*) as n, cast(sum(total_minor) as bigint) as total from invoice
        where organization_id = $1 and billing_run_id = $2 group by status = 'draft', currency order by currency";
    org STANDING = "select currency,
        cast(sum(case when corrects_id is null then total_minor - paid_minor else 0 end) as bigint) as owed,
        cast(sum(case when due_date < $3 and total_minor > paid_minor then total_minor - paid_minor else 0 end) as bigint) as overdue,
        cast(sum(case when corrects_id is null then 0 else paid_minor - total_minor end) as bigint) as credit
        from invoice where organization_id = $1 and client_id = $2 and status in ('issued', 'partially_paid')
        group by currency order by currency";
}

/// Some invoices in one currency.
#[derive(Debug, Clone)]
pub struct InvoiceSum {
    /// How many.
    pub count: u32,
    /// What they come to; of overdue ones, what is left to pay.
    pub total: Amount,
}

/// What a billing run made in one currency.
#[derive(Debug, Clone)]
pub struct RunSum {
    /// Whether a person has to look at these, or they are issued.
    pub needs_review: bool,
    /// The invoices.
    pub sum: InvoiceSum,
}

/// How a client stands in one currency.
#[derive(Debug, Clone)]
pub struct ClientStanding {
    /// What is left to pay on its invoices.
    pub owed: Amount,
    /// The part of that which is past due.
    pub overdue: Amount,
    /// What is left of its credit notes.
    pub credit: Amount,
}

/// The drafts that wait for a look, by currency.
///
/// # Errors
/// When the database refuses.
pub async fn waiting_drafts(tx: &mut OrgTx) -> Result<Vec<InvoiceSum>> {
    let rows = tx.fetch_all(&WAITING, args![]).await?;
    rows.iter().map(read_sum).collect()
}

/// The invoices that are past due on a day, by currency.
///
/// # Errors
/// When the database refuses.
pub async fn overdue_invoices(tx: &mut OrgTx, today: Date) -> Result<Vec<InvoiceSum>> {
    let rows = tx.fetch_all(&OVERDUE, args![today]).await?;
    rows.iter().map(read_sum).collect()
}

/// What a run made, by whether somebody has to look at it, and by currency.
///
/// # Errors
/// When the database refuses.
pub async fn sums_of_run(tx: &mut OrgTx, run: BillingRunId) -> Result<Vec<RunSum>> {
    let rows = tx.fetch_all(&OF_RUN, args![run]).await?;
    let read = |row: &Row| {
        Ok(RunSum {
            needs_review: row.get("needs_review")?,
            sum: read_sum(row)?,
        })
    };
    rows.iter().map(read).collect()
}

/// How a client stands on a day, by currency; nothing where nothing is open.
///
/// # Errors
/// When the database refuses.
pub async fn standing_of_client(
    tx: &mut OrgTx,
    client: ClientId,
    today: Date,
) -> Result<Vec<ClientStanding>> {
    let rows = tx.fetch_all(&STANDING, args![client, today]).await?;
    let read = |row: &Row| {
        let currency = currency(row)?;
        Ok(ClientStanding {
            owed: amount(row, "owed", currency)?,
            overdue: amount(row, "overdue", currency)?,
            credit: amount(row, "credit", currency)?,
        })
    };
    rows.iter().map(read).collect()
}

fn read_sum(row: &Row) -> Result<InvoiceSum> {
    Ok(InvoiceSum {
        count: row.get("n")?,
        total: amount(row, "total", currency(row)?)?,
    })
}

fn amount(row: &Row, column: &str, currency: Currency) -> Result<Amount> {
    Ok(Amount::from_minor(row.get(column)?, currency))
}
