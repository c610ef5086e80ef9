//! Putting jobs into the queue.

use db::OrgTx;
use jiff::Timestamp;

use super::store;
use crate::{error::Result, ids::JobId};

/// A job to be done for an organization.
pub struct NewJob {
    /// The kind, under which its handler is registered.
    pub kind: &'static str,
    /// What the handler needs to know: ids, not copies of rows.
    pub payload: serde_json::Value,
    /// At most one unfinished job has the same key. None: any number.
    pub unique_key: Option<String>,
    /// Whether it takes long or much memory: few of these are done at once, and no other job waits for them.
    pub heavy: bool,
    /// Not before this instant.
    pub run_at: Timestamp,
}

/// Enqueues a job in the transaction of what causes it. `None` when an unfinished job has the same key.
///
/// After the commit, [`Wake::wake`](super::Wake::wake) makes this process look at once.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(tx: &mut OrgTx, job: &NewJob, now: Timestamp) -> Result<Option<JobId>> {
    let id = JobId::new();
    Ok(store::insert(tx, id, job, now).await?.then_some(id))
}
