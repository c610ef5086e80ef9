//! The daily run, early in the morning where the organization is.

use serde::{Deserialize, Serialize};

use super::{Trigger, run};
use crate::{
    app::App,
    error::{Error, Result},
    ids::OrganizationId,
    jobs::{self, Failure, Job, NewJob, Outcome},
    organizations::{list_billing_due, take_billing_turn},
};

/// The kind of job that runs the billing of one organization.
pub const JOB: &str = "billing.run";
/// The name of the schedule that enqueues them.
pub const SCHEDULE: &str = "billing.due";

#[derive(Serialize, Deserialize)]
struct Payload {
    as_of: jiff::civil::Date,
}

/// Enqueues the run of every organization whose turn it is. After a standstill that is one run as of today, which catches
/// up period by period. One organization that fails does not stop the others.
///
/// # Errors
/// When the database is gone.
pub async fn daily(app: App) -> Result<()> {
    let mut tx = app.database.system_read().await?;
    let due = list_billing_due(&mut tx, app.clock.now()).await?;
    drop(tx);
    for organization in due {
        if let Err(error) = enqueue(&app, organization).await {
            tracing::error!(%organization, error = ?error, "the daily billing run could not be enqueued");
        }
    }
    Ok(())
}

/// The moved time and the job are one transaction, so that any number of processes enqueue one job.
async fn enqueue(app: &App, organization: OrganizationId) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    if let Some(as_of) = take_billing_turn(&mut tx, now).await? {
        let job = NewJob {
            kind: JOB,
            payload: serde_json::to_value(Payload { as_of })?,
            unique_key: Some(format!("{JOB}:{organization}:{as_of}")),
            run_at: now,
        };
        jobs::enqueue(&mut tx, &job, now).await?;
    }
    tx.commit().await?;
    app.wake.wake();
    Ok(())
}

/// Does a job of kind [`JOB`]. Doing it twice bills nothing twice.
///
/// # Errors
/// When the run cannot be made at all; a recurring invoice that fails is reported in the run.
pub async fn perform(app: App, job: Job) -> Outcome {
    let payload: Payload = serde_json::from_value(job.payload)
        .map_err(|error| Failure::GiveUp(Error::internal(error)))?;
    run(
        &app,
        job.organization,
        payload.as_of,
        false,
        Trigger::Scheduled,
    )
    .await?;
    Ok(())
}
