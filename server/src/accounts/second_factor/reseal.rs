//! Sealing the secrets of second factors anew, where the master key is replaced.

use super::{context, store};
use crate::{
    app::App,
    error::{Error, Result},
    secrets::Master,
};

/// Brings every secret under a master key of the vault's, in one transaction.
///
/// # Errors
/// When one does not open, or the database is gone; then nothing was changed.
pub async fn reseal_second_factors(app: &App, to: &Master) -> Result<()> {
    let mut tx = app.database.system_write().await?;
    for (account, sealed) in store::list_sealed(&mut tx).await? {
        let context = context(account);
        if to.open(&context, &sealed).is_ok() {
            continue;
        }
        let secret = app.vault.open(&context, &sealed).map_err(Error::internal)?;
        let anew = to.seal(&context, &secret).map_err(Error::internal)?;
        store::set_sealed(&mut tx, account, &anew).await?;
    }
    Ok(tx.commit().await?)
}
