//! `ascent rotate-key`: seals everything under a new master key, while servers run.

use std::path::PathBuf;

use clap::Args;

use super::{
    Failure,
    installation::{Installation, Schema},
    keys, logging, print,
};
use crate::{
    app::App,
    config::{Config, Given, MASTER_KEY_VARIABLE, NEW_MASTER_KEY_VARIABLE, StoreScope},
    secrets::{self, KeyFile, MasterKey},
};

#[derive(Debug, Args)]
#[command(
    after_help = "A key that is kept in the data folder is replaced there; the old one stays beside it, for backups made before, and \
    servers that run go on by themselves. A key that is given in ASCENT_MASTER_KEY is replaced by the one in ASCENT_NEW_MASTER_KEY: \
    restart every server with both variables first. What was interrupted is gone on with by running the command again."
)]
pub(super) struct Options {
    #[command(flatten)]
    given: Given<StoreScope>,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let config = Config::resolve(&options.given.of_any_command())?;
    logging::start(&config, logging::OF_A_COMMAND);
    let in_file = config.master_key.is_none();
    let (file, given) = (KeyFile::new(config.key_file()), new_key(&config)?);
    let installation = Installation::open(config, Schema::Migrate).await?;
    let app = installation.app_of_a_command();
    let next = match given {
        Some(given) => given,
        None => file.make_next()?,
    };
    let replaced = replace(&app, &next).await?;
    app.database.close().await;
    print::result(&format!("organizations sealed anew: {replaced}"));
    if in_file {
        let kept = file.promote(&next)?;
        tell_of_file(&file, kept);
    } else {
        print::result(&format!(
            "The key in {NEW_MASTER_KEY_VARIABLE} is in use. Give it to every process as {MASTER_KEY_VARIABLE}, take \
             {NEW_MASTER_KEY_VARIABLE} away, and restart them one after the other. Keep the old key as long as backups made before."
        ));
    }
    Ok(())
}

/// The key that takes the place of the one in the environment. None: that one is in a file.
fn new_key(config: &Config) -> Result<Option<MasterKey>, Failure> {
    let Some(present) = &config.master_key else {
        return Ok(None);
    };
    let present = keys::parse(MASTER_KEY_VARIABLE, present)?;
    let next = config.new_master_key.as_ref();
    let next = next.map(|next| keys::parse(NEW_MASTER_KEY_VARIABLE, next));
    let next = next.transpose()?;
    match next.filter(|next| next.id() != present.id()) {
        Some(next) => Ok(Some(next)),
        None => Err(Failure::NoNewMasterKey),
    }
}

async fn replace(app: &App, next: &MasterKey) -> Result<u32, Failure> {
    let unknown = || Failure::Said("The new master key cannot be read again.".to_owned());
    let master = app.vault.master(&next.id()).ok_or_else(unknown)?;
    Ok(secrets::rotate(app, &master).await?)
}

fn tell_of_file(file: &KeyFile, kept: Option<PathBuf>) {
    print::result(&format!(
        "The new master key is in {}. Keep a copy of it apart from the database.",
        file.path().display()
    ));
    if let Some(kept) = kept {
        print::result(&format!(
            "The old one is in {}: backups made before need it. Remove it when they are gone.",
            kept.display()
        ));
    }
}
