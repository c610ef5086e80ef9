//! Syncs themselves.

use db::{OrgTx, Row, Value, args};
use jiff::Timestamp;

use crate::{
    error::{Error, Result},
    http::{List, Paging},
    ids::SyncId,
    pax8::sync::{Counts, Progress, Scope, Stage, Sync, SyncStatus, Trigger},
};

/// A macro, because statements are put together at compile time.
macro_rules! columns {
    () => {
        "select id, scope, company_id, trigger_kind, status, stage, done, total, requests, companies_created, companies_updated,
        companies_unchanged, companies_missing, subscriptions_created, subscriptions_updated, subscriptions_unchanged,
        subscriptions_missing, mapped, warnings, error, requested_at, started_at, finished_at from pax8_sync "
    };
}

db::statements! {
    org INSERT = "insert into pax8_sync (organization_id, id, scope, company_id, trigger_kind, status, stage, requested_at)
        values ($1, $2, $3, $4, $5, 'queued', 'queued', $6)";
    org FIND = concat!(columns!(), "where organization_id = $1 and id = $2");
    org LIST = concat!(columns!(), "where organization_id = $1 and (cast($2 as text) is null or id < $2) order by id desc limit $3");
    org LIST_UNFINISHED = concat!(columns!(), "where organization_id = $1 and status in ('queued', 'running') order by id");
    org LATEST_SIZE = "select total from pax8_sync
        where organization_id = $1 and scope = 'full' and status = 'succeeded' order by id desc limit 1";
    org COUNT_FAILURES = "select count(*) as n from pax8_sync
        where organization_id = $1 and scope = 'full' and status = 'failed' and requested_at >= $2";
    org START = "update pax8_sync set status = 'running', stage = 'companies', started_at = $3 where organization_id = $1 and id = $2";
    org PROGRESS = "update pax8_sync set stage = $3, done = $4, total = $5, requests = $6
        where organization_id = $1 and id = $2 and status = 'running'";
    org FAIL = "update pax8_sync set status = 'failed', stage = 'done', error = $3, finished_at = $4, requests = $5
        where organization_id = $1 and id = $2 and status in ('queued', 'running')";
    org FAIL_UNFINISHED = "update pax8_sync set status = 'failed', stage = 'done', error = $2, finished_at = $3
        where organization_id = $1 and status in ('queued', 'running')";
    org SUCCEED = "update pax8_sync set status = 'succeeded', stage = 'done', finished_at = $3, requests = $4, mapped = $5, warnings = $6,
        companies_created = $7, companies_updated = $8, companies_unchanged = $9, companies_missing = $10,
        subscriptions_created = $11, subscriptions_updated = $12, subscriptions_unchanged = $13, subscriptions_missing = $14,
        done = $15, total = $15 where organization_id = $1 and id = $2";
}

/// What a sync that went well has to tell.
#[derive(Debug, Default)]
pub(in crate::pax8::sync) struct Summary {
    pub companies: Counts,
    pub subscriptions: Counts,
    pub mapped: u32,
    pub warnings: Vec<String>,
}

pub(in crate::pax8::sync) async fn insert(
    tx: &mut OrgTx,
    id: SyncId,
    scope: Scope,
    trigger: Trigger,
    now: Timestamp,
) -> Result<()> {
    let args = args![id, scope.as_str(), scope.company(), trigger.as_str(), now];
    tx.execute(&INSERT, args).await?;
    Ok(())
}

/// The sync.
///
/// # Errors
/// When the organization has none of that id.
pub async fn load_sync(tx: &mut OrgTx, id: SyncId) -> Result<Sync> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    read(&row.ok_or(Error::NotFound("sync"))?)
}

/// Syncs, the latest first.
///
/// # Errors
/// When the database is gone.
pub async fn list_syncs(tx: &mut OrgTx, paging: &Paging<SyncId>) -> Result<List<Sync>> {
    let rows = tx
        .fetch_all(&LIST, args![paging.after, paging.fetch()])
        .await?;
    let syncs = rows.iter().map(read).collect::<Result<_>>()?;
    paging.list(syncs, |sync| sync.id)
}

