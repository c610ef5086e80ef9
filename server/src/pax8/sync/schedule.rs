//! What happens by the clock: scheduled syncs, and the burial of syncs whose process died.

use super::{Scope, Trigger, lease, request::join_or_enqueue, store::leases};
use crate::{app::App, error::Result, ids::OrganizationId, pax8::connection};

/// The schedule's name.
pub const SCHEDULE: &str = "pax8.sync.due";

/// Enqueues a full sync for every organization whose time has come. One organization's failure does not stop the others.
///
/// # Errors
/// When the database is gone.
pub async fn enqueue_due(app: App) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.database.system_read().await?;
    let expired = leases::list_expired(&mut tx, now).await?;
    let due = connection::list_due(&mut tx, now).await?;
    drop(tx);
    for organization in expired {
        report(organization, recover(&app, organization).await);
    }
    for organization in due {
        report(organization, enqueue(&app, organization).await);
    }
    Ok(())
}

async fn recover(app: &App, organization: OrganizationId) -> Result<()> {
    let mut tx = app.database.write(organization).await?;
    lease::recover(&mut tx, app.clock.now()).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok(())
}

async fn enqueue(app: &App, organization: OrganizationId) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    if connection::postpone(&mut tx, app.settings.sync_interval, now).await? {
        join_or_enqueue(&mut tx, Scope::Full, Trigger::Scheduled, now).await?;
    }
    tx.commit().await?;
    app.wake.wake();
    Ok(())
}

fn report(organization: OrganizationId, outcome: Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(%organization, error = ?error, "a scheduled sync could not be enqueued");
    }
}
