//! Every SQL statement about jobs.

use db::{OrgTx, Row, SystemTx, args};
use jiff::Timestamp;

use super::{Job, JobState, NewJob, OpenJob};
use crate::{
    error::{Error, Result},
    ids::JobId,
    request_id::RequestId,
};

db::statements! {
    org INSERT = "insert into job (organization_id, id, kind, payload, unique_key, heavy, state, run_at, created_at, request_id)
        values ($1, $2, $3, $4, $5, $6, 'ready', $7, $8, $9)
        on conflict (organization_id, unique_key) where state in ('ready', 'running') do nothing";
    /// Whoever changes the row's state first has the job; the condition is asked again under the row's lock.
    system CLAIM = "update job set state = 'running', attempts = attempts + 1, lease_owner = $1, lease_until = $2
        where (organization_id, id) in (select organization_id, id from job where state in ('ready', 'running')
            and ((state = 'ready' and run_at <= $3) or (state = 'running' and lease_until < $3))
            and (cast($4 as boolean) is null or heavy = $4) order by run_at, id limit $5)
        and ((state = 'ready' and run_at <= $3) or (state = 'running' and lease_until < $3))
        returning id, organization_id, kind, payload, attempts, request_id";
    org CLAIM_ONE = "update job set state = 'running', attempts = attempts + 1, lease_owner = $3, lease_until = $4
        where organization_id = $1 and id = $2 and state = 'ready' and run_at <= $5
        returning id, organization_id, kind, payload, attempts, request_id";
    system ANY_DUE = "select 1 as one from job where state in ('ready', 'running')
        and ((state = 'ready' and run_at <= $1) or (state = 'running' and lease_until < $1))
        and (cast($2 as boolean) is null or heavy = $2) limit 1";
    system RENEW = "update job set lease_until = $4 where organization_id = $1 and id = $2 and lease_owner = $3 and state = 'running'";
    system FINISH = "update job set state = $4, finished_at = $5, last_error = $6, lease_owner = null, lease_until = null
        where organization_id = $1 and id = $2 and lease_owner = $3 and state = 'running'";
    system RETRY = "update job set state = 'ready', run_at = $4, last_error = $5, lease_owner = null, lease_until = null
        where organization_id = $1 and id = $2 and lease_owner = $3 and state = 'running'";
    org LIST_OPEN = "select id, kind, state, attempts, run_at, last_error, created_at, finished_at from job
        where organization_id = $1 and state in ('ready', 'running', 'failed') order by created_at desc, id desc limit $2";
    org FIND_OPEN = "select id, kind, state, attempts, run_at, last_error, created_at, finished_at from job
        where organization_id = $1 and id = $2 and state in ('ready', 'running', 'failed')";
    org REQUEUE = "update job set state = 'ready', attempts = 0, run_at = $3, finished_at = null
        where organization_id = $1 and id = $2 and state = 'failed' and not exists (select 1 from job other
            where other.organization_id = $1 and other.unique_key = job.unique_key and other.state in ('ready', 'running'))";
    system DELETE_OLD = "delete from job where state in ('done', 'failed') and finished_at < $1";
}

pub(super) async fn insert(
    tx: &mut OrgTx,
    id: JobId,
    job: &NewJob,
    now: Timestamp,
) -> Result<bool> {
    let args = args![
        id,
        job.kind,
        job.payload.clone(),
        job.unique_key.clone(),
        job.heavy,
        job.run_at,
        now,
        RequestId::current().map(|it| it.to_string())
    ];
    Ok(tx.execute(&INSERT, args).await? == 1)
}

/// Whether a claim has a chance; asked in a snapshot, so that an idle worker writes nothing.
pub(super) async fn any_due(
    tx: &mut SystemTx,
    heavy: Option<bool>,
    now: Timestamp,
) -> Result<bool> {
    let found = tx.fetch_optional(&ANY_DUE, args![now, heavy]).await?;
    Ok(found.is_some())
}

