//! The sums, each one statement over one organization.

use std::sync::Arc;

use db::{OrgTx, Row};
use jiff::{Timestamp, civil::Date};
use money::{Amount, Currency};

use crate::{
    error::{Error, Result},
    pax8::subscriptions::{bills_when_linked, status_bills},
};

/// What counts in every figure of a month: subscriptions that are there, in a status that is billed, and feed an active
/// recurring invoice. `c` is the client that is billed, `k` the one whose currency the stored figures are in; where the two
/// differ the subscription is held, and its figures are in another currency than the sum.
macro_rules! counting {
    ($columns:literal, $rest:literal) => {
        counting!($columns, "", $rest)
    };
    ($columns:literal, $joins:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from pax8_subscription s
            join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
            join recurring_invoice r on r.organization_id = b.organization_id and r.id = b.recurring_invoice_id
            join client c on c.organization_id = r.organization_id and c.id = r.client_id
            join pax8_company o on o.organization_id = s.organization_id and o.id = s.company_id
            left join client k on k.organization_id = o.organization_id and k.id = o.client_id ",
            $joins,
            " where s.organization_id = $1 and r.status = 'active' and s.missing_since is null and ",
            bills_when_linked!(),
            " ",
            $rest
        )
    };
}

db::statements! {
    org MONTH = counting!("c.currency as currency, count(*) as n,
            cast(sum(case when k.currency = c.currency then s.monthly_revenue_minor end) as bigint) as revenue,
            cast(sum(case when k.currency = c.currency then s.monthly_cost_minor end) as bigint) as cost,
            cast(sum(case when k.currency = c.currency and s.monthly_cost_minor is not null
                then s.monthly_revenue_minor end) as bigint) as revenue_of_known,
            cast(sum(case when k.currency = c.currency and s.monthly_revenue_minor is not null
                then s.monthly_cost_minor end) as bigint) as cost_of_known,
            count(case when k.currency = c.currency and s.monthly_revenue_minor is not null
                and s.monthly_cost_minor is not null then null else 1 end) as unknown",
        "group by c.currency order by 2 desc, c.currency");
    org ARRIVALS = counting!("s.first_seen_at,
            cast(sum(s.monthly_revenue_minor) as bigint) as revenue, cast(sum(s.monthly_cost_minor) as bigint) as cost",
        "and c.currency = $2 and k.currency = c.currency group by s.first_seen_at");
    org CORRECTIONS = counting!("h.at, s.first_seen_at,
            cast(sum(h.revenue_change_minor) as bigint) as revenue, cast(sum(h.cost_change_minor) as bigint) as cost",
        "join pax8_change h on h.organization_id = s.organization_id and h.record_pax8_id = s.pax8_id",
        "and c.currency = $2 and k.currency = c.currency and h.at > $3 and h.record_type = 'subscription'
            and h.field <> 'created' and h.currency = $2
        group by h.at, s.first_seen_at");
    org KNOWN_SINCE = "select min(first_seen_at) as at from pax8_subscription where organization_id = $1";
    org NOT_LINKED = concat!("select c.currency as currency, count(*) as n,
            cast(sum(s.monthly_revenue_minor) as bigint) as revenue, cast(sum(s.monthly_cost_minor) as bigint) as cost
        from pax8_subscription s
        join pax8_company k on k.organization_id = s.organization_id and k.id = s.company_id
        join client c on c.organization_id = k.organization_id and c.id = k.client_id
        left join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        where s.organization_id = $1 and b.recurring_invoice_id is null and ", status_bills!(), "
        group by c.currency order by 2 desc, c.currency");
    org BELOW_COST = concat!("select c.currency as currency, count(*) as n,
            cast(sum(s.monthly_revenue_minor) as bigint) as revenue, cast(sum(s.monthly_cost_minor) as bigint) as cost
        from pax8_subscription s
        join pax8_company k on k.organization_id = s.organization_id and k.id = s.company_id
        join client c on c.organization_id = k.organization_id and c.id = k.client_id
        where s.organization_id = $1 and s.below_cost and ", status_bills!(), "
        group by c.currency order by 2 desc, c.currency");
    org UNMAPPED = concat!("select count(*) as n from pax8_company k
        where k.organization_id = $1 and k.client_id is null and exists (select 1 from pax8_subscription s
            where s.organization_id = k.organization_id and s.company_id = k.id and ", status_bills!(), ")");
    org UNMAPPED_COST = concat!("select s.currency as currency, count(*) as n, cast(sum(s.monthly_revenue_minor) as bigint) as revenue,
            cast(sum(s.monthly_cost_minor) as bigint) as cost
        from pax8_subscription s
        join pax8_company k on k.organization_id = s.organization_id and k.id = s.company_id
        where s.organization_id = $1 and k.client_id is null and ", status_bills!(), "
            and s.monthly_cost_minor is not null and s.currency is not null
        group by s.currency order by 2 desc, s.currency");
    org NEXT = "select next_invoice_date, count(*) as n from recurring_invoice
        where organization_id = $1 and status = 'active'
        group by next_invoice_date order by next_invoice_date limit 5";
    org ANY_CLIENT = "select id from client where organization_id = $1 and status = 'active' limit 1";
}

/// Subscriptions in one currency: how many, and what they bring and cost a month as far as it is known.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    pub count: u32,
    pub revenue: Amount,
    pub cost: Amount,
}

/// What linked subscriptions bring and cost a month in one currency.
#[derive(Debug, Clone)]
pub(super) struct MonthSum {
    /// All of them, as far as it is known.
    pub all: Sum,
    /// Revenue less cost, of those whose price and cost are both known; none: of none.
    pub margin: Option<Amount>,
    /// The revenue of those.
    pub revenue_of_known: Amount,
    /// How many lack a price or a cost.
    pub unknown: u32,
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

/// Everything that the page sums up of clients, links and subscriptions.
pub(super) struct Sums {
    /// The currency that history is told in, and since when.
    history_of: (Currency, Timestamp),
    /// What linked subscriptions bring and cost a month, by currency.
    pub months: Vec<MonthSum>,
    /// What subscriptions of mapped companies that bill and feed no recurring invoice would bring.
    pub not_linked: Vec<Sum>,
    /// Subscriptions that bill, sold for less than they cost.
    pub below_cost: Vec<Sum>,
    /// Companies with subscriptions that bill and no client.
    pub unmapped: u32,
    /// What subscriptions that bill cost in unmapped companies, as far as it is known, by Pax8's currency.
    pub unmapped_cost: Vec<Sum>,
    /// What linked subscriptions bring in the currency of history today, by when they were first seen.
    pub arrivals: Vec<Arrivals>,
    /// What Pax8 changed of them since.
    pub corrections: Vec<Correction>,
    /// When a subscription was first seen.
    pub known_since: Option<Timestamp>,
    /// The days on which billing comes next.
    pub next: Vec<NextBilling>,
    /// Whether there is an active client.
    pub has_clients: bool,
}

impl Sums {
    /// The sums, with history in a currency since an instant. Kept as long as nothing changes: each goes through everything that the
    /// organization has.
    pub(super) async fn load(
        tx: &mut OrgTx,
        currency: Currency,
        since: Timestamp,
    ) -> Result<Arc<Self>> {
        tx.kept_if(
            |kept: &Self| kept.history_of == (currency, since),
            async |tx| Self::reckon(tx, currency, since).await,
        )
        .await
    }

    async fn reckon(tx: &mut OrgTx, currency: Currency, since: Timestamp) -> Result<Self> {
        Ok(Self {
            history_of: (currency, since),
            months: month(tx).await?,
            not_linked: read_sums(&tx.fetch_all(&NOT_LINKED, db::args![]).await?)?,
            below_cost: read_sums(&tx.fetch_all(&BELOW_COST, db::args![]).await?)?,
            unmapped: tx.fetch_one(&UNMAPPED, db::args![]).await?.get("n")?,
            unmapped_cost: read_sums(&tx.fetch_all(&UNMAPPED_COST, db::args![]).await?)?,
            arrivals: arrivals(tx, currency).await?,
            corrections: corrections(tx, currency, since).await?,
            known_since: tx.fetch_one(&KNOWN_SINCE, db::args![]).await?.get("at")?,
            next: next_billings(tx).await?,
            has_clients: tx.fetch_optional(&ANY_CLIENT, db::args![]).await?.is_some(),
        })
    }
}

/// What linked subscriptions bring and cost a month, by currency.
async fn month(tx: &mut OrgTx) -> Result<Vec<MonthSum>> {
    let rows = tx.fetch_all(&MONTH, db::args![]).await?;
    rows.iter()
        .map(|row| {
            let all = read_sum(row)?;
            let currency = all.revenue.currency();
            let amount = |minor: i64| Amount::from_minor(minor, currency);
            let revenue: Option<i64> = row.get("revenue_of_known")?;
            let cost: Option<i64> = row.get("cost_of_known")?;
            let margin = revenue.zip(cost).map(|(revenue, cost)| {
                let revenue = amount(revenue);
                revenue.checked_sub(amount(cost)).map_err(Error::internal)
            });
            Ok(MonthSum {
                all,
                margin: margin.transpose()?,
                revenue_of_known: amount(revenue.unwrap_or(0)),
                unknown: row.get("unknown")?,
            })
        })
        .collect()
}

/// What linked subscriptions bring in a currency today, by when they were first seen.
async fn arrivals(tx: &mut OrgTx, currency: Currency) -> Result<Vec<Arrivals>> {
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
async fn corrections(
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

/// The days on which billing comes next.
async fn next_billings(tx: &mut OrgTx) -> Result<Vec<NextBilling>> {
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
