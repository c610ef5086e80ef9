//! Every SQL statement about billing runs.

use db::{OrgTx, Row, Value, args};
use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{BillingRun, RunStatus, Skip, Trigger, run::Tally};
use crate::{
    error::{Error, Result},
    http::{List, Paging},
    ids::BillingRunId,
};

db::statements! {
    org INSERT = "insert into billing_run (organization_id, id, as_of, trigger_kind, status, started_at)
        values ($1, $2, $3, $4, 'running', $5)";
    org FINISH = "update billing_run set status = $3, created = $4, skipped = $5, skips = $6, failed = $7, finished_at = $8
        where organization_id = $1 and id = $2";
    org MARK_INTERRUPTED = "update billing_run set status = 'interrupted', finished_at = $3
        where organization_id = $1 and status = 'running' and started_at < $2";
    org FIND = "select * from billing_run where organization_id = $1 and id = $2";
    org LIST = "select * from billing_run where organization_id = $1 and (cast($2 as text) is null or id < $2)
        order by id desc limit $3";
}

/// A run that says nothing for so long has lost its process.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

pub(super) async fn insert(
    tx: &mut OrgTx,
    id: BillingRunId,
    as_of: Date,
    trigger: &Trigger,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&INSERT, args![id, as_of, trigger.as_str(), now])
        .await?;
    Ok(())
}

pub(super) async fn finish(
    tx: &mut OrgTx,
    id: BillingRunId,
    tally: &Tally,
    now: Timestamp,
) -> Result<()> {
    let count = |number: usize| i64::try_from(number).map_err(Error::internal);
    let args = args![
        id,
        tally.status().as_str(),
        count(tally.created)?,
        count(tally.skips.len())?,
        Value::json(&tally.skips)?,
        Value::json(&tally.failed)?,
        now
    ];
    tx.execute(&FINISH, args).await?;
    Ok(())
}

pub(super) async fn mark_interrupted(tx: &mut OrgTx, now: Timestamp) -> Result<()> {
    tx.execute(&MARK_INTERRUPTED, args![now - PATIENCE, now])
        .await?;
    Ok(())
}

pub(super) async fn find(tx: &mut OrgTx, id: BillingRunId) -> Result<Option<BillingRun>> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    row.map(|row| read(&row)).transpose()
}

/// A page of the runs that were made, newest first, without their invoices.
///
/// # Errors
/// When the database refuses.
pub async fn list_runs(tx: &mut OrgTx, paging: &Paging<BillingRunId>) -> Result<List<BillingRun>> {
    let rows = tx
        .fetch_all(&LIST, args![paging.after, paging.fetch()])
        .await?;
    let ids = rows
        .iter()
        .map(|row| row.get("id"))
        .collect::<db::Result<Vec<BillingRunId>>>()?;
    let runs = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let list = paging.list(ids.into_iter().zip(runs).collect(), |(id, _)| *id)?;
    Ok(list.map(|(_, run)| run))
}

fn read(row: &Row) -> Result<BillingRun> {
    let status = row.parse("status", |name| {
        RunStatus::parse(name).ok_or("not a status of a billing run")
    })?;
    let as_of: Date = row.get("as_of")?;
    let skips: Vec<Skip> = row.json("skips")?;
    let created: i64 = row.get("created")?;
    Ok(BillingRun {
        id: Some(row.get("id")?),
        as_of,
        dry_run: false,
        trigger: row.get("trigger_kind")?,
        status: status.ok_or_else(|| Error::internal("a billing run without a status"))?,
        created: usize::try_from(created).map_err(Error::internal)?,
        skipped: skips.len(),
        skips,
        failed: row.json("failed")?,
        invoice_ids: Vec::new(),
        invoices: Vec::new(),
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
    })
}
