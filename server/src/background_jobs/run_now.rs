//! Running something now, and trying again what was given up.

use serde::Serialize;
use utoipa::ToSchema;

use super::tasks;
use crate::{
    accounts::{Actor, Permission},
    app::App,
    audit,
    billing_runs::{self, request_run},
    error::{Error, Result},
    ids::{BillingRunId, JobId, SyncId},
    jobs::{self, OpenJob},
    pax8::sync::{self, Scope, Trigger, request_sync},
};

/// What was started.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Started {
    /// Its kind.
    pub kind: &'static str,
    /// The sync, which is under way.
    #[schema(value_type = Option<String>)]
    pub sync_id: Option<SyncId>,
    /// The billing run, which is under way.
    #[schema(value_type = Option<String>)]
    pub billing_run_id: Option<BillingRunId>,
    /// Whether the same was under way already, so that nothing new was started.
    pub joined: bool,
}

/// Runs something that is scheduled now: a full sync, or billing as of today, is put into the queue.
///
/// # Errors
/// When there is no such kind, the actor lacks a permission of the kind, or what it needs is not there.
pub async fn run_now(app: &App, actor: &Actor, kind: &str) -> Result<Started> {
    actor.require(Permission::SettingsManage)?;
    match kind {
        sync::JOB => sync_now(app, actor).await,
        billing_runs::JOB => bill_now(app, actor).await,
        _ => Err(Error::NotFound("background job")),
    }
}

async fn sync_now(app: &App, actor: &Actor) -> Result<Started> {
    actor.require_pax8()?;
    let (by, trigger) = (actor.by(), Trigger::Manual);
    let (sync, joined) = request_sync(app, &by, actor.organization, Scope::Full, trigger).await?;
    Ok(Started {
        kind: sync::JOB,
        sync_id: Some(sync.id),
        billing_run_id: None,
        joined,
    })
}

async fn bill_now(app: &App, actor: &Actor) -> Result<Started> {
    actor.require(Permission::BillingManage)?;
    let today = app.clock.today(&actor.timezone);
    let trigger = billing_runs::Trigger::Manual(actor.by());
    let run = request_run(app, actor.organization, today, &trigger).await?;
    app.wake.wake();
    Ok(Started {
        kind: billing_runs::JOB,
        sync_id: None,
        billing_run_id: Some(run.id),
        joined: run.joined,
    })
}

/// Puts a job that was given up back into the queue.
///
/// # Errors
/// When the organization has no such job, or it was not given up.
pub async fn try_again(app: &App, actor: &Actor, id: JobId) -> Result<OpenJob> {
    actor.require(Permission::SettingsManage)?;
    let now = app.clock.now();
    let mut tx = app.database.write(actor.organization).await?;
    let job = jobs::try_again(&mut tx, id, now).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "background_job.retried",
        subject_type: "background_job",
        subject_id: id.to_string(),
    };
    let after =
        serde_json::json!({ "name": tasks::name_of(&job.kind), "last_error": job.last_error });
    audit::record(&mut tx, event, now, audit::NOTHING, Some(&after)).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok(job)
}
