//! Claiming jobs, doing them, and saying how it went.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tracing::Instrument as _;

use super::store;
use crate::{
    app::App,
    error::{Error, Result},
    ids::{JobId, OrganizationId},
    request_id::{RequestId, carry_on},
};

/// How long a job belongs to a worker that says nothing more.
pub const LEASE: SignedDuration = SignedDuration::from_secs(45);
/// How often a worker says that it lives: three chances within a lease.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Waits between tries; a job that fails once more is given up.
pub const RETRY_AFTER: [SignedDuration; 4] = [
    SignedDuration::from_secs(15),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(10),
    SignedDuration::from_hours(1),
];
/// The first try and those after the waits.
const MOST_ATTEMPTS: usize = RETRY_AFTER.len() + 1;

/// A claimed job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its kind.
    pub kind: String,
    /// What it needs to know.
    pub payload: serde_json::Value,
    /// 1 at the first try.
    pub attempt: u32,
    /// The request that caused it, if one did.
    pub request: Option<RequestId>,
}

/// Why a job did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// Trying again may help.
    Retry(Error),
    /// Trying again cannot help.
    GiveUp(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Retry(error)
    }
}

/// How a job ended.
pub type Outcome = Result<(), Failure>;
/// What does a kind of job.
pub type Handler =
    Arc<dyn Fn(App, Job) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;

