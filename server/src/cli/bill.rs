//! `ascent bill`: one billing run; a dry run writes nothing.

use clap::Args;
use jiff::civil::Date;

use super::{
    Failure,
    installation::{Installation, Schema, find_organization},
    logging, print,
};
use crate::{
    billing_runs::{self, BillingRun, RunInvoice, RunStatus, Trigger},
    config::{BillScope, Config, Given},
    error::Error,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The organization's id or short name
    #[arg(long, value_name = "ID_OR_SLUG")]
    organization: String,
    /// The day whose due invoices are made
    #[arg(long, value_name = "DATE")]
    as_of: Date,
    /// Tell what would be made, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the run as the API shows it
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    given: Given<BillScope>,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let config = Config::resolve(&options.given.of_any_command())?;
    logging::start(&config, logging::OF_A_COMMAND);
    let app = Installation::open(config, Schema::Migrate)
        .await?
        .app_of_a_command();
    let organization = find_organization(&app, &options.organization).await?;
    let done = billing_runs::run(
        &app,
        organization,
        options.as_of,
        options.dry_run,
        Trigger::Cli,
    )
    .await?;
    app.database.close().await;
    if options.json {
        print::result(&serde_json::to_string(&done).map_err(Error::from)?);
    } else {
        for line in summary(&done) {
            print::result(&line);
        }
    }
    match done.status {
        RunStatus::Succeeded => Ok(()),
        _ => Err(Failure::Said(format!(
            "{} recurring invoices failed; the others were billed. Run it again when the reasons are gone.",
            done.failed.len()
        ))),
    }
}

fn sent(run: &BillingRun, invoice: &RunInvoice) -> String {
    let verb = if run.dry_run {
        "would be sent"
    } else {
        "on its way"
    };
    let to = invoice.send_to.as_ref();
    to.map(|to| format!(", {verb} to {to}")).unwrap_or_default()
}

fn summary(run: &BillingRun) -> Vec<String> {
    let verb = if run.dry_run { "would be made" } else { "made" };
    let mut lines = vec![format!("invoices {verb}: {}", run.created)];
    for invoice in &run.invoices {
        let number = invoice.number.as_deref().unwrap_or("draft");
        let review = if invoice.needs_review {
            ", needs review"
        } else {
            ""
        };
        lines.push(format!(
            "  {number}: {}, {} {}{review}{}",
            invoice.client.name,
            invoice.currency,
            invoice.total,
            sent(run, invoice)
        ));
    }
    for skip in &run.skips {
        lines.push(format!(
            "  skipped: {}, {}: {}",
            skip.client_name, skip.name, skip.cause
        ));
    }
    for failed in &run.failed {
        let name = failed
            .name
            .as_deref()
            .unwrap_or(&failed.recurring_invoice_id);
        lines.push(format!("  failed: {name}: {}", failed.error));
    }
    lines
}
