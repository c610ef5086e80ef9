//! A run under way: everything that is due, one recurring invoice after the other.
//!
//! What it did is written down in the transaction that did it, so that a run whose process ended is carried on by another:
//! what is billed is not due any more, and what had failed is tried again.

use super::{
    Failed, Occasion,
    step::{Came, Step},
    store::{self, Asked},
};
use crate::{
    app::App,
    error::{Error, Result},
    ids::{OrganizationId, RecurringInvoiceId},
    recurring::{find_recurring_invoice, list_due},
};

/// Carries a run out to its end, from where it is.
///
/// # Errors
/// When the database is gone. A recurring invoice that fails is reported in the run instead.
pub(super) async fn carry_out(
    app: &App,
    organization: OrganizationId,
    asked: &Asked,
) -> Result<()> {
    let occasion = Occasion::of(app);
    let mut tx = app.database.write(organization).await?;
    let due = list_due(&mut tx, asked.as_of).await?;
    store::take_up(&mut tx, asked.id, due.len(), occasion.now).await?;
    tx.commit().await?;
    let step = Step {
        run: asked.id,
        as_of: asked.as_of,
        by: &asked.by,
        occasion,
        mail: app.settings.mail.as_ref(),
    };
    for recurring in due {
        match bill_all_due(app, organization, &step, recurring).await {
            Ok(()) => {}
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => note_failure(app, organization, asked, recurring, &error).await?,
        }
    }
    let mut tx = app.database.write(organization).await?;
    store::finish(&mut tx, asked.id, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Bills the periods of one recurring invoice that are due, each in a transaction of its own.
async fn bill_all_due(
    app: &App,
    organization: OrganizationId,
    step: &Step<'_>,
    recurring: RecurringInvoiceId,
) -> Result<()> {
    loop {
        let now = app.clock.now();
        let mut tx = app.database.write(organization).await?;
        let stepped = step.bill_next(&mut tx, recurring).await?;
        match &stepped.came {
            Came::Made => store::count_made(&mut tx, step.run, now).await?,
            Came::Skipped(skip) => store::note_skip(&mut tx, step.run, skip).await?,
            Came::NotDue => {}
        }
        if !stepped.more {
            store::count_done(&mut tx, step.run, now).await?;
        }
        tx.commit().await?;
        // It may have put mail on its way.
        app.wake.wake();
        if !stepped.more {
            return Ok(());
        }
    }
}

async fn note_failure(
    app: &App,
    organization: OrganizationId,
    asked: &Asked,
    recurring: RecurringInvoiceId,
    error: &Error,
) -> Result<()> {
    let failed = failure(app, organization, recurring, error).await?;
    let mut tx = app.database.write(organization).await?;
    store::note_failure(&mut tx, asked.id, &failed).await?;
    store::count_done(&mut tx, asked.id, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// What is told of a recurring invoice that failed; the log has the cause.
pub(super) async fn failure(
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
