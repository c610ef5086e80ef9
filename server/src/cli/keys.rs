//! The master key of an installation, from the environment or its file, tried on the database.

use db::Database;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Failure, installation::make_folder};
use crate::{
    config::{Config, MASTER_KEY_VARIABLE, NEW_MASTER_KEY_VARIABLE},
    secrets::{KeyFile, MasterKey, Vault, claim_master_key, find_master_key_id},
};

/// How both keys are given while one takes the place of the other.
pub(super) const BOTH_KEYS: &str = "the old one in master.key or ASCENT_MASTER_KEY, the new one in master.key.new or ASCENT_NEW_MASTER_KEY";

/// The vault of an installation, with the key that its database, called `address`, is sealed with.
pub(super) async fn open_vault(
    config: &Config,
    database: &Database,
    address: String,
) -> Result<Vault, Failure> {
    let used = find_master_key_id(&mut database.system_read().await?).await?;
    let (vault, origin) = match &config.master_key {
        Some(present) => of_environment(present, config.new_master_key.as_ref())?,
        None => of_file(config, used.is_some(), &address)?,
    };
    let used = match used {
        Some(used) => used,
        None => {
            let mut tx = database.system_write().await?;
            claim_master_key(&mut tx, &vault).await?;
            let used = find_master_key_id(&mut tx).await?;
            tx.commit().await?;
            used.ok_or_else(|| Failure::Said("The master key cannot be recorded.".to_owned()))?
        }
    };
    match vault.master(&used) {
        Some(_) => Ok(vault),
        None => Err(Failure::WrongMasterKey { origin, address }),
    }
}

fn of_environment(
    present: &SecretString,
    next: Option<&SecretString>,
) -> Result<(Vault, String), Failure> {
    let mut keys = vec![parse(MASTER_KEY_VARIABLE, present)?];
    let mut origin = format!("the environment variable {MASTER_KEY_VARIABLE}");
    if let Some(next) = next {
        keys.push(parse(NEW_MASTER_KEY_VARIABLE, next)?);
        origin.push_str(&format!(" or {NEW_MASTER_KEY_VARIABLE}"));
    }
    Ok((Vault::of_keys(&keys), origin))
}

/// A key given in an environment variable.
pub(super) fn parse(variable: &'static str, text: &SecretString) -> Result<MasterKey, Failure> {
    MasterKey::parse(text.expose_secret())
        .map_err(|cause| Failure::MasterKeyVariable { variable, cause })
}

/// A file that is needed and gone is not replaced: its key is the only one that opens the database.
fn of_file(config: &Config, needed: bool, address: &str) -> Result<(Vault, String), Failure> {
    let file = KeyFile::new(config.key_file());
    let path = file.path().to_owned();
    if config.new_master_key.is_some() {
        return Err(Failure::NewMasterKeyAlone { path });
    }
    if file.read()?.is_empty() {
        if needed {
            let address = address.to_owned();
            return Err(Failure::MissingMasterKey { path, address });
        }
        make_folder(&config.data_folder)?;
        file.make()?;
    }
    let origin = format!("the file {}", path.display());
    Ok((Vault::of_file(file)?, origin))
}
