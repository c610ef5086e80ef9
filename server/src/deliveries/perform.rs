//! The job that hands an invoice over to the mail server.

use db::OrgTx;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Delivery, DeliveryState, compose, require_sendable, store};
use crate::{
    accounts::By,
    app::App,
    audit,
    error::{Error, Result},
    ids::{DeliveryId, OrganizationId},
    invoices::{file_name, load_invoice, pdf},
    jobs::{self, Failure, Job, NewJob, Outcome},
    mail::{Attachment, Letter, NotSent, Recipients},
    organizations::load_organization,
};

/// The kind of job that sends one invoice once.
pub const JOB: &str = "deliveries.send";

/// Waits between attempts; what is not taken after the last one has failed. They are about a day together, so that a mail
/// server may be away overnight.
pub const RETRY_AFTER: [SignedDuration; 5] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(10),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(4),
    SignedDuration::from_hours(18),
];

/// A job is one attempt. It knows which, so that a job that is done twice sends nothing twice.
#[derive(Serialize, Deserialize)]
struct Payload {
    delivery: DeliveryId,
    /// How many attempts there were before.
    before: u32,
}

/// What an attempt needs, read in one transaction.
enum Attempt {
    /// Nothing is to be done: it was done.
    Over,
    /// The letter to be handed over.
    HandOver(Box<Letter>),
    /// There is none.
    Failed(NotSent),
}

/// Enqueues an attempt in the transaction of what causes it.
pub(super) async fn enqueue(
    tx: &mut OrgTx,
    delivery: DeliveryId,
    before: u32,
    at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let job = NewJob {
        kind: JOB,
        payload: serde_json::to_value(Payload { delivery, before })?,
        unique_key: Some(format!("{JOB}:{delivery}:{before}")),
        heavy: false,
        run_at: at,
    };
    jobs::enqueue(tx, &job, now).await?;
    Ok(())
}

/// Does a job of kind [`JOB`]: one attempt. No transaction is open while the mail server is talked to.
///
/// # Errors
/// When the database is gone. What the mail server says is told by the delivery.
pub async fn perform(app: App, job: Job) -> Outcome {
    let payload: Payload = serde_json::from_value(job.payload)
        .map_err(|error| Failure::GiveUp(Error::internal(error)))?;
    let attached = attachment(&app, job.organization, payload.delivery).await;
    let mut tx = app
        .database
        .write(job.organization)
        .await
        .map_err(Error::from)?;
    let attempt = begin(&app, &mut tx, &payload, attached).await?;
    tx.commit().await.map_err(Error::from)?;
    let outcome = match (attempt, &app.settings.mail) {
        (Attempt::Over, _) => return Ok(()),
        (Attempt::Failed(why), _) => Err(why),
        (Attempt::HandOver(letter), Some(mail)) => mail.send(&letter).await,
        (Attempt::HandOver(_), None) => Err(not_set_up()),
    };
    settle(&app, job.organization, &payload, outcome).await?;
    Ok(())
}

/// Marks the attempt as begun and reads what it needs.
async fn begin(
    app: &App,
    tx: &mut OrgTx,
    payload: &Payload,
    attached: Result<Attachment>,
) -> Result<Attempt> {
    let delivery = store::load(tx, payload.delivery).await?;
    if delivery.state == DeliveryState::Sending && delivery.attempts == payload.before + 1 {
        lose_track(app, tx, &delivery).await?;
        return Ok(Attempt::Over);
    }
    if !store::mark_sending(tx, payload.delivery, payload.before).await? {
        return Ok(Attempt::Over);
    }
    Ok(match letter(app, tx, &delivery, attached).await {
        Ok(letter) => Attempt::HandOver(Box::new(letter)),
        // The database may be there again in a moment, and nothing was begun.
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Err(error) => {
            tracing::warn!(delivery = %delivery.id, error = ?error, "no letter can be made of a delivery");
            Attempt::Failed(NotSent::Never(error.to_string()))
        }
    })
}

/// This very attempt was begun before and not ended: its process died on the way.
async fn lose_track(app: &App, tx: &mut OrgTx, delivery: &Delivery) -> Result<()> {
    let words = "The program was ended while the mail was being handed over.";
    end(app, tx, delivery, DeliveryState::Unknown, Some(words)).await
}

