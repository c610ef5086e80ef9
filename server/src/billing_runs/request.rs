//! Asking for a run: it and its job are written in one transaction, and a worker of any process makes it.

use std::time::Duration;

use db::OrgTx;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    BillingRun, Trigger,
    course::carry_out,
    load_run,
    run::{check_run, note_start, today},
    store::{self, Asked, NewRun},
};
use crate::{
    app::App,
    error::{Error, Result},
    ids::{BillingRunId, JobId, OrganizationId},
    jobs::{self, Failure, Job, NewJob, Outcome, Registry},
};

/// The kind of job that makes a run.
pub const JOB: &str = "billing.run";
/// How long a program waits for the end of the run that it asked for: less than a request may take.
const PATIENCE: Duration = Duration::from_secs(45);
/// How often it looks where another worker has the run.
const LOOK: Duration = Duration::from_millis(200);

#[derive(Serialize, Deserialize)]
struct Payload {
    run_id: BillingRunId,
}

/// A run that was asked for.
pub struct Requested {
    /// The run.
    pub id: BillingRunId,
    /// Whether it was under way, or waiting, already.
    pub joined: bool,
    job: JobId,
}

/// Asks for a run, or joins the one for the same day that waits or runs.
///
/// # Errors
/// When the day is too far ahead.
pub async fn request_run(
    app: &App,
    organization: OrganizationId,
    as_of: Date,
    trigger: &Trigger,
) -> Result<Requested> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    check_run(as_of, today(&mut tx, now).await?)?;
    let requested = enqueue(&mut tx, as_of, trigger, now).await?;
    tx.commit().await?;
    Ok(requested)
}

/// The same in the transaction of what causes it.
pub(super) async fn enqueue(
    tx: &mut OrgTx,
    as_of: Date,
    trigger: &Trigger,
    now: Timestamp,
) -> Result<Requested> {
    if let Some((id, job)) = store::find_unfinished(tx, as_of).await? {
        let joined = true;
        return Ok(Requested { id, joined, job });
    }
    let id = BillingRunId::new();
    let job = NewJob {
        kind: JOB,
        payload: serde_json::to_value(Payload { run_id: id })?,
        unique_key: None,
        heavy: true,
        run_at: now,
    };
    let job = jobs::enqueue(tx, &job, now).await?;
    let job = job.ok_or_else(|| Error::internal("a job without a key was not enqueued"))?;
    let new = NewRun {
        id,
        as_of,
        trigger,
        job: Some(job),
        now,
    };
    store::insert(tx, &new).await?;
    note_start(tx, &new).await?;
    Ok(Requested {
        id,
        joined: false,
        job,
    })
}

/// Makes a run that was asked for, in this process unless another one has it already, and gives it as it stands at its end;
/// or as it stands then, where it takes longer than a request may. It goes on although the one who asked has gone.
///
/// # Errors
/// When the database is gone.
pub async fn make_now(
    app: &App,
    organization: OrganizationId,
    requested: &Requested,
) -> Result<BillingRun> {
    let (work, job) = (app.clone(), requested.job);
    let work = tokio::spawn(async move {
        let registry = Registry::default().with(JOB, perform);
        jobs::do_one(&work, &registry, organization, job).await
    });
    let ended = async {
        work.await.map_err(Error::internal)??;
        loop {
            let mut tx = app.database.read(organization).await?;
            let run = load_run(&mut tx, requested.id).await?;
            if run.status.is_finished() || jobs::is_retrying(&mut tx, job).await? {
                return Ok(run);
            }
            drop(tx);
            tokio::time::sleep(LOOK).await;
        }
    };
    match tokio::time::timeout(PATIENCE, ended).await {
        Ok(run) => run,
        Err(_) => load_run(&mut app.database.read(organization).await?, requested.id).await,
    }
}

/// Does a job of kind [`JOB`]. Doing it twice bills nothing twice.
///
/// # Errors
/// When the run cannot be made at all; a recurring invoice that fails is reported in the run.
pub async fn perform(app: App, job: Job) -> Outcome {
    let payload: Payload = serde_json::from_value(job.payload)
        .map_err(|error| Failure::GiveUp(Error::internal(error)))?;
    let asked = load_asked(&app, job.organization, payload.run_id).await?;
    let asked = asked.ok_or(Failure::GiveUp(Error::NotFound("billing run")))?;
    if !asked.finished {
        carry_out(&app, job.organization, &asked).await?;
    }
    Ok(())
}

async fn load_asked(
    app: &App,
    organization: OrganizationId,
    id: BillingRunId,
) -> Result<Option<Asked>> {
    let mut tx = app.database.read(organization).await?;
    store::find_asked(&mut tx, id).await
}
