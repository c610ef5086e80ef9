//! Signing in with e-mail address and password.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    NewSession, PasswordHash, Session, SessionSecret, Visitor,
    attempts::{Attempt, Subject},
    browser,
    notice::{self, Change},
    second_factor, session,
    store::{self, SignInRecord, Who},
};
use crate::{
    app::App,
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
};

/// Verified in place of an account that does not exist, so that the answer takes as long. Nobody's password.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$9yqTqkQxvSlgRgRs0lG3GfSKdSbzGzvH1vJ1o3cV9wI";

/// What is sealed between the two steps of signing in is sealed for this.
const STEP: &str = "second step of signing in";
/// How long somebody may take between them.
const STEP_HOLDS: SignedDuration = SignedDuration::from_mins(10);

/// How far somebody came with their password.
pub enum SignIn {
    /// They are in.
    Entered(Session),
    /// A code of their second factor is asked for; with this they go on.
    NeedsCode(String),
}

/// Who has passed the first step: sealed, so that nobody else can say so.
#[derive(Serialize, Deserialize)]
struct FirstStep {
    account: AccountId,
    at: Timestamp,
    /// Digest of the stored password: another one ends the sign-in.
    password: String,
}

/// Begins a session, or asks for a code first, or says only that it could not. The session that the browser had before ends.
///
/// # Errors
/// When address and password do not belong together, or after too many attempts with the address or from the same place.
pub async fn sign_in(
    app: &App,
    visitor: &Visitor,
    before: Option<&SessionSecret>,
    email: &str,
    password: SecretString,
) -> Result<SignIn> {
    let refused = || Error::refused("sign_in_refused", "E-mail address or password is wrong.");
    let record = recognize(app, visitor, email, password).await?;
    let record = record.ok_or_else(refused)?;
    let organization = record.organization.ok_or_else(refused)?;
    if record.second_factor {
        let step = FirstStep {
            account: record.account,
            at: app.clock.now(),
            password: password_digest(&record),
        };
        let text = SecretString::from(serde_json::to_string(&step)?);
        let sealed = app.vault.seal(STEP, &text).map_err(Error::internal)?;
        return Ok(SignIn::NeedsCode(sealed));
    }
    let session = enter(app, visitor, before, record.account, organization).await?;
    Ok(SignIn::Entered(session))
}

/// Begins the session of somebody who has passed the first step, if their code is good.
///
/// # Errors
/// When it is not, when the first step is too long ago, or after too many codes.
pub async fn finish_sign_in(
    app: &App,
    visitor: &Visitor,
    before: Option<&SessionSecret>,
    step: &str,
    code: &str,
) -> Result<Session> {
    let over = || Error::conflict("sign_in_expired", "This took too long. Sign in again.");
    let opened = app.vault.open(STEP, step).map_err(|_| over())?;
    let step: FirstStep = serde_json::from_str(opened.expose_secret())?;
    if app.clock.now().duration_since(step.at) > STEP_HOLDS {
        return Err(over());
    }
    let mut tx = app.database.system_read().await?;
    let record = store::find_for_sign_in(&mut tx, Who::Known(step.account)).await?;
    drop(tx);
    let same = |record: &SignInRecord| password_digest(record) == step.password;
    let record = record.filter(same).ok_or_else(over)?;
    let organization = record.organization.ok_or_else(over)?;
    if record.second_factor && !second_factor::verify(app, record.account, code).await? {
        tracing::warn!(account = %record.account, "a code of a second factor was refused");
        return Err(second_factor::not_this_code("code"));
    }
    enter(app, visitor, before, record.account, organization).await
}

fn password_digest(record: &SignInRecord) -> String {
    let stored = record.password.as_ref().map(PasswordHash::as_stored);
    session::digest(stored.unwrap_or_default())
}

/// Begins the session of somebody who has proved who they are. In a browser that is new to their account they are told by mail.
pub(super) async fn enter(
    app: &App,
    visitor: &Visitor,
    before: Option<&SessionSecret>,
    account: AccountId,
    organization: OrganizationId,
) -> Result<Session> {
    let now = app.clock.now();
    let new = NewSession {
        account,
        organization,
        visitor,
        confirmed_at: now,
    };
    let mut tx = app.database.system_write().await?;
    if let Some(before) = before {
        store::end_session_of_browser(&mut tx, before).await?;
    }
    let mut session = session::insert(&mut tx, &new, now).await?;
    let is_new = browser::is_new(&mut tx, account, visitor, now).await?;
    session.browser = Some(browser::remember(&mut tx, account, visitor, now).await?);
    if !is_new {
        tx.commit().await?;
        return Ok(session);
    }
    let mut tx = tx.into_writer_of(organization).await?;
    notice::tell(&mut tx, app, account, Change::new_browser(visitor)).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok(session)
}

/// The account to which address and password belong; none where they do not belong together.
///
/// # Errors
/// After too many attempts with the address, known or not, or from the same place.
pub(super) async fn recognize(
    app: &App,
    visitor: &Visitor,
    email: &str,
    password: SecretString,
) -> Result<Option<SignInRecord>> {
    let known = browser::knows(app, email, visitor).await?;
    let whom = match &visitor.browser {
        Some(secret) if known => Subject::Browser(secret),
        _ => Subject::Typed(email),
    };
    let place = visitor.remote.map(Subject::Place);
    let subjects: Vec<_> = place.into_iter().chain([whom]).collect();
    let attempt = Attempt::reserve(app, &subjects).await?;
    match compare(app, email, password).await {
        Ok(Some(record)) => {
            tracing::info!(account = %record.account, "a password was accepted");
            attempt.succeeded(app).await?;
            Ok(Some(record))
        }
        Ok(None) => {
            tracing::warn!("an e-mail address and a password were refused");
            Ok(None)
        }
        Err(error) => {
            attempt.give_back(app).await?;
            Err(error)
        }
    }
}

async fn compare(app: &App, email: &str, password: SecretString) -> Result<Option<SignInRecord>> {
    let mut tx = app.database.system_read().await?;
    let record = store::find_for_sign_in(&mut tx, Who::Typed(email)).await?;
    drop(tx);
    let hash = record.as_ref().and_then(|record| record.password.clone());
    let hash = hash.unwrap_or_else(|| PasswordHash::from_stored(DECOY.to_owned()));
    let matches = app.passwords.verify(&hash, password).await?;
    Ok(record.filter(|record| matches && record.password.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{Passwords, Whose};

    #[tokio::test]
    async fn an_account_that_does_not_exist_costs_as_much_to_refuse_as_one_that_does() {
        let parameters = |hash: &str| hash.rsplitn(3, '$').nth(2).unwrap().to_owned();
        let passwords = Passwords::default();
        let real = SecretString::from("kites over the harbour");
        let real = passwords.hash(real, Whose::default()).await.unwrap();
        assert_eq!(parameters(DECOY), parameters(real.as_stored()));
        let decoy = PasswordHash::from_stored(DECOY.to_owned());
        let typed = SecretString::from("anything");
        assert!(!passwords.verify(&decoy, typed).await.unwrap());
    }
}