/// The sync that is running, else the one that waits longest, if there is any.
///
/// # Errors
/// When the database is gone.
pub async fn find_unfinished(tx: &mut OrgTx) -> Result<Option<Sync>> {
    let mut unfinished = list_unfinished(tx).await?;
    let running = unfinished
        .iter()
        .position(|sync| sync.status == SyncStatus::Running);
    Ok(match running {
        Some(at) => Some(unfinished.swap_remove(at)),
        None => unfinished.into_iter().next(),
    })
}

/// How many subscriptions the latest sync of everything found that went well.
pub(in crate::pax8::sync) async fn latest_size(tx: &mut OrgTx) -> Result<Option<u32>> {
    let row = tx.fetch_optional(&LATEST_SIZE, args![]).await?;
    Ok(row.map(|row| row.get("total")).transpose()?.flatten())
}

/// How many syncs of everything failed that were asked for since an instant.
///
/// # Errors
/// When the database is gone.
pub async fn count_failures_since(tx: &mut OrgTx, since: Timestamp) -> Result<u32> {
    Ok(tx
        .fetch_one(&COUNT_FAILURES, args![since])
        .await?
        .get("n")?)
}

/// Those that wait or run, the oldest first.
pub(in crate::pax8::sync) async fn list_unfinished(tx: &mut OrgTx) -> Result<Vec<Sync>> {
    let rows = tx.fetch_all(&LIST_UNFINISHED, args![]).await?;
    rows.iter().map(read).collect()
}

pub(in crate::pax8::sync) async fn start(tx: &mut OrgTx, id: SyncId, now: Timestamp) -> Result<()> {
    tx.execute(&START, args![id, now]).await?;
    Ok(())
}

pub(in crate::pax8::sync) async fn set_progress(
    tx: &mut OrgTx,
    id: SyncId,
    progress: Progress,
    requests: u32,
) -> Result<()> {
    let args = args![
        id,
        progress.stage.as_str(),
        progress.done,
        progress.total,
        requests
    ];
    tx.execute(&PROGRESS, args).await?;
    Ok(())
}

pub(in crate::pax8::sync) async fn fail(
    tx: &mut OrgTx,
    id: SyncId,
    error: &str,
    requests: u32,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&FAIL, args![id, error, now, requests]).await?;
    Ok(())
}

pub(in crate::pax8::sync) async fn fail_unfinished(
    tx: &mut OrgTx,
    error: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&FAIL_UNFINISHED, args![error, now]).await?;
    Ok(())
}

pub(in crate::pax8::sync) async fn succeed(
    tx: &mut OrgTx,
    id: SyncId,
    summary: &Summary,
    requests: u32,
    now: Timestamp,
) -> Result<()> {
    let (companies, subscriptions) = (&summary.companies, &summary.subscriptions);
    let told = subscriptions.created + subscriptions.updated + subscriptions.unchanged;
    let args = args![
        id,
        now,
        requests,
        summary.mapped,
        Value::json(&summary.warnings)?,
        companies.created,
        companies.updated,
        companies.unchanged,
        companies.missing,
        subscriptions.created,
        subscriptions.updated,
        subscriptions.unchanged,
        subscriptions.missing,
        told
    ];
    tx.execute(&SUCCEED, args).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Sync> {
    let company: Option<_> = row.get("company_id")?;
    let counts = |kind: &str| -> Result<Counts> {
        Ok(Counts {
            created: row.get(&format!("{kind}_created"))?,
            updated: row.get(&format!("{kind}_updated"))?,
            unchanged: row.get(&format!("{kind}_unchanged"))?,
            missing: row.get(&format!("{kind}_missing"))?,
        })
    };
    Ok(Sync {
        id: row.get("id")?,
        scope: company.map_or(Scope::Full, Scope::Company),
        trigger: named(row, "trigger_kind", Trigger::parse)?,
        status: named(row, "status", SyncStatus::parse)?,
        requested_at: row.get("requested_at")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        progress: Progress {
            stage: named(row, "stage", Stage::parse)?,
            done: row.get("done")?,
            total: row.get("total")?,
        },
        companies: counts("companies")?,
        subscriptions: counts("subscriptions")?,
        mapped: row.get("mapped")?,
        requests: row.get("requests")?,
        error: row.get("error")?,
        warnings: row.json("warnings")?,
    })
}

fn named<T>(row: &Row, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let value = row.parse(column, |name| parse(name).ok_or("not a known name"))?;
    value.ok_or_else(|| Error::internal(format!("{column} is null")))
}
