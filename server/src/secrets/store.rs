//! Which master key the installation is sealed with: one row, with the key's id.

use db::{Row, SystemTx, args};

use super::{Master, MasterKeyId, Vault};
use crate::error::{Error, Result};

db::statements! {
    system FIND = "select master_key_id from vault where id = 'installation'";
    system INSERT = "insert into vault (id, master_key_id) values ('installation', $1) on conflict (id) do nothing";
    /// Also waits for whoever else holds the row, and keeps it until the end of the transaction.
    system HOLD = "update vault set master_key_id = master_key_id where id = 'installation' returning master_key_id";
    system REPLACE = "update vault set master_key_id = $1 where id = 'installation'";
}

/// The id of the master key in use. None: nothing was sealed yet.
///
/// # Errors
/// When the database is gone.
pub async fn find_master_key_id(tx: &mut SystemTx) -> Result<Option<MasterKeyId>> {
    let row = tx.fetch_optional(&FIND, args![]).await?;
    row.as_ref().map(id).transpose()
}

/// Makes the vault's first key the one in use, where none is.
///
/// # Errors
/// When the database is gone.
pub async fn claim_master_key(tx: &mut SystemTx, vault: &Vault) -> Result<()> {
    if let Some(first) = vault.first() {
        tx.execute(&INSERT, args![first.id().as_str()]).await?;
    }
    Ok(())
}

/// The master key in use, which stays in use until the transaction ends.
///
/// # Errors
/// When this process does not have it, or the database is gone.
pub async fn hold_master_key(tx: &mut SystemTx, vault: &Vault) -> Result<Master> {
    claim_master_key(tx, vault).await?;
    let in_use = id(&tx.fetch_one(&HOLD, args![]).await?)?;
    vault.master(&in_use).ok_or_else(unknown_master_key)
}

pub(super) async fn replace(tx: &mut SystemTx, id: &MasterKeyId) -> Result<()> {
    tx.execute(&REPLACE, args![id.as_str()]).await?;
    Ok(())
}

fn id(row: &Row) -> Result<MasterKeyId> {
    Ok(row.get::<String>("master_key_id")?.into())
}

/// What is said where a secret is under a key that this process does not have.
pub(crate) fn unknown_master_key() -> Error {
    tracing::error!("the database is sealed with another master key than this process has");
    Error::Unavailable(
        "Stored credentials cannot be opened: this server does not have the master key that they are sealed with. Whoever runs it has \
         to start it with that key."
            .to_owned(),
    )
}
