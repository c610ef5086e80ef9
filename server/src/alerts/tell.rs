//! The job that tells of an alert, one way.

use db::OrgTx;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Channel, Event, letter,
    letter::{About, Message},
    load_settings,
    settings::{Webhook, open_webhook},
    store,
};
use crate::{
    app::App,
    error::{Error, Result},
    ids::{AlertId, AlertNoticeId},
    jobs::{self, Failure, Job, NewJob, Outcome},
    mail::{Letter, Mail, NotSent},
};

/// The kind of job that tells of an alert.
pub const JOB: &str = "alerts.tell";

#[derive(Serialize, Deserialize)]
struct Payload {
    notice: AlertNoticeId,
}

/// A message ready to go.
pub(super) enum Parcel {
    /// By mail.
    Letter(Box<Letter>),
    /// To the webhook.
    Webhook {
        webhook: Webhook,
        id: String,
        body: String,
    },
}

/// Writes a notice and its job in the transaction of what causes them.
pub(super) async fn enqueue(
    tx: &mut OrgTx,
    alert: AlertId,
    what: (Channel, Event),
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    let notice = AlertNoticeId::new();
    store::insert_notice(tx, notice, alert, what, detail, now).await?;
    let job = NewJob {
        kind: JOB,
        payload: serde_json::to_value(Payload { notice })?,
        unique_key: Some(format!("{JOB}:{notice}")),
        heavy: false,
        run_at: now,
    };
    jobs::enqueue(tx, &job, now).await?;
    Ok(())
}

/// Does a job of kind [`JOB`]. No transaction is open while anybody is talked to.
///
/// # Errors
/// When it was not taken: the queue tries again.
pub async fn perform(app: App, job: Job) -> Outcome {
    let Payload { notice } = serde_json::from_value(job.payload)
        .map_err(|error| Failure::GiveUp(Error::internal(error)))?;
    let mut tx = app
        .database
        .read(job.organization)
        .await
        .map_err(Error::from)?;
    let pending = store::load_notice(&mut tx, notice).await?;
    if pending.sent {
        return Ok(());
    }
    let about = About {
        alert: pending.alert,
        condition: pending.condition,
        began_at: pending.began_at,
    };
    let what = (pending.event, Some(about));
    let message = letter::message(
        &mut tx,
        notice.to_string(),
        what,
        pending.detail,
        pending.queued_at,
    )
    .await?;
    let parcel = pack(&mut tx, &app, &message, pending.channel).await?;
    drop(tx);
    let handed = match parcel {
        Ok(parcel) => hand_over(&app, parcel).await,
        Err(why) => Err(why),
    };
    let mut tx = app
        .database
        .write(job.organization)
        .await
        .map_err(Error::from)?;
    let sent_at = handed.is_ok().then(|| app.clock.now());
    let why = handed.as_ref().err().map(String::as_str);
    store::settle_notice(&mut tx, notice, sent_at, why).await?;
    tx.commit().await.map_err(Error::from)?;
    handed.map_err(|why| Failure::Retry(Error::Unavailable(why)))
}

/// Puts a message into the form of its way. The inner `Err` says in a sentence why it cannot go that way.
pub(super) async fn pack(
    tx: &mut OrgTx,
    app: &App,
    message: &Message,
    channel: Channel,
) -> Result<Result<Parcel, String>> {
    let settings = load_settings(tx).await?;
    Ok(match channel {
        Channel::Mail => {
            let Some(mail) = &app.settings.mail else {
                return Ok(Err(NO_MAIL.to_owned()));
            };
            let letter = message.letter(tx, app, &settings, mail).await?;
            letter
                .map(|it| Parcel::Letter(Box::new(it)))
                .ok_or_else(|| NOBODY.to_owned())
        }
        Channel::Webhook => match open_webhook(tx, app, &settings).await? {
            Some(webhook) => Ok(Parcel::Webhook {
                webhook,
                id: message.id.clone(),
                body: message.body(app),
            }),
            None => Err("The webhook was removed meanwhile.".to_owned()),
        },
    })
}

/// Hands a parcel over. `Err` says in a sentence why it was not taken, or may not have been.
pub(super) async fn hand_over(app: &App, parcel: Parcel) -> Result<(), String> {
    match parcel {
        Parcel::Letter(letter) => {
            let mail: &Mail = app.settings.mail.as_ref().ok_or(NO_MAIL)?;
            mail.send(&letter).await.map_err(|why| match why {
                // Rather twice than not at all: it has the same Message-ID.
                NotSent::Later(why) | NotSent::Never(why) | NotSent::Unknown(why) => why,
            })
        }
        Parcel::Webhook { webhook, id, body } => {
            let (hosts, now) = (&app.settings.webhook_hosts, app.clock.now());
            hosts.send(&webhook, &id, body, now).await
        }
    }
}

const NO_MAIL: &str =
    "This server is not set up to send mail: ASCENT_SMTP_URL and ASCENT_MAIL_FROM are not set.";
const NOBODY: &str =
    "No owner has an address that mail can be sent to. Enter one in the settings of alerts.";
