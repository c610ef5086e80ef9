//! Running the billing of an organization.

use db::OrgTx;
use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::{
    BillingRun, Failed, RunInvoice, RunStatus, Skip, SkipCause, Trigger,
    dry_run::{Prospect, look_ahead},
    step::{Step, Stepped},
    store,
};
use crate::{
    app::App,
    audit,
    error::{Error, Result},
    ids::{BillingRunId, OrganizationId, RecurringInvoiceId},
    invoices::list_of_run,
    organizations::load_organization,
    recurring::{find_recurring_invoice, list_due, load_recurring_invoice},
};

/// Nothing is rehearsed for a day further ahead than this: the longest term of Pax8, so that all its shares can be seen.
const FURTHEST_YEARS: i64 = 3;
/// No invoice is made for a day further ahead than this: a quarter, billed in advance.
const FURTHEST_MONTHS: i64 = 3;

/// What came of the recurring invoices of a run.
#[derive(Default)]
pub(super) struct Tally {
    pub created: usize,
    pub skips: Vec<Skip>,
    pub failed: Vec<Failed>,
}

/// Bills everything that is due on a day. A dry run writes nothing and tells what would be made.
///
/// # Errors
/// When the day is too far ahead, or the database is gone. A recurring invoice that fails is reported in the run instead.
pub async fn run(
    app: &App,
    organization: OrganizationId,
    as_of: Date,
    dry_run: bool,
    trigger: Trigger,
) -> Result<BillingRun> {
    let now = app.clock.now();
    let mut tx = app.database.read(organization).await?;
    let today = today(&mut tx, now).await?;
    if dry_run {
        check_rehearsal("as_of", as_of, today)?;
    } else {
        check_run(as_of, today)?;
    }
    drop(tx);
    if dry_run {
        return rehearse(app, organization, as_of, &trigger).await;
    }
    let id = begin(app, organization, as_of, &trigger).await?;
    let by = trigger.by();
    let step = Step {
        run: id,
        as_of,
        by: &by,
        now,
    };
    let mut tally = Tally::default();
    let mut tx = app.database.read(organization).await?;
    let due = list_due(&mut tx, as_of).await?;
    drop(tx);
    for recurring in due {
        match bill_all_due(app, organization, &step, recurring, &mut tally).await {
            Ok(()) => {}
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => tally
                .failed
                .push(failure(app, organization, recurring, &error).await?),
        }
    }
    let mut tx = app.database.write(organization).await?;
    store::finish(&mut tx, id, &tally, app.clock.now()).await?;
    tx.commit().await?;
    let mut tx = app.database.read(organization).await?;
    load_run(&mut tx, id).await
}

/// A run that was made, with its invoices.
///
/// # Errors
/// When the organization has no such run.
pub async fn load_run(tx: &mut OrgTx, id: BillingRunId) -> Result<BillingRun> {
    let mut run = store::find(tx, id)
        .await?
        .ok_or(Error::NotFound("billing run"))?;
    let invoices = list_of_run(tx, id).await?;
    run.invoice_ids = invoices.iter().map(|invoice| invoice.id).collect();
    run.created = invoices.len();
    run.invoices = invoices.iter().map(RunInvoice::made).collect();
    Ok(run)
}

/// Today's date, where the organization is.
pub(super) async fn today(tx: &mut OrgTx, now: Timestamp) -> Result<Date> {
    let zone = load_organization(tx).await?.timezone;
    Ok(now.to_zoned_datetime(zone).date())
}

/// Refuses a day so far ahead that it must be a slip of the finger.
pub(super) fn check_rehearsal(field: &str, date: Date, today: Date) -> Result<()> {
    let furthest = today.saturating_add(FURTHEST_YEARS.years());
    if date <= furthest {
        return Ok(());
    }
    Err(Error::field(
        field,
        format!("Use a date no later than {furthest}."),
    ))
}

