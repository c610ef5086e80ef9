//! Another data key for an organization, under another master key.

use super::store;
use crate::{
    accounts::By,
    app::App,
    audit,
    error::Result,
    ids::OrganizationId,
    resealers,
    secrets::{Master, Rekey},
};

/// Gives an organization a new data key under a master key and seals everything of it anew; false: its key is under that one already.
///
/// # Errors
/// When something sealed does not open, or the database is gone; then nothing was changed.
pub async fn replace_data_key(
    app: &App,
    organization: OrganizationId,
    master: &Master,
) -> Result<bool> {
    let mut tx = app.database.write(organization).await?;
    let wrapped = store::load_wrapped_data_key(&mut tx).await?;
    if master.data_key(organization, &wrapped).is_ok() {
        return Ok(false);
    }
    let old = store::load_data_key(&mut tx, &app.vault).await?;
    let (new, wrapped) = master
        .make_data_key(organization)
        .map_err(crate::error::Error::internal)?;
    let keys = Rekey { old, new };
    for resealer in resealers() {
        (resealer.run)(&mut tx, &keys).await?;
    }
    store::set_data_key(&mut tx, &wrapped).await?;
    let event = audit::Event {
        by: &By::command_line(),
        action: "organization.credentials_resealed",
        subject_type: "organization",
        subject_id: organization.to_string(),
    };
    audit::record(
        &mut tx,
        event,
        app.clock.now(),
        audit::NOTHING,
        audit::NOTHING,
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}
