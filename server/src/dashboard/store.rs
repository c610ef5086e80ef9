//! The sums, each one statement over one organization.

use db::{OrgTx, Row};
use jiff::{Timestamp, civil::Date};
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
            and s.missing_since is null
        group by c.currency order by 2 desc, c.currency";
    org ARRIVALS = "select s.first_seen_at,
            cast(sum(s.monthly_revenue_minor) as bigint) as revenue, cast(sum(s.monthly_cost_minor) as bigint) as cost
        from pax8_subscription s
        join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        join recurring_invoice r on r.organization_id = b.organization_id and r.id = b.recurring_invoice_id
        join client c on c.organization_id = r.organization_id and c.id = r.client_id
        where s.organization_id = $1 and r.status = 'active' and lower(s.status) in ('active', 'activated', 'pendingcancel')
            and s.missing_since is null and c.currency = $2
        group by s.first_seen_at";
    org CORRECTIONS = "select h.at, s.first_seen_at,
            cast(sum(h.revenue_change_minor) as bigint) as revenue, cast(sum(h.cost_change_minor) as bigint) as cost
        from pax8_change h
        join pax8_subscription s on s.organization_id = h.organization_id and s.pax8_id = h.record_pax8_id
        join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        join recurring_invoice r on r.organization_id = b.organization_id and r.id = b.recurring_invoice_id
        where h.organization_id = $1 and h.at > $3 and h.record_type = 'subscription' and h.field <> 'created'
            and h.currency = $2 and r.status = 'active'
        group by h.at, s.first_seen_at";
    org KNOWN_SINCE = "select min(first_seen_at) as at from pax8_subscription where organization_id = $1";
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
    org HELD = "select c.currency as currency, count(s.missing_since) as missing, count(s.attention) as changed,
            count(case when s.missing_since is null and s.attention is null and (s.bill_price is null or s.quantity is null)
                then 1 end) as unpriced,
            cast(sum(case when s.missing_since is not null then s.monthly_revenue_minor end) as bigint) as missing_minor,
            cast(sum(case when s.attention is not null then s.monthly_revenue_minor end) as bigint) as changed_minor
        from pax8_subscription s
        join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        join recurring_invoice r on r.organization_id = b.organization_id and r.id = b.recurring_invoice_id
        join client c on c.organization_id = r.organization_id and c.id = r.client_id
        where s.organization_id = $1
            and (s.status is null or lower(s.status) in ('active', 'activated', 'pendingcancel'))
        group by c.currency order by c.currency";
    org UNMAPPED = "select count(*) as n from pax8_company k
        where k.organization_id = $1 and k.client_id is null and exists (select 1 from pax8_subscription s
            where s.organization_id = k.organization_id and s.company_id = k.id and lower(s.status) = 'active')";
    org UNMAPPED_COST = "select s.currency as currency, count(*) as n, cast(sum(s.monthly_revenue_minor) as bigint) as revenue,
            cast(sum(s.monthly_cost_minor) as bigint) as cost
        from pax8_subscription s
        join pax8_company k on k.organization_id = s.organization_id and k.id = s.company_id
        where s.organization_id = $1 and k.client_id is null and lower(s.status) = 'active'
            and s.monthly_cost_minor is not null and s.currency is not null
        group by s.currency order by 2 desc, s.currency";
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

/// Linked subscriptions that the next invoice cannot bill without a look, and what they would bring a month.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    pub missing: Waiting,
    /// Moved to another company, or another product by now.
    pub changed: Waiting,
    /// Without a price or quantity in the client's currency.
    pub unpriced: Waiting,
}

/// How many wait, and what they are worth in each currency, as far as it is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    pub count: u32,
    pub worth: Vec<Amount>,
}

impl Waiting {
    fn add(&mut self, count: u32, minor: Option<i64>, currency: Currency) {
        self.count += count;
        self.worth
            .extend(minor.map(|minor| Amount::from_minor(minor, currency)));
    }
}

/// Linked subscriptions that a sync saw for the first time at one instant, and what they bring and cost a month today.
#[derive(Debug, Clone)]
pub(super) struct Arrivals {
    pub first_seen_at: Timestamp,
    pub revenue: Amount,
    pub cost: Amount,
}

/// By how much a sync changed what subscriptions of one arrival bring and cost.
#[derive(Debug, Clone)]
pub(super) struct Correction {
    pub at: Timestamp,
    pub first_seen_at: Timestamp,
    pub revenue: Amount,
    pub cost: Amount,
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

pub(super) async fn held(tx: &mut OrgTx) -> Result<Held> {
    let mut held = Held::default();
    for row in tx.fetch_all(&HELD, db::args![]).await? {
        let currency = read_currency(&row)?;
        held.missing
            .add(row.get("missing")?, row.get("missing_minor")?, currency);
        held.changed
            .add(row.get("changed")?, row.get("changed_minor")?, currency);
        held.unpriced.add(row.get("unpriced")?, None, currency);
    }
    Ok(held)
}

/// What linked subscriptions bring in a currency today, by when they were first seen.
pub(super) async fn arrivals(tx: &mut OrgTx, currency: Currency) -> Result<Vec<Arrivals>> {
    let rows = tx.fetch_all(&ARRIVALS, db::args![currency.code()]).await?;
    rows.iter()
        .map(|row| {
            let (revenue, cost) = read_pair(row, currency)?;
            Ok(Arrivals {
                first_seen_at: row.get("first_seen_at")?,
                revenue,
                cost,
            })
        })
        .collect()
}

/// What Pax8 changed of linked subscriptions after an instant, in a currency.
pub(super) async fn corrections(
    tx: &mut OrgTx,
    currency: Currency,
    after: Timestamp,
) -> Result<Vec<Correction>> {
    let rows = tx
        .fetch_all(&CORRECTIONS, db::args![currency.code(), after])
        .await?;
    rows.iter()
        .map(|row| {
            let (revenue, cost) = read_pair(row, currency)?;
            Ok(Correction {
                at: row.get("at")?,
                first_seen_at: row.get("first_seen_at")?,
                revenue,
                cost,
            })
        })
        .collect()
}

/// When a subscription was first seen.
pub(super) async fn known_since(tx: &mut OrgTx) -> Result<Option<Timestamp>> {
    let row = tx.fetch_optional(&KNOWN_SINCE, db::args![]).await?;
    Ok(match row {
        Some(row) => row.get("at")?,
        None => None,
    })
}

/// What active subscriptions of unmapped companies cost, as far as it is known, by Pax8's currency.
pub(super) async fn unmapped_cost(tx: &mut OrgTx) -> Result<Vec<Sum>> {
    read_sums(&tx.fetch_all(&UNMAPPED_COST, db::args![]).await?)
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
    let (revenue, cost) = read_pair(row, read_currency(row)?)?;
    Ok(Sum {
        count: row.get("n")?,
        revenue,
        cost,
    })
}

fn read_currency(row: &Row) -> Result<Currency> {
    let currency: String = row.get("currency")?;
    currency.parse().map_err(Error::internal)
}

/// Revenue and cost of a sum; what is unknown adds nothing to it.
fn read_pair(row: &Row, currency: Currency) -> Result<(Amount, Amount)> {
    let amount = |minor: Option<i64>| Amount::from_minor(minor.unwrap_or(0), currency);
    Ok((amount(row.get("revenue")?), amount(row.get("cost")?)))
}
