//! Every SQL statement about billing runs.

use std::collections::HashMap;

use db::{OrgTx, Row, Value, args};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{BillingRun, Failed, RunProgress, RunStatus, Skip, Trigger};
use crate::{
    accounts::By,
    error::{Error, Result},
    http::{List, Paging},
    ids::{AccountId, BillingRunId, JobId},
};

/// A run whose job is no longer in the queue and that has not ended was given up with it.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select r.*, job.state as job_state, job.finished_at as job_finished_at
            from billing_run r left join job on job.organization_id = r.organization_id and job.id = r.job_id
            where r.organization_id = $1 ",
            $rest
        )
    };
}

db::statements! {
    org INSERT = "insert into billing_run (organization_id, id, as_of, trigger_kind, asked_by, job_id, status, requested_at, seen_at)
        values ($1, $2, $3, $4, $5, $6, 'queued', $7, $7)";
    org FORGET_FAILURES = "delete from billing_run_aside where organization_id = $1 and billing_run_id = $2 and kind = 'failed'";
    org TAKE_UP = "update billing_run set status = 'running', done = done - cast($3 as bigint), total = done - cast($3 as bigint) + cast($4 as bigint),
        started_at = coalesce(started_at, $5), seen_at = $5 where organization_id = $1 and id = $2";
    org COUNT = "update billing_run set created = created + $3, done = done + $4, seen_at = $5 where organization_id = $1 and id = $2";
    bulk NOTE = "insert into billing_run_aside (organization_id, billing_run_id, recurring_invoice_id, period_start, kind, told)
        values", 6, "on conflict (organization_id, billing_run_id, recurring_invoice_id, period_start) do update set kind = excluded.kind, told = excluded.told";
    org FINISH = "update billing_run set finished_at = $3, seen_at = $3, status = case when exists (select 1 from billing_run_aside a
            where a.organization_id = billing_run.organization_id and a.billing_run_id = billing_run.id and a.kind = 'failed')
            then 'partly_failed' else 'succeeded' end
        where organization_id = $1 and id = $2";
    /// Those of the command line, which no job carries on.
    org MARK_INTERRUPTED = "update billing_run set status = 'interrupted', finished_at = $3
        where organization_id = $1 and job_id is null and status in ('queued', 'running') and seen_at < $2";
    org FIND = select!("and r.id = $2");
    org FIND_UNFINISHED = "select r.id, r.job_id from billing_run r
        join job on job.organization_id = r.organization_id and job.id = r.job_id
        where r.organization_id = $1 and r.as_of = $2 and r.status in ('queued', 'running') and job.state in ('ready', 'running')
        order by r.id limit 1";
    org ANY_UNDER_WAY = "select 1 as one from billing_run where organization_id = $1 and status in ('queued', 'running')
        and requested_at > $2 limit 1";
    org LIST = select!("and (cast($2 as text) is null or r.id < $2) order by r.id desc limit $3");
    bulk ASIDES = "with wanted (organization_id, id) as (values", 2,
        ") select billing_run_id, kind, told from billing_run_aside
        where organization_id = $1 and billing_run_id in (select id from wanted) order by period_start, recurring_invoice_id";
}

/// A run of the command line that says nothing for so long has lost its process.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// A run to be written down.
pub(super) struct NewRun<'a> {
    pub id: BillingRunId,
    pub as_of: Date,
    pub trigger: &'a Trigger,
    /// None: whoever asks makes it, at once.
    pub job: Option<JobId>,
    pub now: Timestamp,
}

/// What has to be done, and for whom.
pub(super) struct Asked {
    pub id: BillingRunId,
    pub as_of: Date,
    pub by: By,
    pub finished: bool,
}

/// Who asked, as it is stored.
#[derive(Serialize, Deserialize)]
struct AskedBy {
    account: Option<AccountId>,
    name: String,
    via: String,
    remote_address: Option<String>,
}

