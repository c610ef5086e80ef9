//! `ascent restore`: puts a backup in the place of an SQLite database that nobody uses, after proving that it can be used.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use clap::Args;
use db::{Database, SqliteFile};

use super::{
    Failure,
    installation::{Installation, make_folder},
    keys::{self, open_vault},
    logging, print,
};
use crate::{
    clock::Clock,
    config::{Config, Given, StoreScope},
    deliveries::lose_track_of_waiting,
    disk::{private, sync_folder_of},
    organizations::{list_organizations, load_data_key},
    secrets::{KeyFile, find_master_key_id},
};

#[derive(Debug, Args)]
#[command(
    after_help = "Stop the server first. The present database is kept beside the restored one. What happened after the backup was made is not \
    in it: invoices issued since are gone, and their numbers are given again. Invoices that waited to be sent then are not sent by themselves."
)]
pub(super) struct Options {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    given: Given<StoreScope>,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let config = Config::resolve(&options.given.of_any_command())?;
    logging::start(&config, logging::OF_A_COMMAND);
    let Some(database) = SqliteFile::of(&config.database_url())? else {
        return Err(Failure::Said(
            "This database is on Postgres: restore it with pg_restore, such as pg_restore --dbname=NAME FILE, into an empty database."
                .to_owned(),
        ));
    };
    if config.database_url.is_none() {
        make_folder(&config.data_folder)?;
    }
    let path = database.path().display();
    let lock = database
        .lock_for_replacing()
        .map_err(|cause| Failure::Said(format!("The database {path} cannot be locked: {cause}.")))?
        .ok_or_else(|| {
            Failure::Said(format!(
                "The database {path} is in use. Stop the server and every other command first."
            ))
        })?;

    let copy = beside(database.path(), "restoring");
    let proved = prove(&config, &options.file, &copy).await;
    if proved.is_err() {
        let _ = std::fs::remove_file(&copy);
        let _ = SqliteFile::at(&copy).remove_logs();
    }
    let restored = proved?;
    let now = Clock::system().now().strftime("%Y%m%dT%H%M%S%.3fZ");
    let aside = beside(database.path(), &format!("before-{now}"));
    database
        .replace_with(&copy, &aside)
        .await
        .and_then(|()| sync_folder_of(database.path()))
        .map_err(|cause| {
            Failure::Said(format!("The database {path} cannot be replaced: {cause}."))
        })?;
    drop(lock);
    print::result(&format!(
        "organizations restored: {}",
        restored.organizations
    ));
    if restored.waiting > 0 {
        print::result(&format!(
            "invoices that waited to be sent: {}. Whether they were is not known: the dashboard asks.",
            restored.waiting
        ));
    }
    if aside.exists() {
        print::result(&format!(
            "The database of before is in {}.",
            aside.display()
        ));
    }
    Ok(())
}

/// Copies the backup to where it is going to be used, brings it up to date, and tries everything that a server needs of it.
async fn prove(config: &Config, file: &Path, copy: &Path) -> Result<Restored, Failure> {
    let refused = |cause: &dyn std::fmt::Display| {
        let file = file.display();
        Failure::Said(format!(
            "The backup {file} cannot be restored: {cause}. Nothing was changed."
        ))
    };
    copy_whole(file, copy).map_err(|cause| refused(&cause))?;
    let copied = SqliteFile::at(copy);
    copied
        .check_whole()
        .await
        .map_err(|error| refused(&error))?;
    let database = Database::open(&copied.url()).await?;
    let migrated = database.migrate().await;
    migrated.map_err(|error| refused(&error))?;
    let restored = prove_key(config, file, &database).await;
    database.close().await;
    restored
}

/// What was restored.
struct Restored {
    organizations: usize,
    /// Mail that waited when the backup was made.
    waiting: usize,
}

async fn prove_key(config: &Config, file: &Path, database: &Database) -> Result<Restored, Failure> {
    let used = find_master_key_id(&mut database.system_read().await?).await?;
    let old = used.and_then(|id| KeyFile::new(config.key_file()).find_old(&id));
    let vault = open_vault(config, database, file.display().to_string()).await;
    let vault = vault.map_err(|failure| match (failure, old) {
        (Failure::WrongMasterKey { .. }, Some(old)) => Failure::Said(format!(
            "The backup {} was made before the master key was replaced. Its key is in {}: put it in the place of {}, and keep that one \
             for the database of now. Nothing was changed.",
            file.display(),
            old.display(),
            config.key_file().display()
        )),
        (failure, _) => failure,
    })?;
    let organizations = list_organizations(&mut database.system_read().await?).await?;
    let app = Installation::of(config.clone(), database.clone(), vault).app_of_a_command();
    let mut waiting = 0;
    for organization in &organizations {
        let mut tx = database.read(*organization).await?;
        if load_data_key(&mut tx, &app.vault).await.is_err() {
            return Err(Failure::Said(format!(
                "The backup {} was made while the master key was being replaced, and needs the key of before as well. Restore another \
                 one, or give it both keys ({}). Nothing was changed.",
                file.display(),
                keys::BOTH_KEYS
            )));
        }
        drop(tx);
        waiting += lose_track_of_waiting(&app, *organization).await?;
    }
    Ok(Restored {
        organizations: organizations.len(),
        waiting,
    })
}

fn copy_whole(file: &Path, copy: &Path) -> std::io::Result<()> {
    let mut from = File::open(file)?;
    SqliteFile::at(copy).remove_logs()?;
    let mut into = private().create(true).truncate(true).open(copy)?;
    std::io::copy(&mut from, &mut into)?;
    into.sync_all()
}

fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(format!(".{what}"));
    name.into()
}
