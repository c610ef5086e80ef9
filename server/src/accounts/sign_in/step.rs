//! What is asked after the password: a code of the second factor, then another password, where either is needed.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{SignIn, enter};
use crate::{
    accounts::{
        By, PasswordHash, Session, SessionSecret, Visitor, browser,
        notice::{self, Change},
        second_factor, session,
        store::{self, SignInRecord, Who},
        users::replace_password,
    },
    app::App,
    audit,
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
};

/// What is sealed between two steps is sealed for this.
const SEALED_FOR: &str = "second step of signing in";
/// How long somebody may take between them.
const HOLDS: SignedDuration = SignedDuration::from_mins(10);

/// How far somebody has come: sealed, so that nobody else can say so.
#[derive(Serialize, Deserialize)]
pub(super) struct Step {
    account: AccountId,
    at: Timestamp,
    /// Digest of the stored password: another one ends the sign-in.
    password: String,
    /// Whether they have to choose another password.
    chooses: bool,
    /// Whether they gave a good code.
    code_given: bool,
}

impl Step {
    /// The step of somebody whose password was right.
    pub(super) fn after_the_password(record: &SignInRecord, chooses: bool, now: Timestamp) -> Self {
        Self {
            account: record.account,
            at: now,
            password: digest(record),
            chooses,
            code_given: false,
        }
    }

    pub(super) fn seal(&self, app: &App) -> Result<String> {
        let text = SecretString::from(serde_json::to_string(self)?);
        app.vault.seal(SEALED_FOR, &text).map_err(Error::internal)
    }

    /// The step, and its account as it stands.
    async fn open(app: &App, sealed: &str) -> Result<(Self, SignInRecord, OrganizationId)> {
        let opened = app.vault.open(SEALED_FOR, sealed).map_err(|_| over())?;
        let step: Self = serde_json::from_str(opened.expose_secret())?;
        if app.clock.now().duration_since(step.at) > HOLDS {
            return Err(over());
        }
        let mut tx = app.database.system_read().await?;
        let record = store::find_for_sign_in(&mut tx, Who::Known(step.account)).await?;
        drop(tx);
        let same = |record: &SignInRecord| digest(record) == step.password;
        let record = record.filter(same).ok_or_else(over)?;
        let organization = record.organization.ok_or_else(over)?;
        Ok((step, record, organization))
    }
}

/// Goes on with somebody whose password was right, if their code is good.
///
/// # Errors
/// When it is not, when the step before is too long ago, or after too many codes.
pub async fn finish_sign_in(
    app: &App,
    visitor: &Visitor,
    before: Option<&SessionSecret>,
    step: &str,
    code: &str,
) -> Result<SignIn> {
    let (step, record, organization) = Step::open(app, step).await?;
    if record.second_factor && !second_factor::verify(app, record.account, code).await? {
        tracing::warn!(account = %record.account, "a code of a second factor was refused");
        return Err(second_factor::not_this_code("code"));
    }
    if step.chooses {
        let step = Step {
            at: app.clock.now(),
            code_given: true,
            ..step
        };
        return Ok(SignIn::NeedsPassword(step.seal(app)?));
    }
    let session = enter(app, visitor, before, record.account, organization).await?;
    Ok(SignIn::Entered(session))
}

/// Puts the password that somebody chooses in the place of the one that they signed in with, and begins their session. Their other
/// sessions end.
///
/// # Errors
/// When the password is refused or the same, or the step before is too long ago.
pub async fn choose_at_sign_in(
    app: &App,
    visitor: &Visitor,
    before: Option<&SessionSecret>,
    step: &str,
    new: SecretString,
) -> Result<Session> {
    let (step, record, organization) = Step::open(app, step).await?;
    let old = record.password.as_ref().ok_or_else(over)?;
    // The second factor as it stands: somebody may have turned it on since the step before.
    if !step.chooses || record.second_factor && !step.code_given {
        return Err(over());
    }
    if app.passwords.verify(old, new.clone()).await? {
        let same = "This is the password that you have. Choose another one.";
        return Err(Error::field("password", same));
    }
    let new = app.passwords.hash(new, record.whose()).await?;
    let (account, now) = (record.account, app.clock.now());
    let mut tx = app.database.write(organization).await?;
    let by = By::visitor(account, &record.name, &record.email, visitor);
    let event = audit::Event {
        by: &by,
        action: "account.password_changed",
        subject_type: "account",
        subject_id: account.to_string(),
    };
    audit::record(&mut tx, event, now, audit::NOTHING, audit::NOTHING).await?;
    notice::tell(&mut tx, app, account, Change::Password).await?;
    let mut tx = tx.into_system().await?;
    if !replace_password(&mut tx, account, old, &new).await? {
        return Err(over());
    }
    browser::forget(&mut tx, account, now).await?;
    tx.commit().await?;
    enter(app, visitor, before, account, organization).await
}

fn digest(record: &SignInRecord) -> String {
    let stored = record.password.as_ref().map(PasswordHash::as_stored);
    session::digest(stored.unwrap_or_default())
}

fn over() -> Error {
    Error::conflict("sign_in_expired", "This took too long. Sign in again.")
}