/// What is told of recurring invoices that nothing was made of.
#[derive(Default)]
struct Asides {
    skips: Vec<Skip>,
    failed: Vec<Failed>,
}

pub(super) async fn insert(tx: &mut OrgTx, new: &NewRun<'_>) -> Result<()> {
    let by = new.trigger.by();
    let asked_by = AskedBy {
        account: by.account,
        name: by.name,
        via: by.via.to_owned(),
        remote_address: by.remote_address,
    };
    let args = args![
        new.id,
        new.as_of,
        new.trigger.as_str(),
        Value::json(&asked_by)?,
        new.job,
        new.now
    ];
    tx.execute(&INSERT, args).await?;
    Ok(())
}

/// A run begins, or goes on with so many recurring invoices that are still due; those that had failed are among them.
pub(super) async fn take_up(
    tx: &mut OrgTx,
    id: BillingRunId,
    due: usize,
    now: Timestamp,
) -> Result<()> {
    let failed = tx.execute(&FORGET_FAILURES, args![id]).await?;
    let failed = i64::try_from(failed).map_err(Error::internal)?;
    let due = i64::try_from(due).map_err(Error::internal)?;
    tx.execute(&TAKE_UP, args![id, failed, due, now]).await?;
    Ok(())
}

/// How much more was done.
#[derive(Clone, Copy)]
pub(super) struct Count {
    /// Invoices.
    pub made: usize,
    /// Recurring invoices that are done with.
    pub done: usize,
}

pub(super) async fn count(
    tx: &mut OrgTx,
    id: BillingRunId,
    more: Count,
    now: Timestamp,
) -> Result<()> {
    let made = i64::try_from(more.made).map_err(Error::internal)?;
    let done = i64::try_from(more.done).map_err(Error::internal)?;
    tx.execute(&COUNT, args![id, made, done, now]).await?;
    Ok(())
}

pub(super) async fn note_skips(tx: &mut OrgTx, id: BillingRunId, skips: &[Skip]) -> Result<()> {
    let row = |skip: &Skip| -> Result<_> {
        let (of, start) = (&skip.recurring_invoice_id, skip.period.start.to_string());
        Ok(args![id, of, start, "skipped", Value::json(skip)?])
    };
    tx.try_bulk(&NOTE, skips.iter().map(row)).await?;
    Ok(())
}

pub(super) async fn note_failure(tx: &mut OrgTx, id: BillingRunId, failed: &Failed) -> Result<()> {
    let of = &failed.recurring_invoice_id;
    let row = args![id, of, "", "failed", Value::json(failed)?];
    tx.bulk(&NOTE, vec![row]).await?;
    Ok(())
}

pub(super) async fn finish(tx: &mut OrgTx, id: BillingRunId, now: Timestamp) -> Result<()> {
    tx.execute(&FINISH, args![id, now]).await?;
    Ok(())
}

pub(super) async fn mark_interrupted(tx: &mut OrgTx, now: Timestamp) -> Result<()> {
    tx.execute(&MARK_INTERRUPTED, args![now - PATIENCE, now])
        .await?;
    Ok(())
}

/// The run for a day that waits or runs as a job, with its job.
pub(super) async fn find_unfinished(
    tx: &mut OrgTx,
    as_of: Date,
) -> Result<Option<(BillingRunId, JobId)>> {
    let row = tx.fetch_optional(&FIND_UNFINISHED, args![as_of]).await?;
    row.map(|row| Ok((row.get("id")?, row.get("job_id")?)))
        .transpose()
}

/// Whether a run that was asked for since an instant waits or is under way.
///
/// # Errors
/// When the database is gone.
pub async fn any_under_way(tx: &mut OrgTx, since: Timestamp) -> Result<bool> {
    let found = tx.fetch_optional(&ANY_UNDER_WAY, args![since]).await?;
    Ok(found.is_some())
}

