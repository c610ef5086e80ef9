//! `ascent backup`: a copy of an SQLite database as it is at one moment, while it is in use.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use clap::Args;
use db::SqliteFile;

use super::{Failure, logging, print};
use crate::{
    config::{Config, Given, MASTER_KEY_VARIABLE, StoreScope},
    disk::{private, sync_folder_of},
};

#[derive(Debug, Args)]
#[command(
    after_help = "The master key is not in the backup. Without it the stored credentials do not open: keep a copy of it, apart from the backups. \
    A database on Postgres is backed up with its own tool, pg_dump."
)]
pub(super) struct Options {
    /// The file to be made
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    given: Given<StoreScope>,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let config = Config::resolve(&options.given.of_any_command())?;
    logging::start(&config, logging::OF_A_COMMAND);
    let file = options.file;
    let Some(database) = SqliteFile::of(&config.database_url())? else {
        return Err(Failure::Said(
            "This database is on Postgres: back it up with PGOPTIONS='-c ascent.organization=*' pg_dump --enable-row-security \
             --format=custom --file=FILE, and get it back with pg_restore."
                .to_owned(),
        ));
    };
    let path = database.path().display();
    if !database.path().exists() {
        return Err(Failure::Said(format!(
            "There is no database {path}. Check the path in --database-url or --data-dir."
        )));
    }
    refuse_existing(&file, options.force)?;
    let size = copy(&database, &file, options.force).await?;
    print::result(&format!("{}: {size} bytes", file.display()));
    let key = match config.master_key {
        Some(_) => format!("in {MASTER_KEY_VARIABLE}"),
        None => format!("in {}", config.key_file().display()),
    };
    print::aside(&format!(
        "The master key is not in it. Keep a copy of the one {key}, apart from the backup."
    ));
    Ok(())
}

fn refuse_existing(file: &Path, force: bool) -> Result<(), Failure> {
    if file.exists() && !force {
        return Err(Failure::Said(format!(
            "{} exists already. Choose another name, or replace it with --force.",
            file.display()
        )));
    }
    Ok(())
}

/// The copy gets its name only when it is whole and on the disk. What a killed backup left behind is overwritten by the next one.
async fn copy(database: &SqliteFile, file: &Path, force: bool) -> Result<u64, Failure> {
    let failed = |cause: std::io::Error| {
        let file = file.display();
        Failure::Said(format!("The backup {file} cannot be written: {cause}."))
    };
    let mut part = file.to_owned().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let held = take(&part).map_err(failed)?.ok_or_else(|| {
        let file = file.display();
        Failure::Said(format!("Another backup to {file} is under way."))
    })?;
    if let Err(error) = database.copy_into(&part).await {
        let _ = std::fs::remove_file(&part);
        return Err(Failure::Said(format!("The backup failed: {error}.")));
    }
    let sized = held
        .sync_all()
        .and_then(|()| Ok(held.metadata()?.len()))
        .map_err(failed)?;
    refuse_existing(file, force)?;
    std::fs::rename(&part, file)
        .and_then(|()| sync_folder_of(file))
        .map_err(failed)?;
    Ok(sized)
}

/// An empty file of our own. None: another backup is being written there.
fn take(part: &Path) -> std::io::Result<Option<File>> {
    let file = private().create(true).truncate(false).open(part)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    SqliteFile::at(part).remove_logs()?;
    file.set_len(0)?;
    Ok(Some(file))
}