/// The invoice on paper, before the attempt is begun: printing it takes a moment.
async fn attachment(
    app: &App,
    organization: OrganizationId,
    delivery: DeliveryId,
) -> Result<Attachment> {
    let mut tx = app.database.read(organization).await?;
    let delivery = store::load(&mut tx, delivery).await?;
    let invoice = load_invoice(&mut tx, delivery.invoice_id).await?;
    require_sendable(&invoice)?;
    Ok(Attachment {
        name: file_name(&invoice),
        bytes: pdf(app, tx, &invoice).await?,
    })
}

async fn letter(
    app: &App,
    tx: &mut OrgTx,
    delivery: &Delivery,
    attached: Result<Attachment>,
) -> Result<Letter> {
    let invoice = load_invoice(tx, delivery.invoice_id).await?;
    require_sendable(&invoice)?;
    let organization = load_organization(tx).await?;
    let words = compose(&invoice, &organization)?;
    let to = Recipients::parse(&delivery.to);
    Ok(Letter {
        message_id: delivery.message_id.clone(),
        at: app.clock.now(),
        sender: organization.name,
        reply_to: Recipients::parse(&organization.email),
        to: to.ok_or_else(|| Error::internal("a delivery to no address"))?,
        subject: words.subject,
        text: words.text,
        attachment: Some(attached?),
    })
}

fn not_set_up() -> NotSent {
    NotSent::Later("This server is not set up to send mail any more: ASCENT_SMTP_URL and ASCENT_MAIL_FROM are not set.".to_owned())
}

/// Writes down how the attempt ended.
async fn settle(
    app: &App,
    organization: OrganizationId,
    payload: &Payload,
    outcome: Result<(), NotSent>,
) -> Result<()> {
    let mut tx = app.database.write(organization).await?;
    // As it was when this attempt began: whatever happened since is for the statements to refuse.
    let delivery = Delivery {
        attempts: payload.before + 1,
        ..store::load(&mut tx, payload.delivery).await?
    };
    match outcome {
        Ok(()) => end(app, &mut tx, &delivery, DeliveryState::Sent, None).await?,
        Err(NotSent::Unknown(why)) => {
            end(app, &mut tx, &delivery, DeliveryState::Unknown, Some(&why)).await?
        }
        Err(NotSent::Never(why)) => {
            end(app, &mut tx, &delivery, DeliveryState::Failed, Some(&why)).await?
        }
        Err(NotSent::Later(why)) => {
            if !try_later(app, &mut tx, &delivery, payload, &why).await? {
                end(app, &mut tx, &delivery, DeliveryState::Failed, Some(&why)).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}

/// Puts it back for another attempt, if there is one left.
async fn try_later(
    app: &App,
    tx: &mut OrgTx,
    delivery: &Delivery,
    payload: &Payload,
    why: &str,
) -> Result<bool> {
    let waits = usize::try_from(payload.before)
        .ok()
        .and_then(|before| RETRY_AFTER.get(before));
    let Some(wait) = waits else { return Ok(false) };
    let now = app.clock.now();
    if !store::requeue(tx, delivery.id, delivery.attempts, why, now + *wait).await? {
        return Ok(false);
    }
    tracing::warn!(delivery = %delivery.id, why, "an invoice could not be sent and will be tried again");
    enqueue(tx, delivery.id, delivery.attempts, now + *wait, now).await?;
    Ok(true)
}

/// Writes down how a delivery ended, with an entry in the audit log.
pub(super) async fn end(
    app: &App,
    tx: &mut OrgTx,
    delivery: &Delivery,
    state: DeliveryState,
    why: Option<&str>,
) -> Result<()> {
    let now = app.clock.now();
    if !store::end(tx, delivery, state, why, now).await? {
        return Ok(());
    }
    let action = match state {
        DeliveryState::Sent => "invoice.sent",
        DeliveryState::Unknown => "invoice.sending_lost",
        _ => "invoice.sending_failed",
    };
    if let Some(why) = why {
        tracing::warn!(delivery = %delivery.id, state = state.as_str(), why, "an invoice was not sent, or perhaps not");
    }
    let event = audit::Event {
        by: &By::job(),
        action,
        subject_type: "invoice",
        subject_id: delivery.invoice_id.to_string(),
    };
    let after = serde_json::json!({ "to": delivery.to, "error": why });
    audit::record(tx, event, now, audit::NOTHING, Some(&after)).await
}
