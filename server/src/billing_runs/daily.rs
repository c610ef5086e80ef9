//! The daily run, early in the morning where the organization is.

use super::{Trigger, request};
use crate::{
    app::App,
    error::Result,
    ids::OrganizationId,
    organizations::{list_billing_due, take_billing_turn},
};

/// The name of the schedule that enqueues them.
pub const SCHEDULE: &str = "billing.due";

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

/// The moved time and the run with its job are one transaction, so that any number of processes make one run.
async fn enqueue(app: &App, organization: OrganizationId) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    if let Some(as_of) = take_billing_turn(&mut tx, now).await? {
        request::enqueue(&mut tx, as_of, &Trigger::Scheduled, now).await?;
    }
    tx.commit().await?;
    app.wake.wake();
    Ok(())
}
