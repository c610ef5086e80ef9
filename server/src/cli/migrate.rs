//! `ascent migrate`: brings the database up to date. `serve` does so by itself unless told not to.

use clap::Args;

use super::{Failure, installation, logging, print};
use crate::config::{Config, Given, StoreScope};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    given: Given<StoreScope>,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let config = Config::resolve(&options.given.of_any_command())?;
    logging::start(&config, logging::OF_A_COMMAND);
    let database = installation::open_database(&config).await?;
    let report = database.migrate().await?;
    database.close().await;
    for migration in &report.applied {
        print::result(&format!("applied {migration}"));
    }
    print::result("The database is up to date.");
    Ok(())
}
