//! Confirming that it is still them: what changes who may do what asks for the password again, and for the second factor.
//!
//! A session that was left open, or taken, does not suffice for that. A token has no person in front: what it may do is said
//! when it is made, by somebody who has just confirmed.

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::{
    Actor, SessionSecret,
    attempts::{Attempt, Subject},
    me, second_factor, store,
};
use crate::{
    app::App,
    error::{Error, Result},
};

/// So long a confirmation holds.
pub const HOLDS: SignedDuration = SignedDuration::from_mins(15);

impl Actor {
    /// Whether they proved who they are a short while ago. A token's proof is that it was made.
    #[must_use]
    pub fn has_confirmed(&self, now: Timestamp) -> bool {
        self.confirmed_at
            .is_none_or(|at| now.duration_since(at) < HOLDS)
    }
}

/// Confirms with the password, and a code where there is a second factor, that the actor is still who signed in.
///
/// # Errors
/// When either is not right, or after too many attempts in this session.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    here: &SessionSecret,
    password: SecretString,
    code: &str,
) -> Result<()> {
    let session = here.digest();
    let attempt = Attempt::reserve(app, &[Subject::Confirmation(&session)]).await?;
    let stored = me::load_password(app, actor.account).await?;
    if !app.passwords.verify(&stored, password).await? {
        return Err(Error::field(
            "confirm_password",
            "This is not your password.",
        ));
    }
    if actor.second_factor && !second_factor::verify(app, actor.account, code).await? {
        return Err(second_factor::not_this_code("confirm_code"));
    }
    attempt.succeeded(app).await?;
    let mut tx = app.database.system_write().await?;
    store::confirm_session(&mut tx, here, app.clock.now()).await?;
    Ok(tx.commit().await?)
}
