//! Signing in with e-mail address and password.

use secrecy::SecretString;

use super::{
    PasswordHash, Session,
    attempts::Attempt,
    start_session,
    store::{self, SignInRecord},
};
use crate::{
    app::App,
    error::{Error, Result},
};

/// Verified in place of an account that does not exist, so that the answer takes as long. Nobody's password.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$9yqTqkQxvSlgRgRs0lG3GfSKdSbzGzvH1vJ1o3cV9wI";

/// Begins a session, or says only that it could not.
///
/// # Errors
/// When address and password do not belong together, or after too many attempts with the address.
pub async fn sign_in(app: &App, email: &str, password: SecretString) -> Result<Session> {
    let refused = || Error::refused("sign_in_refused", "E-mail address or password is wrong.");
    let record = recognize(app, email, password).await?.ok_or_else(refused)?;
    let organization = record.organization.ok_or_else(refused)?;
    start_session(app, record.account, organization).await
}

/// The account to which address and password belong; none where they do not belong together.
///
/// # Errors
/// After too many attempts with the address, known or not.
pub(super) async fn recognize(
    app: &App,
    email: &str,
    password: SecretString,
) -> Result<Option<SignInRecord>> {
    let attempt = Attempt::reserve(app, email).await?;
    match compare(app, email, password).await {
        Ok(Some(record)) => {
            attempt.succeeded(app).await?;
            Ok(Some(record))
        }
        Ok(None) => Ok(None),
        Err(error) => {
            attempt.give_back(app).await?;
            Err(error)
        }
    }
}

async fn compare(app: &App, email: &str, password: SecretString) -> Result<Option<SignInRecord>> {
    let mut tx = app.database.system_read().await?;
    let record = store::find_for_sign_in(&mut tx, email).await?;
    drop(tx);
    let hash = record.as_ref().and_then(|record| record.password.clone());
    let hash = hash.unwrap_or_else(|| PasswordHash::from_stored(DECOY.to_owned()));
    let matches = app.passwords.verify(&hash, password).await?;
    Ok(record.filter(|record| matches && record.password.is_some()))
}
