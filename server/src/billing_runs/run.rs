//! Running the billing of an organization.

use std::collections::HashMap;

use db::OrgTx;
use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::{
    BillingRun, RunInvoice, Trigger,
    course::carry_out,
    dry_run::rehearse,
    store::{self, Asked, NewRun},
};
use crate::{
    app::App,
    audit,
    deliveries::{first_recipients, first_recipients_of_run},
    error::{Error, Result},
    http::PageQuery,
    ids::{BillingRunId, InvoiceId, OrganizationId},
    invoices::{self, BriefInvoice},
    organizations::load_organization,
};

/// Nothing is rehearsed for a day further ahead than this: the longest term of Pax8, so that all its shares can be seen.
const FURTHEST_YEARS: i64 = 3;
/// No invoice is made for a day further ahead than this: a quarter, billed in advance.
const FURTHEST_MONTHS: i64 = 3;

/// Bills everything that is due on a day, here and now. A dry run writes nothing and tells what would be made.
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
    drop(tx);
    if dry_run {
        check_rehearsal("as_of", as_of, today)?;
        return rehearse(app, organization, as_of, &trigger).await;
    }
    check_run(as_of, today)?;
    let asked = begin(app, organization, as_of, &trigger).await?;
    carry_out(app, organization, &asked).await?;
    let mut tx = app.database.read(organization).await?;
    load_run(&mut tx, asked.id).await
}

/// A run that was made, with its invoices.
///
/// # Errors
/// When the organization has no such run.
pub async fn load_run(tx: &mut OrgTx, id: BillingRunId) -> Result<BillingRun> {
    let mut run = store::find(tx, id)
        .await?
        .ok_or(Error::NotFound("billing run"))?;
    let invoices = invoices::list_of_run(tx, id).await?;
    run.invoice_ids = invoices.iter().map(|invoice| invoice.id).collect();
    run.created = invoices.len();
    run.invoices = made(invoices, first_recipients_of_run(tx, id).await?);
    Ok(run)
}

/// Invoices in short, with whom they were sent to by themselves: the first delivery of an invoice is the one that was made with it.
fn made(invoices: Vec<BriefInvoice>, mut to: HashMap<InvoiceId, String>) -> Vec<RunInvoice> {
    let invoices = invoices.into_iter().map(|it| {
        let to = to.remove(&it.id);
        RunInvoice::made(it, to)
    });
    invoices.collect()
}

/// A run that was made, with a page of its invoices, those that a person has to look at first.
///
/// # Errors
/// When the organization has no such run, or the page's cursor is refused.
pub(super) async fn load_run_page(
    tx: &mut OrgTx,
    id: BillingRunId,
    page: &PageQuery,
) -> Result<(BillingRun, Option<String>)> {
    let mut run = store::find(tx, id)
        .await?
        .ok_or(Error::NotFound("billing run"))?;
    let invoices = invoices::page_of_run(tx, id, page).await?;
    let to = first_recipients(tx, invoices.data.iter().map(|it| it.id)).await?;
    run.invoices = made(invoices.data, to);
    Ok((run, invoices.next_cursor))
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
pub(super) fn check_run(date: Date, today: Date) -> Result<()> {
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
) -> Result<Asked> {
    let new = NewRun {
        id: BillingRunId::new(),
        as_of,
        trigger,
        job: None,
        now: app.clock.now(),
    };
    let mut tx = app.database.write(organization).await?;
    store::insert(&mut tx, &new).await?;
    note_start(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(Asked {
        id: new.id,
        as_of,
        by: trigger.by(),
        finished: false,
    })
}

/// What every new run is written down with.
pub(super) async fn note_start(tx: &mut OrgTx, new: &NewRun<'_>) -> Result<()> {
    store::mark_interrupted(tx, new.now).await?;
    let event = audit::Event {
        by: &new.trigger.by(),
        action: "billing_run.started",
        subject_type: "billing_run",
        subject_id: new.id.to_string(),
    };
    let after = serde_json::json!({ "as_of": new.as_of });
    audit::record(tx, event, new.now, audit::NOTHING, Some(&after)).await
}
