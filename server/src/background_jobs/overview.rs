//! What is scheduled, what ran, and what waits.

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::tasks;
use crate::{
    accounts::Actor,
    app::App,
    error::Result,
    jobs::{self, JobState, OpenJob},
};

/// Runs that are shown.
const RUNS: usize = 20;
/// Jobs of the queue that are shown.
const OPEN: u32 = 50;

/// What Ascent does by itself for an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    /// What is scheduled.
    pub data: Vec<Task>,
    /// What ran last, newest first.
    pub runs: Vec<LatestRun>,
    /// What waits, runs, is tried again or was given up, newest first.
    pub queue: Vec<OpenJob>,
}

/// Something that is scheduled.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Task {
    /// Its kind: `pax8.sync`, `billing.run`.
    pub kind: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// Its schedule in words.
    pub schedule: String,
    /// When it runs next; null: it does not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_run_at: Option<Timestamp>,
    /// Why it does not run by itself.
    pub paused: Option<&'static str>,
    /// Whether the asking person may run it now.
    pub can_run: bool,
    /// How it went the last time.
    pub last_run: Option<LatestRun>,
}

/// A run of something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LatestRun {
    /// The id of the sync or billing run.
    pub id: String,
    /// The kind of what ran.
    pub kind: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What set it off: `manual`, `scheduled`, `connect`, `cli` or `webhook`.
    pub trigger: String,
    /// How it stands.
    pub outcome: RunOutcome,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// When it began.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// What it did, in words.
    pub summary: Option<String>,
    /// Why it failed, or what of it.
    pub error: Option<String>,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// It waits for its turn.
    Queued,
    /// It is under way.
    Running,
    /// It did everything.
    Succeeded,
    /// It did what it could; the rest is told.
    PartlyFailed,
    /// It changed nothing.
    Failed,
    /// Its process ended before it did.
    Interrupted,
}

impl Overview {
    /// Whether something waits for its turn or runs.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        let runs = self.runs.iter().map(|run| run.outcome);
        let mut runs = runs.filter(|it| matches!(it, RunOutcome::Queued | RunOutcome::Running));
        let mut jobs = self
            .queue
            .iter()
            .filter(|job| job.state != JobState::Failed);
        runs.next().is_some() || jobs.next().is_some()
    }
}

impl LatestRun {
    /// How long it took, in whole seconds.
    #[must_use]
    pub fn seconds(&self) -> Option<i64> {
        let (from, to) = self.started_at.zip(self.finished_at)?;
        Some(to.duration_since(from).as_secs())
    }
}

/// What Ascent does by itself for the actor's organization.
///
/// # Errors
/// When the database is gone.
pub async fn load_overview(app: &App, actor: &Actor, tx: &mut OrgTx) -> Result<Overview> {
    let (syncs, billing) = (
        tasks::sync_runs(tx, RUNS).await?,
        tasks::billing_runs(tx, RUNS).await?,
    );
    let data = vec![
        tasks::sync(app, actor, tx, syncs.first()).await?,
        tasks::billing(actor, tx, billing.first()).await?,
    ];
    let mut runs: Vec<LatestRun> = syncs.into_iter().chain(billing).collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.requested_at));
    runs.truncate(RUNS);
    Ok(Overview {
        data,
        runs,
        queue: jobs::list_open(tx, OPEN).await?,
    })
}
