//! A sync in the foreground, for the command line.

use std::time::Duration;

use super::{Scope, Sync, Trigger, load_sync, request_sync, run_sync};
use crate::{accounts::By, app::App, error::Result, ids::OrganizationId};

/// How often the sync is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Runs a full sync to its end, or waits for the one that is under way; `progress` is told how it stands a few times a
/// second. A sync that failed is a result, not an error.
///
/// # Errors
/// When there is nothing to sync with, or the database is gone.
pub async fn sync_now(
    app: &App,
    organization: OrganizationId,
    mut progress: impl FnMut(&Sync) + Send,
) -> Result<Sync> {
    let by = By::command_line();
    let (sync, _) = request_sync(app, &by, organization, Scope::Full, Trigger::Cli).await?;
    loop {
        let mut run = std::pin::pin!(run_sync(app, organization, sync.id));
        let mut running = true;
        while running {
            tokio::select! {
                ended = &mut run => { ended?; running = false; }
                () = tokio::time::sleep(LOOK) => {}
            }
            let mut tx = app.database.read(organization).await?;
            let now = load_sync(&mut tx, sync.id).await?;
            progress(&now);
            if now.status.is_finished() {
                return Ok(now);
            }
        }
        // Another process runs it, or another sync before it.
        tokio::time::sleep(LOOK).await;
    }
}
