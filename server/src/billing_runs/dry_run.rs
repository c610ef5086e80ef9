//! What a run would do, computed in a snapshot: nothing is written.

use billing::Period;
use db::OrgTx;
use jiff::civil::Date;

use super::{
    BillingRun, Occasion, PeriodBill, RunInvoice, RunProgress, RunStatus, Skip, SkipCause, Trigger,
    basis::{Basis, due_period},
    course::failure,
};
use crate::{
    app::App,
    error::{Error, Result},
    ids::OrganizationId,
    invoices::find_of_period,
    recurring::{RecurringInvoice, list_due, load_recurring_invoice},
};

/// A due period and its bill.
pub(super) struct Prospect {
    pub period: Period,
    /// None: an invoice bills the period already.
    pub bill: Option<PeriodBill>,
}

/// Goes through the periods that are due on a day as a run would, oldest first.
pub(super) async fn look_ahead(
    tx: &mut OrgTx,
    recurring: RecurringInvoice,
    as_of: Date,
    occasion: Occasion,
) -> Result<Vec<Prospect>> {
    let mut prospects = Vec::new();
    let mut basis = Basis::load(tx, recurring, None, occasion).await?;
    while let Some(period) = due_period(&basis.recurring, as_of)? {
        let billed = find_of_period(tx, basis.recurring.id, period).await?;
        let bill = match billed {
            Some(_) => None,
            None => Some(basis.bill(period)?),
        };
        basis.pass(period, bill.as_ref())?;
        prospects.push(Prospect { period, bill });
    }
    Ok(prospects)
}

/// What a run would make.
pub(super) async fn rehearse(
    app: &App,
    organization: OrganizationId,
    as_of: Date,
    trigger: &Trigger,
) -> Result<BillingRun> {
    let started_at = app.clock.now();
    let (mut skips, mut failed) = (Vec::new(), Vec::new());
    let mut invoices = Vec::new();
    let mut tx = app.database.read(organization).await?;
    let due = list_due(&mut tx, as_of).await?;
    for id in due.iter().copied() {
        let recurring = load_recurring_invoice(&mut tx, id).await?;
        match look_ahead(&mut tx, recurring.clone(), as_of, Occasion::of(app)).await {
            Ok(prospects) => {
                for Prospect { period, bill } in prospects {
                    match bill {
                        Some(bill) if bill.is_empty() => {
                            let cause = SkipCause::NothingToBill;
                            skips.push(Skip::of(&recurring, period, cause));
                        }
                        Some(bill) => invoices.push(RunInvoice::to_be_made(&bill)),
                        None => {
                            let cause = SkipCause::AlreadyBilled;
                            skips.push(Skip::of(&recurring, period, cause));
                        }
                    }
                }
            }
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => failed.push(failure(app, organization, id, &error).await?),
        }
    }
    Ok(BillingRun {
        id: None,
        as_of,
        dry_run: true,
        trigger: trigger.as_str().to_owned(),
        status: if failed.is_empty() {
            RunStatus::Succeeded
        } else {
            RunStatus::PartlyFailed
        },
        progress: RunProgress {
            done: due.len(),
            total: Some(due.len()),
        },
        created: invoices.len(),
        skipped: skips.len(),
        skips,
        failed,
        invoice_ids: Vec::new(),
        invoices,
        requested_at: started_at,
        started_at: Some(started_at),
        finished_at: Some(app.clock.now()),
    })
}