/// The kinds of jobs and who does them.
#[derive(Clone, Default)]
pub struct Registry(HashMap<&'static str, Handler>);

impl Registry {
    /// The kinds, in order.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        let kinds: std::collections::BTreeSet<_> = self.0.keys().copied().collect();
        kinds.into_iter()
    }

    /// Adds a kind.
    #[must_use]
    pub fn with<F, Fut>(mut self, kind: &'static str, handler: F) -> Self
    where
        F: Fn(App, Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Outcome> + Send + 'static,
    {
        self.0
            .insert(kind, Arc::new(move |app, job| Box::pin(handler(app, job))));
        self
    }
}

/// Does everything that is due, and what comes of it, in the calling task; tells how many jobs that were.
///
/// # Errors
/// When the database is gone.
pub async fn drain(app: &App, registry: &Registry) -> Result<usize> {
    let mut done = 0;
    while work_once(app, registry).await? {
        done += 1;
    }
    Ok(done)
}

/// Does one certain job in the calling task, unless a worker has it already or it is not due; tells whether it did.
///
/// # Errors
/// When the database is gone.
pub async fn do_one(
    app: &App,
    registry: &Registry,
    organization: OrganizationId,
    id: JobId,
) -> Result<bool> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    let job = store::claim_one(&mut tx, id, &app.node, now, now + LEASE).await?;
    tx.commit().await?;
    let Some(job) = job else { return Ok(false) };
    attempt(app, registry, &job).await?;
    Ok(true)
}

/// Claims and does one job, if one is due.
async fn work_once(app: &App, registry: &Registry) -> Result<bool> {
    loop {
        return match claim(app, None, 1).await? {
            Claimed::NothingDue => Ok(false),
            Claimed::Jobs(jobs) => match jobs.first() {
                Some(job) => attempt(app, registry, job).await.map(|()| true),
                // Another process was quicker.
                None => continue,
            },
        };
    }
}

/// What there was to claim.
pub(super) enum Claimed {
    NothingDue,
    /// None where other processes claimed all that was due.
    Jobs(Vec<Job>),
}

/// Claims jobs that are due, so many at most.
pub(super) async fn claim(app: &App, heavy: Option<bool>, most: usize) -> Result<Claimed> {
    let now = app.clock.now();
    let mut tx = app.database.system_read().await?;
    if !store::any_due(&mut tx, heavy, now).await? {
        return Ok(Claimed::NothingDue);
    }
    drop(tx);
    let claim = store::Claim {
        owner: &app.node,
        heavy,
        most,
        now,
        until: now + LEASE,
    };
    let mut tx = app.database.system_write().await?;
    let jobs = store::claim(&mut tx, &claim).await?;
    tx.commit().await?;
    Ok(Claimed::Jobs(jobs))
}

/// Does a claimed job and says how that went, for the request that caused it.
pub(super) async fn attempt(app: &App, registry: &Registry, job: &Job) -> Result<()> {
    let span = tracing::info_span!(
        "job",
        id = %job.id,
        kind = job.kind,
        attempt = job.attempt,
        organization = %job.organization,
        request_id = job.request.as_ref().map(tracing::field::display),
    );
    let begin = Instant::now();
    let work = carry_on(job.request.clone(), async {
        let outcome = perform(app, registry, job).await;
        settle(app, job, outcome, begin.elapsed()).await
    });
    work.instrument(span).await
}

async fn perform(app: &App, registry: &Registry, job: &Job) -> Outcome {
    if usize::try_from(job.attempt).is_ok_and(|attempt| attempt > MOST_ATTEMPTS) {
        return Err(Failure::GiveUp(never_ended()));
    }
    let Some(handler) = registry.0.get(job.kind.as_str()) else {
        return Err(Failure::GiveUp(Error::internal(format!(
            "no handler for jobs of kind {}",
            job.kind
        ))));
    };
    // A task of its own, so that a panic is a failed job and not a dead worker.
    let work = carry_on(job.request.clone(), handler(app.clone(), job.clone()));
    let mut work = tokio::spawn(work.in_current_span());
    loop {
        tokio::select! {
            ended = &mut work => {
                return ended.unwrap_or_else(|error| Err(Failure::Retry(Error::internal(error.to_string()))));
            }
            () = tokio::time::sleep(HEARTBEAT) => {
                if let Err(error) = renew(app, job).await {
                    tracing::warn!(error = ?error, "the lease of a job could not be renewed");
                }
            }
        }
    }
}

async fn renew(app: &App, job: &Job) -> Result<()> {
    let mut tx = app.database.system_write().await?;
    store::renew(&mut tx, job, &app.node, app.clock.now() + LEASE).await?;
    Ok(tx.commit().await?)
}

/// Writes down how an attempt ended, and its one line in the log.
async fn settle(app: &App, job: &Job, outcome: Outcome, took: Duration) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.database.system_write().await?;
    let (ended, error) = match &outcome {
        Ok(()) => (Ended::Done, None),
        Err(Failure::Retry(error)) => match wait_after(job.attempt) {
            Some(wait) => (Ended::Later(now + wait), Some(error)),
            None => (Ended::GivenUp, Some(error)),
        },
        Err(Failure::GiveUp(error)) => (Ended::GivenUp, Some(error)),
    };
    let why = error.map(ToString::to_string);
    let (why, node) = (why.as_deref(), &app.node);
    match ended {
        Ended::Done => store::finish(&mut tx, job, node, "done", now, None).await?,
        Ended::Later(at) => {
            store::retry(&mut tx, job, node, at, why.unwrap_or_default()).await?;
        }
        Ended::GivenUp => store::finish(&mut tx, job, node, "failed", now, why).await?,
    }
    tx.commit().await?;
    log(job, &ended, error, took);
    Ok(())
}

/// How an attempt ended.
enum Ended {
    Done,
    /// It is tried again at that instant.
    Later(Timestamp),
    GivenUp,
}

fn log(job: &Job, ended: &Ended, error: Option<&Error>, took: Duration) {
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let request_id = job.request.as_ref().map(tracing::field::display);
    let error = error.map(tracing::field::debug);
    macro_rules! log {
        ($level:ident, $message:literal) => {
            tracing::$level!(
                job = %job.id,
                kind = job.kind,
                attempt = job.attempt,
                organization = %job.organization,
                request_id,
                duration_ms,
                error,
                $message
            )
        };
    }
    match ended {
        Ended::Done => log!(info, "a job was done"),
        Ended::Later(_) => log!(warn, "a job failed and will be tried again"),
        Ended::GivenUp => log!(error, "a job failed for good"),
    }
}

fn wait_after(attempt: u32) -> Option<SignedDuration> {
    let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
    RETRY_AFTER.get(index).copied()
}

/// A job that takes its process down with it settles nothing; it is only ever found with an expired lease.
fn never_ended() -> Error {
    Error::Unavailable(format!(
        "The process that did this job ended before it was done; after {MOST_ATTEMPTS} attempts it was given up. \
         The server's log may say why. Try it again once that is mended."
    ))
}
