//! Every SQL statement about all organizations at once. Counts and ages come out of them, and nothing of anybody.

use db::{Row, SystemTx, args};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::{accounts::PAX8_FEATURE, error::Result, pax8::connection::REFUSALS_UNTIL_INACTIVE};

db::statements! {
    system CONNECTIONS = "select case
            when f.feature is null then 'not_licensed'
            when c.organization_id is null then 'not_connected'
            when c.refusals >= $1 then 'refused'
            when c.active = false then 'inactive'
            when c.last_error is not null then 'failing'
            else 'connected' end as state,
            count(*) as n, min(coalesce(c.last_sync_at, c.connected_at)) as since
        from organization o
        left join organization_feature f on f.organization_id = o.id and f.feature = $2
        left join pax8_connection c on c.organization_id = o.id
        group by 1 order by 1";
    system FAILED_SYNCS = "select count(*) as n from pax8_sync s
        join pax8_connection c on c.organization_id = s.organization_id
        where c.last_error is not null and s.scope = 'full' and s.status = 'failed'
        and s.requested_at >= coalesce(c.last_sync_at, c.connected_at)
        group by s.organization_id order by 1 desc limit 1";
    system DUE = "select count(*) as n from recurring_invoice where status = 'active' and next_invoice_date <= $1
        and (end_date is null or next_invoice_date < end_date)";
    system OVERDUE = "select count(*) as n, min(next_invoice_date) as oldest from recurring_invoice
        where status = 'active' and next_invoice_date < $1 and updated_at <= $2 and (end_date is null or next_invoice_date < end_date)";
    system LATE_RUNS = "select count(*) as n from organization where next_billing_at < $1";
    system DRAFTS = "select needs_review, count(*) as n, min(created_at) as oldest from invoice where status = 'draft' group by needs_review";
    system HELD = "select held from invoice where status = 'draft' and held <> '[]'";
    system DELIVERIES = "select state, count(*) as n from delivery where state in ('queued', 'sending') group by state";
    system TROUBLED_DELIVERIES = "select delivery.state, count(*) as n from delivery
        join invoice on invoice.organization_id = delivery.organization_id and invoice.id = delivery.invoice_id
        where delivery.state in ('failed', 'unknown') and invoice.status in ('issued', 'partially_paid')
        and not exists (select 1 from delivery later where later.organization_id = delivery.organization_id
            and later.invoice_id = delivery.invoice_id and later.id > delivery.id)
        group by delivery.state";
    system JOBS = "select kind, case when state = 'running' then 'running' when run_at > $1 then 'scheduled' else 'waiting' end as standing,
            count(*) as n, min(run_at) as oldest from job where state in ('ready', 'running') group by kind, 2";
    system FAILED_JOBS = "select kind, count(*) as n from job where state = 'failed' group by kind";
    system ALERTS = "select condition, count(*) as n from alert where ended_at is null group by condition";
}

/// How many of what, and since when the first of them.
pub(super) struct Group {
    pub name: String,
    pub count: i64,
    pub since: Option<Timestamp>,
}

/// Jobs of a kind that stand alike.
pub(super) struct Jobs {
    pub kind: String,
    pub standing: String,
    pub count: i64,
    pub oldest: Timestamp,
}

/// Drafts that wait for a person.
#[derive(Default)]
pub(super) struct Drafts {
    /// Because something on them is to be looked at.
    pub to_review: i64,
    /// All of them.
    pub all: i64,
    pub oldest: Option<Timestamp>,
}

pub(super) async fn connections(tx: &mut SystemTx) -> Result<Vec<Group>> {
    let args = args![REFUSALS_UNTIL_INACTIVE, PAX8_FEATURE];
    let rows = tx.fetch_all(&CONNECTIONS, args).await?;
    let group = |row: &Row| {
        Ok(Group {
            name: row.get("state")?,
            count: row.get("n")?,
            since: row.get("since")?,
        })
    };
    rows.iter().map(group).collect()
}