/// Which jobs somebody takes on.
pub(super) struct Claim<'a> {
    pub owner: &'a str,
    /// None: heavy ones and others.
    pub heavy: Option<bool>,
    pub most: usize,
    pub now: Timestamp,
    pub until: Timestamp,
}

/// Claims those that wait longest; fewer than there are where another process claims at the same moment.
pub(super) async fn claim(tx: &mut SystemTx, claim: &Claim<'_>) -> Result<Vec<Job>> {
    let most = i64::try_from(claim.most).map_err(Error::internal)?;
    let args = args![claim.owner, claim.until, claim.now, claim.heavy, most];
    let rows = tx.fetch_all(&CLAIM, args).await?;
    rows.iter().map(read_claimed).collect()
}

/// Claims this very job, if nobody has it and it is due.
pub(super) async fn claim_one(
    tx: &mut OrgTx,
    id: JobId,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Job>> {
    let row = tx
        .fetch_optional(&CLAIM_ONE, args![id, owner, until, now])
        .await?;
    row.as_ref().map(read_claimed).transpose()
}

fn read_claimed(row: &Row) -> Result<Job> {
    let attempts: i64 = row.get("attempts")?;
    Ok(Job {
        id: row.get("id")?,
        organization: row.get("organization_id")?,
        kind: row.get("kind")?,
        payload: row.json("payload")?,
        attempt: u32::try_from(attempts).map_err(Error::internal)?,
        request: row
            .get::<Option<String>>("request_id")?
            .and_then(|it| RequestId::given(&it)),
    })
}

pub(super) async fn renew(
    tx: &mut SystemTx,
    job: &Job,
    owner: &str,
    until: Timestamp,
) -> Result<bool> {
    Ok(tx
        .execute(&RENEW, args![job.organization, job.id, owner, until])
        .await?
        == 1)
}

pub(super) async fn finish(
    tx: &mut SystemTx,
    job: &Job,
    owner: &str,
    state: &str,
    now: Timestamp,
    error: Option<&str>,
) -> Result<()> {
    tx.execute(
        &FINISH,
        args![job.organization, job.id, owner, state, now, error],
    )
    .await?;
    Ok(())
}

pub(super) async fn retry(
    tx: &mut SystemTx,
    job: &Job,
    owner: &str,
    at: Timestamp,
    error: &str,
) -> Result<()> {
    tx.execute(&RETRY, args![job.organization, job.id, owner, at, error])
        .await?;
    Ok(())
}

pub(super) async fn delete_old(tx: &mut SystemTx, before: Timestamp) -> Result<u64> {
    Ok(tx.execute(&DELETE_OLD, args![before]).await?)
}

pub(super) async fn list_open(tx: &mut OrgTx, limit: u32) -> Result<Vec<OpenJob>> {
    let rows = tx.fetch_all(&LIST_OPEN, args![limit]).await?;
    rows.iter().map(read_open).collect()
}

pub(super) async fn find_open(tx: &mut OrgTx, id: JobId) -> Result<Option<OpenJob>> {
    let row = tx.fetch_optional(&FIND_OPEN, args![id]).await?;
    row.as_ref().map(read_open).transpose()
}

/// Tells whether it was given up and nothing in the queue has its key.
pub(super) async fn requeue(tx: &mut OrgTx, id: JobId, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&REQUEUE, args![id, now]).await? == 1)
}

fn read_open(row: &Row) -> Result<OpenJob> {
    let (state, attempts): (String, u32) = (row.get("state")?, row.get("attempts")?);
    Ok(OpenJob {
        id: row.get("id")?,
        kind: row.get("kind")?,
        state: JobState::of(&state, attempts),
        attempts,
        run_at: row.get("run_at")?,
        last_error: row.get("last_error")?,
        created_at: row.get("created_at")?,
        finished_at: row.get("finished_at")?,
    })
}