/// Refuses to make invoices so far ahead that prices and quantities cannot be right.
fn check_run(date: Date, today: Date) -> Result<()> {
    let furthest = today.saturating_add(FURTHEST_MONTHS.months());
    if date <= furthest {
        return Ok(());
    }
    let message = format!(
        "Invoices are made at most three months ahead: use a date no later than {furthest}, or a dry run."
    );
    Err(Error::field("as_of", message))
}

async fn begin(
    app: &App,
    organization: OrganizationId,
    as_of: Date,
    trigger: &Trigger,
) -> Result<BillingRunId> {
    let (id, now) = (BillingRunId::new(), app.clock.now());
    let mut tx = app.database.write(organization).await?;
    store::mark_interrupted(&mut tx, now).await?;
    store::insert(&mut tx, id, as_of, trigger, now).await?;
    let event = audit::Event {
        by: &trigger.by(),
        action: "billing_run.started",
        subject_type: "billing_run",
        subject_id: id.to_string(),
    };
    let after = serde_json::json!({ "as_of": as_of });
    audit::record(&mut tx, event, now, audit::NOTHING, Some(&after)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Bills the periods of one recurring invoice that are due, each in a transaction of its own.
async fn bill_all_due(
    app: &App,
    organization: OrganizationId,
    step: &Step<'_>,
    recurring: RecurringInvoiceId,
    tally: &mut Tally,
) -> Result<()> {
    loop {
        let mut tx = app.database.write(organization).await?;
        let stepped = step.bill_next(&mut tx, recurring).await?;
        tx.commit().await?;
        match stepped {
            Stepped::Made => tally.created += 1,
            Stepped::Skipped(skip) => tally.skips.push(skip),
            Stepped::NotDue => return Ok(()),
        }
    }
}

async fn rehearse(
    app: &App,
    organization: OrganizationId,
    as_of: Date,
    trigger: &Trigger,
) -> Result<BillingRun> {
    let started_at = app.clock.now();
    let mut tally = Tally::default();
    let mut invoices = Vec::new();
    let mut tx = app.database.read(organization).await?;
    for id in list_due(&mut tx, as_of).await? {
        let recurring = load_recurring_invoice(&mut tx, id).await?;
        match look_ahead(&mut tx, recurring.clone(), as_of, started_at).await {
            Ok(prospects) => {
                for Prospect { period, bill } in prospects {
                    match bill {
                        Some(bill) if bill.is_empty() => {
                            let cause = SkipCause::NothingToBill;
                            tally.skips.push(Skip::of(&recurring, period, cause));
                        }
                        Some(bill) => invoices.push(RunInvoice::to_be_made(&bill)),
                        None => {
                            let cause = SkipCause::AlreadyBilled;
                            tally.skips.push(Skip::of(&recurring, period, cause));
                        }
                    }
                }
            }
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => tally
                .failed
                .push(failure(app, organization, id, &error).await?),
        }
    }
    Ok(BillingRun {
        id: None,
        as_of,
        dry_run: true,
        trigger: trigger.as_str().to_owned(),
        status: tally.status(),
        created: invoices.len(),
        skipped: tally.skips.len(),
        skips: tally.skips,
        failed: tally.failed,
        invoice_ids: Vec::new(),
        invoices,
        started_at,
        finished_at: Some(app.clock.now()),
    })
}

async fn failure(
    app: &App,
    organization: OrganizationId,
    id: RecurringInvoiceId,
    error: &Error,
) -> Result<Failed> {
    tracing::error!(recurring_invoice = %id, error = ?error, "a recurring invoice could not be billed");
    let mut tx = app.database.read(organization).await?;
    let recurring = find_recurring_invoice(&mut tx, id).await.ok().flatten();
    let (name, client_name) = recurring
        .map(|recurring| (recurring.name, recurring.client_name))
        .unzip();
    Ok(Failed {
        recurring_invoice_id: id.to_string(),
        name,
        client_name,
        error: error.to_string(),
    })
}

impl Tally {
    pub(super) fn status(&self) -> RunStatus {
        if self.failed.is_empty() {
            RunStatus::Succeeded
        } else {
            RunStatus::PartlyFailed
        }
    }
}