/// The most that failed in a row in one organization.
pub(super) async fn failed_syncs(tx: &mut SystemTx) -> Result<i64> {
    Ok(match tx.fetch_optional(&FAILED_SYNCS, args![]).await? {
        Some(row) => row.get("n")?,
        None => 0,
    })
}

/// Recurring invoices that are due, on whatever side of the day line their organization is.
pub(super) async fn due(tx: &mut SystemTx, now: Timestamp) -> Result<i64> {
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    Ok(tx.fetch_one(&DUE, args![today]).await?.get("n")?)
}

/// Those whose daily run has come and gone wherever they are, and the day of the first.
pub(super) async fn overdue(tx: &mut SystemTx, now: Timestamp) -> Result<(i64, Option<Date>)> {
    // The last place on earth has the day before, and its run is early on it.
    let day = (now - SignedDuration::from_hours(24))
        .to_zoned_datetime(TimeZone::UTC)
        .date();
    let row = tx
        .fetch_one(&OVERDUE, args![day, now - SignedDuration::from_hours(25)])
        .await?;
    Ok((row.get("n")?, row.get("oldest")?))
}

/// Organizations whose daily run should have begun before an instant.
pub(super) async fn late_runs(tx: &mut SystemTx, before: Timestamp) -> Result<i64> {
    Ok(tx.fetch_one(&LATE_RUNS, args![before]).await?.get("n")?)
}

pub(super) async fn drafts(tx: &mut SystemTx) -> Result<Drafts> {
    let mut drafts = Drafts::default();
    for row in tx.fetch_all(&DRAFTS, args![]).await? {
        let (to_review, count): (bool, i64) = (row.get("needs_review")?, row.get("n")?);
        let oldest: Option<Timestamp> = row.get("oldest")?;
        drafts.all += count;
        drafts.to_review += if to_review { count } else { 0 };
        drafts.oldest = [drafts.oldest, oldest].into_iter().flatten().min();
    }
    Ok(drafts)
}

/// How many subscriptions are held on drafts.
pub(super) async fn held(tx: &mut SystemTx) -> Result<usize> {
    let mut held = 0;
    for row in tx.fetch_all(&HELD, args![]).await? {
        let list: Vec<serde::de::IgnoredAny> = row.json("held")?;
        held += list.len();
    }
    Ok(held)
}

/// Deliveries that are on their way, or ended badly and still count.
pub(super) async fn deliveries(tx: &mut SystemTx) -> Result<Vec<Group>> {
    let mut rows = tx.fetch_all(&DELIVERIES, args![]).await?;
    rows.extend(tx.fetch_all(&TROUBLED_DELIVERIES, args![]).await?);
    rows.iter().map(|row| counted(row, "state")).collect()
}

/// Jobs that are not done.
pub(super) async fn jobs(tx: &mut SystemTx, now: Timestamp) -> Result<Vec<Jobs>> {
    let rows = tx.fetch_all(&JOBS, args![now]).await?;
    let jobs = |row: &Row| {
        Ok(Jobs {
            kind: row.get("kind")?,
            standing: row.get("standing")?,
            count: row.get("n")?,
            oldest: row.get("oldest")?,
        })
    };
    rows.iter().map(jobs).collect()
}

/// Jobs that were given up within the time that they are kept.
pub(super) async fn failed_jobs(tx: &mut SystemTx) -> Result<Vec<Group>> {
    let rows = tx.fetch_all(&FAILED_JOBS, args![]).await?;
    rows.iter().map(|row| counted(row, "kind")).collect()
}

/// Alerts that last.
pub(super) async fn alerts(tx: &mut SystemTx) -> Result<Vec<Group>> {
    let rows = tx.fetch_all(&ALERTS, args![]).await?;
    rows.iter().map(|row| counted(row, "condition")).collect()
}

fn counted(row: &Row, name: &str) -> Result<Group> {
    Ok(Group {
        name: row.get(name)?,
        count: row.get("n")?,
        since: None,
    })
}
