//! Replacing the master key and the data keys, while servers run.
//!
//! First the database says that the new master key is in use: from then on a new organization begins with it. Then one
//! organization after the other gets a new data key under it, with everything that it sealed, in a transaction each. Whatever
//! ends this half-way is gone on with by doing it again.

use super::{Master, store};
use crate::{
    accounts::second_factor::reseal_second_factors,
    app::App,
    error::Result,
    organizations::{list_organizations, replace_data_key},
};

/// Brings every organization under a master key of the vault's, and tells how many were not yet.
///
/// # Errors
/// When the key in use is none of the vault's, something sealed does not open, or the database is gone. What is done stays done.
pub async fn rotate(app: &App, to: &Master) -> Result<u32> {
    let mut tx = app.database.system_write().await?;
    store::hold_master_key(&mut tx, &app.vault).await?;
    store::replace(&mut tx, to.id()).await?;
    tx.commit().await?;

    // Whoever began with the old key has ended: beginning holds the row that was just replaced.
    reseal_second_factors(app, to).await?;
    let organizations = list_organizations(&mut app.database.system_read().await?).await?;
    let mut replaced = 0;
    for organization in organizations {
        if replace_data_key(app, organization, to).await? {
            replaced += 1;
        }
    }
    Ok(replaced)
}