pub(super) async fn find_asked(tx: &mut OrgTx, id: BillingRunId) -> Result<Option<Asked>> {
    let Some(row) = tx.fetch_optional(&FIND, args![id]).await? else {
        return Ok(None);
    };
    let by: AskedBy = row.json("asked_by")?;
    Ok(Some(Asked {
        id,
        as_of: row.get("as_of")?,
        finished: stored_status(&row)?.is_finished(),
        by: By {
            account: by.account,
            name: by.name,
            via: match by.via.as_str() {
                "session" => "session",
                "token" => "token",
                "cli" => "cli",
                _ => "job",
            },
            remote_address: by.remote_address,
        },
    }))
}

pub(super) async fn find(tx: &mut OrgTx, id: BillingRunId) -> Result<Option<BillingRun>> {
    let Some(row) = tx.fetch_optional(&FIND, args![id]).await? else {
        return Ok(None);
    };
    let mut asides = asides(tx, [id]).await?;
    read(&row, asides.remove(&id).unwrap_or_default()).map(Some)
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
    let mut asides = asides(tx, ids.iter().copied()).await?;
    let runs = ids.iter().zip(&rows).map(|(id, row)| {
        let run = read(row, asides.remove(id).unwrap_or_default())?;
        Ok((*id, run))
    });
    let runs = runs.collect::<Result<Vec<_>>>()?;
    let list = paging.list(runs, |(id, _)| *id)?;
    Ok(list.map(|(_, run)| run))
}

async fn asides(
    tx: &mut OrgTx,
    ids: impl IntoIterator<Item = BillingRunId>,
) -> Result<HashMap<BillingRunId, Asides>> {
    let wanted = ids.into_iter().map(|id| args![id]).collect();
    let mut asides: HashMap<BillingRunId, Asides> = HashMap::new();
    for row in tx.fetch_bulk(&ASIDES, wanted).await? {
        let of = asides.entry(row.get("billing_run_id")?).or_default();
        let kind: String = row.get("kind")?;
        match kind.as_str() {
            "failed" => of.failed.push(row.json("told")?),
            _ => of.skips.push(row.json("told")?),
        }
    }
    Ok(asides)
}

fn stored_status(row: &Row) -> Result<RunStatus> {
    let status = row.parse("status", |name| {
        RunStatus::parse(name).ok_or("not a status of a billing run")
    })?;
    status.ok_or_else(|| Error::internal("a billing run without a status"))
}

fn read(row: &Row, asides: Asides) -> Result<BillingRun> {
    let stored = stored_status(row)?;
    let (job, job_state): (Option<JobId>, Option<String>) =
        (row.get("job_id")?, row.get("job_state")?);
    let in_queue = job.is_none() || matches!(job_state.as_deref(), Some("ready" | "running"));
    let given_up = !stored.is_finished() && !in_queue;
    let ended_at: Option<Timestamp> = row.get("finished_at")?;
    let given_up_at: Option<Timestamp> = row.get("job_finished_at")?;
    let count = |number: i64| usize::try_from(number).map_err(Error::internal);
    let (done, total): (i64, Option<i64>) = (row.get("done")?, row.get("total")?);
    Ok(BillingRun {
        id: Some(row.get("id")?),
        as_of: row.get("as_of")?,
        dry_run: false,
        trigger: row.get("trigger_kind")?,
        status: if given_up {
            RunStatus::Interrupted
        } else {
            stored
        },
        progress: RunProgress {
            done: count(total.map_or(done, |total| done.min(total)))?,
            total: total.map(count).transpose()?,
        },
        created: count(row.get("created")?)?,
        skipped: asides.skips.len(),
        skips: asides.skips,
        failed: asides.failed,
        invoice_ids: Vec::new(),
        invoices: Vec::new(),
        requested_at: row.get("requested_at")?,
        started_at: row.get("started_at")?,
        finished_at: ended_at.or(given_up_at.filter(|_| given_up)),
    })
}
