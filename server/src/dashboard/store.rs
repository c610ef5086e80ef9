//! The sums, each one statement over one organization.

use db::{OrgTx, Row};
use jiff::civil::Date;
use money::{Amount, Currency};

use crate::error::{Error, Result};

db::statements! {
    org MONTH = "select c.currency as currency, count(*) as n,
            cast(sum(s.monthly_revenue_minor) as bigint) as revenue, cast(sum(s.monthly_cost_minor) as bigint) as cost
        from pax8_subscription s
        join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        join recurring_invoice r on r.organization_id = b.organization_id and r.id = b.recurring_invoice_id
        join client c on c.organization_id = r.organization_id and c.id = r.client_id
        where s.organization_id = $1 and r.status = 'active' and lower(s.status) in ('active', 'activated', 'pendingcancel')
        group by c.currency order by 2 desc, c.currency";
    org NOT_LINKED = "select c.currency as currency, count(*) as n,
            cast(sum(s.monthly_revenue_minor) as bigint) as revenue, cast(sum(s.monthly_cost_minor) as bigint) as cost
        from pax8_subscription s
        join pax8_company k on k.organization_id = s.organization_id and k.id = s.company_id
        join client c on c.organization_id = k.organization_id and c.id = k.client_id
        left join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        where s.organization_id = $1 and b.recurring_invoice_id is null and lower(s.status) = 'active'
        group by c.currency order by 2 desc, c.currency";
    org NOT_LINKED_COUNT = "select count(*) as n from pax8_subscription s
        left join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        where s.organization_id = $1 and b.recurring_invoice_id is null and lower(s.status) = 'active'";
    org BELOW_COST = "select c.currency as currency, count(*) as n,
            cast(sum(s.monthly_revenue_minor) as bigint) as revenue, cast(sum(s.monthly_cost_minor) as bigint) as cost
        from pax8_subscription s
        join pax8_company k on k.organization_id = s.organization_id and k.id = s.company_id
        join client c on c.organization_id = k.organization_id and c.id = k.client_id
        where s.organization_id = $1 and s.below_cost and lower(s.status) = 'active'
        group by c.currency order by 2 desc, c.currency";
    org HELD = "select count(s.missing_since) as missing, count(s.attention) as changed,
            count(case when s.missing_since is null and s.attention is null and (s.bill_price is null or s.quantity is null)
                then 1 end) as unpriced
        from pax8_subscription s
        join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        where s.organization_id = $1 and b.recurring_invoice_id is not null
            and (s.status is null or lower(s.status) in ('active', 'activated', 'pendingcancel'))";
    org UNMAPPED = "select count(*) as n from pax8_company k
        where k.organization_id = $1 and k.client_id is null and exists (select 1 from pax8_subscription s
            where s.organization_id = k.organization_id and s.company_id = k.id and lower(s.status) = 'active')";
    org NEXT = "select next_invoice_date, count(*) as n from recurring_invoice
        where organization_id = $1 and status = 'active'
        group by next_invoice_date order by next_invoice_date limit 5";
    org CLIENTS = "select count(*) as n from client where organization_id = $1 and status = 'active'";
}

/// Subscriptions in one currency: how many, and what they bring and cost a month as far as it is known.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    pub count: u32,
    pub revenue: Amount,
    pub cost: Amount,
}

/// Linked subscriptions that the next invoice cannot bill without a look.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HeldCounts {
    pub missing: u32,
    /// Moved to another company, or another product by now.
    pub changed: u32,
    /// Without a price or quantity in the client's currency.
    pub unpriced: u32,
}

/// A day on which recurring invoices are billed, and how many.
#[derive(Debug, Clone)]
pub(super) struct NextBilling {
    pub date: Date,
    pub invoices: u32,
}

/// What linked subscriptions bring and cost a month, by currency.
pub(super) async fn month(tx: &mut OrgTx) -> Result<Vec<Sum>> {
    read_sums(&tx.fetch_all(&MONTH, db::args![]).await?)
}

/// What active subscriptions of mapped companies that feed no recurring invoice would bring.
pub(super) async fn not_linked(tx: &mut OrgTx) -> Result<Vec<Sum>> {
    read_sums(&tx.fetch_all(&NOT_LINKED, db::args![]).await?)
}

/// Active subscriptions that feed no recurring invoice, those of unmapped companies among them.
pub(super) async fn not_linked_count(tx: &mut OrgTx) -> Result<u32> {
    count(tx.fetch_optional(&NOT_LINKED_COUNT, db::args![]).await?)
}

/// Active subscriptions sold for less than they cost.
pub(super) async fn below_cost(tx: &mut OrgTx) -> Result<Vec<Sum>> {
    read_sums(&tx.fetch_all(&BELOW_COST, db::args![]).await?)
}

pub(super) async fn held(tx: &mut OrgTx) -> Result<HeldCounts> {
    let Some(row) = tx.fetch_optional(&HELD, db::args![]).await? else {
        return Ok(HeldCounts::default());
    };
    Ok(HeldCounts {
        missing: row.get("missing")?,
        changed: row.get("changed")?,
        unpriced: row.get("unpriced")?,
    })
}

/// Companies with active subscriptions and no client.
pub(super) async fn unmapped(tx: &mut OrgTx) -> Result<u32> {
    count(tx.fetch_optional(&UNMAPPED, db::args![]).await?)
}

pub(super) async fn clients(tx: &mut OrgTx) -> Result<u32> {
    count(tx.fetch_optional(&CLIENTS, db::args![]).await?)
}

/// The days on which billing comes next.
pub(super) async fn next_billings(tx: &mut OrgTx) -> Result<Vec<NextBilling>> {
    let rows = tx.fetch_all(&NEXT, db::args![]).await?;
    rows.iter()
        .map(|row| {
            Ok(NextBilling {
                date: row.get("next_invoice_date")?,
                invoices: row.get("n")?,
            })
        })
        .collect()
}

fn count(row: Option<Row>) -> Result<u32> {
    Ok(match row {
        Some(row) => row.get("n")?,
        None => 0,
    })
}

fn read_sums(rows: &[Row]) -> Result<Vec<Sum>> {
    rows.iter().map(read_sum).collect()
}

fn read_sum(row: &Row) -> Result<Sum> {
    let currency: String = row.get("currency")?;
    let currency: Currency = currency.parse().map_err(Error::internal)?;
    let amount = |minor: Option<i64>| Amount::from_minor(minor.unwrap_or(0), currency);
    Ok(Sum {
        count: row.get("n")?,
        revenue: amount(row.get("revenue")?),
        cost: amount(row.get("cost")?),
    })
}
