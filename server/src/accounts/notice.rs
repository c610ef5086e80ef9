//! Telling people by mail that somebody changed how they prove who they are, or signed in where they never did: whoever did it in
//! their name cannot keep it from them.

use db::OrgTx;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Visitor,
    store::{self, Who},
    users::load_user,
};
use crate::{
    app::App,
    error::{Error, Result},
    http::filters,
    ids::AccountId,
    jobs::{self, Failure, Job, NewJob, Outcome},
    mail::{Letter, NotSent, Recipients},
    organizations::load_organization,
};

/// The kind of job that tells somebody.
pub const JOB: &str = "accounts.notice";

/// What was changed, or happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    Password,
    SecondFactorOn,
    SecondFactorOff,
    SecondFactorReset,
    RecoveryCodes,
    /// A code of the app that had been used was sent once more.
    CodeUsedAgain,
    NewBrowser {
        /// In words; empty: it did not say.
        device: String,
        /// Where from; none: not known.
        address: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
struct Payload {
    account: AccountId,
    change: Change,
    at: Timestamp,
}

impl Change {
    /// Somebody has signed in with what the account has not signed in with before.
    pub(super) fn new_browser(visitor: &Visitor) -> Self {
        Self::NewBrowser {
            device: visitor.device.clone(),
            address: visitor.address(),
        }
    }

    fn subject(&self) -> &'static str {
        match self {
            Self::Password => "Your password was changed",
            Self::SecondFactorOn => "Your second factor was turned on",
            Self::SecondFactorOff => "Your second factor was turned off",
            Self::SecondFactorReset => "Your second factor was reset",
            Self::RecoveryCodes => "You have new recovery codes",
            Self::CodeUsedAgain => "A code of your second factor was used a second time",
            Self::NewBrowser { .. } => "Your account was opened in a new browser",
        }
    }

    fn effect(&self) -> String {
        match self {
            Self::Password => "Only the new password opens your account.",
            Self::SecondFactorOn => "Signing in asks for a code of your app from now on.",
            Self::SecondFactorOff => "Your password alone opens your account from now on.",
            Self::SecondFactorReset => {
                "Somebody who manages people did it. Your password alone opens your account until you set up another one."
            }
            Self::RecoveryCodes => "The earlier ones do not work any more.",
            Self::CodeUsedAgain => {
                "It was refused: a code works once. A form that is sent twice does it too; otherwise somebody saw the code, and knows your \
                 password."
            }
            Self::NewBrowser { device, address } => return signed_in_with(device, address.as_deref()),
        }
        .to_owned()
    }
}

/// With what somebody signed in, and where.
fn signed_in_with(device: &str, address: Option<&str>) -> String {
    let device = match device {
        "" => "It did not say which it is",
        device => &format!("It is {device}"),
    };
    match address {
        Some(address) => format!("{device}, at the address {address}."),
        None => format!("{device}."),
    }
}

/// Asks for the letter in the transaction of the change. Nobody is told where the server sends no mail.
pub(super) async fn tell(
    tx: &mut OrgTx,
    app: &App,
    account: AccountId,
    change: Change,
) -> Result<()> {
    if app.settings.mail.is_none() {
        return Ok(());
    }
    let at = app.clock.now();
    let payload = Payload {
        account,
        change,
        at,
    };
    let job = NewJob {
        kind: JOB,
        payload: serde_json::to_value(payload)?,
        unique_key: None,
        heavy: false,
        run_at: at,
    };
    jobs::enqueue(tx, &job, at).await?;
    Ok(())
}

/// Tells somebody who may not be signed in, in the name of the first organization that they joined.
pub(super) async fn tell_anywhere(app: &App, account: AccountId, change: Change) -> Result<()> {
    let mut tx = app.database.system_write().await?;
    let record = store::find_for_sign_in(&mut tx, Who::Known(account)).await?;
    let Some(organization) = record.and_then(|it| it.organization) else {
        return Ok(());
    };
    let mut tx = tx.into_writer_of(organization).await?;
    tell(&mut tx, app, account, change).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok(())
}

/// Does a job of kind [`JOB`]. No transaction is open while the mail server is talked to.
///
/// # Errors
/// When the letter was not taken: the queue tries again.
pub async fn perform(app: App, job: Job) -> Outcome {
    let payload: Payload = serde_json::from_value(job.payload)
        .map_err(|error| Failure::GiveUp(Error::internal(error)))?;
    let Some(mail) = &app.settings.mail else {
        return Ok(());
    };
    let mut tx = app
        .database
        .read(job.organization)
        .await
        .map_err(Error::from)?;
    let person = match load_user(&mut tx, payload.account).await {
        // Somebody who does not belong here any more is not ours to write to.
        Err(Error::NotFound(_)) => return Ok(()),
        person => person?,
    };
    let zone = load_organization(&mut tx).await?.timezone;
    drop(tx);
    let Some(to) = Recipients::parse(&person.email) else {
        return Ok(());
    };
    let letter = Letter {
        message_id: mail.message_id(&job.id.to_string()),
        at: app.clock.now(),
        sender: "Ascent".to_owned(),
        reply_to: None,
        to,
        subject: payload.change.subject().to_owned(),
        text: format!(
            "{} on {}. {}\n\nIf that was you, there is nothing to do. If not, tell whoever administers Ascent at once, change \
            your password and end all sessions: {}/account",
            payload.change.subject(),
            filters::minute(&payload.at, &zone),
            payload.change.effect(),
            app.settings.public_url,
        ),
        attachment: None,
    };
    mail.send(&letter).await.map_err(|why| match why {
        NotSent::Never(why) => Failure::GiveUp(Error::Unavailable(why)),
        // Rather twice than not at all: it has the same Message-ID.
        NotSent::Later(why) | NotSent::Unknown(why) => Failure::Retry(Error::Unavailable(why)),
    })
}
