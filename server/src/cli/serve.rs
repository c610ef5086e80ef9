//! `ascent serve`: web pages, API, background jobs, until told to end.

use clap::Args;
use db::{Database, Engine};

use super::{
    Failure,
    installation::{Installation, Schema},
    logging, print, server, stop,
};
use crate::config::{Config, Given, ServerScope};

#[derive(Debug, Args)]
#[command(
    after_help = "The master key, 32 bytes in base64, is read from the environment variable ASCENT_MASTER_KEY. Without it \
    the key is in the file master.key of the data folder, which is made on the first start with mode 0600. It has no flag: \
    command lines can be seen by others."
)]
pub(super) struct Options {
    /// Do not bring the database up to date; refuse to start if it is not
    #[arg(long)]
    no_migrate: bool,
    #[command(flatten)]
    given: Given<ServerScope>,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let config = Config::resolve(&options.given.of_any_command())?;
    logging::start(&config, logging::OF_A_SERVER);
    let stop = stop::on_signals()?;
    let schema = if options.no_migrate {
        Schema::Check
    } else {
        Schema::Migrate
    };
    let listen = config.listen.clone();
    let installation = Installation::open(config, schema).await?;
    warn_of_a_missing_wall(&installation.database).await?;
    let listener = server::bind(&listen).await?;
    let url = server::url_of(&listener, &listen)?;
    let app = installation.app(url.clone());
    print::result(&format!("listening on {url}"));
    server::run(app, listener, stop).await
}

/// On Postgres a superuser passes the policies that keep organizations apart behind the statements.
async fn warn_of_a_missing_wall(database: &Database) -> Result<(), Failure> {
    if database.engine() == Engine::Postgres && !database.is_walled().await? {
        tracing::warn!(
            "the database user is a superuser, for whom row-level security does not hold: connect as an ordinary one"
        );
    }
    Ok(())
}
