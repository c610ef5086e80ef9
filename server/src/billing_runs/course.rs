//! A run under way: everything that is due, some recurring invoices after the others.
//!
//! What it did is written down in the transaction that did it, so that a run whose process ended is carried on by another:
//! what is billed is not due any more, and what had failed is tried again.

use db::Engine;

use super::{
    Failed, Occasion,
    step::{Step, Stepped},
    store::{self, Asked, Count},
};
use crate::{
    app::App,
    error::{Error, Result},
    ids::{OrganizationId, RecurringInvoiceId},
    recurring::{find_recurring_invoice, list_due},
};

/// Recurring invoices that are billed in one transaction: enough that reading for them and making it durable are a small part
/// of it, and few enough that others who write hardly wait, which is less than a tenth of a second.
///
/// SQLite keeps statements about a power of two compiled. Of 128, Postgres looks up what was invoiced by a plan that takes a hundred
/// times as long as that of fifty.
fn together(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 128,
        Engine::Postgres => 50,
    }
}

/// A run that made so many has the database look at what it wrote, once: Postgres plans by what there was before, and of a table
/// that was empty that is nothing.
const MANY: usize = 500;
/// What a run writes and reads again.
const WRITTEN: [&str; 4] = [
    "invoice",
    "invoice_line",
    "audit_event",
    "recurring_invoice",
];

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
    let batches = due
        .chunks(together(app.database.engine()))
        .rev()
        .map(<[_]>::to_vec);
    let mut batches: Vec<Vec<RecurringInvoiceId>> = batches.collect();
    let (mut made, mut looked) = (0, false);
    while let Some(batch) = batches.pop() {
        match bill_next(app, organization, &step, &batch).await {
            Ok(stepped) => {
                made += stepped.made;
                batches.extend(Some(stepped.more).filter(|more| !more.is_empty()));
            }
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => match batch[..] {
                [one] => note_failure(app, organization, asked, one, &error).await?,
                // By halves down to the one that fails, so that the others are billed.
                _ => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    batches.extend([second.to_vec(), first.to_vec()]);
                }
            },
        }
        if made >= MANY && !looked {
            looked = true;
            if let Err(error) = app.database.analyze(&WRITTEN).await {
                tracing::warn!(error = ?error, "the database could not look at what a billing run wrote");
            }
        }
    }
    let mut tx = app.database.write(organization).await?;
    store::finish(&mut tx, asked.id, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Bills the next period of some recurring invoices in one transaction.
async fn bill_next(
    app: &App,
    organization: OrganizationId,
    step: &Step<'_>,
    some: &[RecurringInvoiceId],
) -> Result<Stepped> {
    let mut tx = app.database.write(organization).await?;
    let stepped = step.bill_next(&mut tx, some).await?;
    store::note_skips(&mut tx, step.run, &stepped.skips).await?;
    let count = Count {
        made: stepped.made,
        done: some.len() - stepped.more.len(),
    };
    store::count(&mut tx, step.run, count, app.clock.now()).await?;
    tx.commit().await?;
    // It may have put mail on its way.
    app.wake.wake();
    Ok(stepped)
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
    let count = Count { made: 0, done: 1 };
    store::count(&mut tx, asked.id, count, app.clock.now()).await?;
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
