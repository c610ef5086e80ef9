//! The command line: `ascent demo`, `serve`, `setup`, `migrate`, `sync`, `bill`, `rotate-key`, `backup`, `restore`,
//! `sandbox`.
//!
//! A command reads its settings, opens the installation, calls a verb of a slice and prints what came of it. Standard
//! output carries the result and nothing else; the log, progress and asides go to standard error. What goes wrong is one
//! sentence that says what to do, and the exit code 1.

mod backup;
mod bill;
mod connections;
mod demo;
mod failure;
mod installation;
mod keys;
mod logging;
mod migrate;
mod print;
mod restore;
mod rotate_key;
mod sandbox;
mod serve;
mod server;
mod setup;
mod stop;
mod sync;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use failure::Failure;

/// Bills Pax8 subscriptions on the recurring invoices of an MSP's clients.
#[derive(Debug, Parser)]
#[command(name = "ascent", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the Pax8 sandbox and a server with a demo organization, ready to click
    Demo(demo::Options),
    /// Run the server: web pages, API, background jobs
    Serve(serve::Options),
    /// Create an organization with its owner, and print an API token of the owner's
    Setup(setup::Options),
    /// Bring the database up to date
    Migrate(migrate::Options),
    /// Sync an organization with Pax8, in the foreground
    Sync(sync::Options),
    /// Make the invoices that are due on a day
    Bill(bill::Options),
    /// Copy an SQLite database into a file, while servers run
    Backup(backup::Options),
    /// Put a backup in the place of an SQLite database
    Restore(restore::Options),
    /// Seal stored credentials under a new master key, while servers run
    RotateKey(rotate_key::Options),
    /// Run the Pax8 sandbox alone
    Sandbox(sandbox::Options),
}

/// Does what the command line says; failures are told on standard error.
pub async fn run() -> ExitCode {
    leave_no_core_file();
    let done = match Cli::parse().command {
        Command::Demo(options) => demo::run(options).await,
        Command::Serve(options) => serve::run(options).await,
        Command::Setup(options) => setup::run(options).await,
        Command::Migrate(options) => migrate::run(options).await,
        Command::Sync(options) => sync::run(options).await,
        Command::Bill(options) => bill::run(options).await,
        Command::Backup(options) => backup::run(options).await,
        Command::Restore(options) => restore::run(options).await,
        Command::RotateKey(options) => rotate_key::run(options).await,
        Command::Sandbox(options) => sandbox::run(options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print::aside(&format!("Error: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// A crash leaves no file with the memory in it: keys and credentials would stand there.
#[cfg(unix)]
fn leave_no_core_file() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Less is always allowed; where it is not, nothing else is to be done.
    let _ = setrlimit(Resource::Core, none);
}

#[cfg(not(unix))]
fn leave_no_core_file() {}
