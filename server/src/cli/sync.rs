//! `ascent sync`: one full sync in the foreground, with a progress bar on a terminal.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    Failure,
    installation::{Installation, Schema, find_organization},
    logging, print,
};
use crate::{
    config::{Config, Given, SyncScope},
    error::Error,
    pax8::sync::{Stage, Sync, SyncStatus, SyncView, Trigger, sync_now},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The organization's id or short name
    #[arg(long, value_name = "ID_OR_SLUG")]
    organization: String,
    /// Print the sync as the API shows it
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    given: Given<SyncScope>,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let config = Config::resolve(&options.given.of_any_command())?;
    logging::start(&config, logging::OF_A_COMMAND);
    let app = Installation::open(config, Schema::Migrate)
        .await?
        .app_of_a_command();
    let organization = find_organization(&app, &options.organization).await?;
    let bar = progress_bar();
    let mut sync = sync_now(&app, organization, |sync| show(&bar, sync)).await?;
    if sync.status == SyncStatus::Failed && sync.trigger != Trigger::Cli {
        // It was somebody else's, perhaps of a process that had died: this is the one that was asked for.
        sync = sync_now(&app, organization, |sync| show(&bar, sync)).await?;
    }
    bar.finish_and_clear();
    app.database.close().await;
    if options.json {
        let view = serde_json::to_string(&SyncView::from(&sync)).map_err(Error::from)?;
        print::result(&view);
    } else {
        for line in summary(&sync) {
            print::result(&line);
        }
    }
    match sync.status {
        SyncStatus::Succeeded => Ok(()),
        _ => Err(Failure::Said(format!(
            "The sync failed and changed nothing: {}",
            sync.error.as_deref().unwrap_or("no reason was recorded.")
        ))),
    }
}

/// Shown on standard error where that is a terminal, else nowhere.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("{msg:14} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, sync: &Sync) {
    bar.set_message(match sync.progress.stage {
        Stage::Queued => "Waiting",
        Stage::Companies => "Companies",
        Stage::Subscriptions => "Subscriptions",
        Stage::Products => "Products",
        Stage::Storing => "Storing",
        Stage::Done => "Done",
    });
    if let Some(total) = sync.progress.total {
        bar.set_length(total.into());
    }
    bar.set_position(sync.progress.done.into());
}

fn summary(sync: &Sync) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, counts) in [
        ("companies", sync.companies),
        ("subscriptions", sync.subscriptions),
    ] {
        lines.push(format!(
            "{name}: {} created, {} updated, {} unchanged, {} missing",
            counts.created, counts.updated, counts.unchanged, counts.missing
        ));
    }
    lines.push(format!("mapped to clients: {}", sync.mapped));
    lines.extend(
        sync.warnings
            .iter()
            .map(|warning| format!("warning: {warning}")),
    );
    lines
}
