//! What waits, runs or was given up, for people who look; and trying again what was given up.

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::{
    error::{Error, Result},
    ids::JobId,
};

/// A job that is not done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenJob {
    /// Its id.
    #[schema(value_type = String)]
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// How it stands.
    pub state: JobState,
    /// How often it was begun.
    pub attempts: u32,
    /// Not before this instant.
    #[schema(value_type = String, format = DateTime)]
    pub run_at: Timestamp,
    /// Why it failed the last time.
    pub last_error: Option<String>,
    /// When it was put into the queue.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// How a job stands that is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its turn.
    Waiting,
    /// It is under way.
    Running,
    /// It failed and is tried again by itself.
    Retrying,
    /// It failed too often and was given up.
    Failed,
}

impl JobState {
    pub(super) fn of(state: &str, attempts: u32) -> Self {
        match (state, attempts) {
            ("running", _) => Self::Running,
            ("failed", _) => Self::Failed,
            (_, 0) => Self::Waiting,
            _ => Self::Retrying,
        }
    }
}

/// The organization's jobs that are not done, the latest first.
///
/// # Errors
/// When the database is gone.
pub async fn list_open(tx: &mut OrgTx, limit: u32) -> Result<Vec<OpenJob>> {
    store::list_open(tx, limit).await
}

/// Whether a job failed and waits to be tried again by itself.
///
/// # Errors
/// When the database is gone.
pub async fn is_retrying(tx: &mut OrgTx, id: JobId) -> Result<bool> {
    let job = store::find_open(tx, id).await?;
    Ok(job.is_some_and(|job| job.state == JobState::Retrying))
}

/// Puts a job that was given up back into the queue, as if it had never been tried.
///
/// After the commit, [`Wake::wake`](super::Wake::wake) makes this process look at once.
///
/// # Errors
/// When the organization has no such job, it was not given up, or the same is in the queue already.
pub async fn try_again(tx: &mut OrgTx, id: JobId, now: Timestamp) -> Result<OpenJob> {
    let job = load_open(tx, id).await?;
    if job.state != JobState::Failed {
        let detail = "This job was not given up: it runs, or will run by itself.";
        return Err(Error::conflict("job_not_failed", detail));
    }
    if !store::requeue(tx, id, now).await? {
        let detail = "The same is in the queue already. There is nothing to try again.";
        return Err(Error::conflict("job_queued", detail));
    }
    load_open(tx, id).await
}

async fn load_open(tx: &mut OrgTx, id: JobId) -> Result<OpenJob> {
    store::find_open(tx, id)
        .await?
        .ok_or(Error::NotFound("job"))
}
