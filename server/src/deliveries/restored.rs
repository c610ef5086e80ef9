//! After a restore nobody knows what of the mail that waited then was sent since.

use super::{DeliveryState, perform::end, store};
use crate::{app::App, error::Result, ids::OrganizationId};

const WHY: &str =
    "The database was restored from a backup. Whether this was sent after the backup is not known.";

/// Takes everything of an organization that waits to be sent for unknown, so that a person decides; tells how many that were.
///
/// # Errors
/// When the database is gone.
pub async fn lose_track_of_waiting(app: &App, organization: OrganizationId) -> Result<usize> {
    let mut tx = app.database.write(organization).await?;
    let waiting = store::list_unfinished(&mut tx).await?;
    for delivery in &waiting {
        end(app, &mut tx, delivery, DeliveryState::Unknown, Some(WHY)).await?;
    }
    tx.commit().await?;
    Ok(waiting.len())
}
