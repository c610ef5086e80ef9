//! Signing in with e-mail address and password, and what may be asked after it.

mod step;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::{
    NewSession, PasswordHash, Session, SessionSecret, Visitor, Whose,
    attempts::{Attempt, Subject},
    browser,
    notice::{self, Change},
    session,
    store::{self, SignInRecord, Who},
};
use crate::{
    app::App,
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
};

use step::Step;
pub use step::{choose_at_sign_in, finish_sign_in};

/// Verified in place of an account that does not exist, so that the answer takes as long. Nobody's password.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$9yqTqkQxvSlgRgRs0lG3GfSKdSbzGzvH1vJ1o3cV9wI";

/// So long a password opens an account that somebody else made for it, as long as a link of an invitation does.
const GIVEN_HOLDS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How far somebody came with their password.
pub enum SignIn {
    /// They are in.
    Entered(Session),
    /// A code of their second factor is asked for; with this they go on.
    NeedsCode(String),
    /// They have to choose another password; with this they go on.
    NeedsPassword(String),
}

/// Begins a session, or asks for a code or another password first, or says only that it could not. The session that the browser had
/// before ends.
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
    let record = recognize(app, visitor, email, password.clone()).await?;
    let record = record.ok_or_else(refused)?;
    let organization = record.organization.ok_or_else(refused)?;
    let now = app.clock.now();
    let is_accepted = app.passwords.accepts(&password, record.whose());
    let chooses = record.outlived_its_password(now) || !is_accepted.await?;
    let step = Step::after_the_password(&record, chooses, now);
    if record.second_factor {
        return Ok(SignIn::NeedsCode(step.seal(app)?));
    }
    if chooses {
        return Ok(SignIn::NeedsPassword(step.seal(app)?));
    }
    let session = enter(app, visitor, before, record.account, organization).await?;
    Ok(SignIn::Entered(session))
}

impl SignInRecord {
    fn whose(&self) -> Whose<'_> {
        Whose {
            name: &self.name,
            email: &self.email,
            organization: &self.organization_name,
        }
    }

    /// Whether its password was made by somebody else, so long ago that its owner has to choose one of their own.
    fn outlived_its_password(&self, now: Timestamp) -> bool {
        self.password_given && now.duration_since(self.created_at) > GIVEN_HOLDS
    }
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
    let mut session = session::insert(&mut tx, app, &new).await?;
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
            attempt.failed(app).await?;
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
