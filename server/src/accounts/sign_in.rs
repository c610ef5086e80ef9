//! Signing in with e-mail address and password.

use jiff::SignedDuration;
use secrecy::SecretString;

use super::{PasswordHash, Session, start_session, store};
use crate::{
    app::App,
    error::{Error, Result},
};

/// So many failures in a row lock the account for a while.
const FAILURES: i64 = 10;
const LOCK: SignedDuration = SignedDuration::from_mins(15);
/// Verified in place of an account that does not exist, so that the answer takes as long. Nobody's password.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$9yqTqkQxvSlgRgRs0lG3GfSKdSbzGzvH1vJ1o3cV9wI";

/// Begins a session, or says only that it could not.
///
/// # Errors
/// When address and password do not belong together, or the account is locked after too many failures.
pub async fn sign_in(app: &App, email: &str, password: SecretString) -> Result<Session> {
    let refused = || Error::refused("sign_in_refused", "E-mail address or password is wrong.");
    let mut tx = app.database.system_read().await?;
    let record = store::find_for_sign_in(&mut tx, email).await?;
    drop(tx);
    let known = record.and_then(|record| record.password.clone().map(|hash| (record, hash)));
    let Some((record, hash)) = known else {
        PasswordHash::from_stored(DECOY.to_owned())
            .verify(password)
            .await?;
        return Err(refused());
    };
    let now = app.clock.now();
    if let Some(until) = record.locked_until.filter(|until| *until > now) {
        let seconds = until.duration_since(now).as_secs();
        return Err(Error::TooMany {
            retry_after_seconds: u32::try_from(seconds).unwrap_or(u32::MAX).max(1),
        });
    }
    let matches = hash.verify(password).await?;
    let mut tx = app.database.system_write().await?;
    if !matches {
        let locked_until = (record.failures + 1 >= FAILURES).then(|| now + LOCK);
        store::note_failure(&mut tx, record.account, locked_until).await?;
        tx.commit().await?;
        return Err(refused());
    }
    store::clear_failures(&mut tx, record.account).await?;
    tx.commit().await?;
    let organization = record.organization.ok_or_else(refused)?;
    start_session(app, record.account, organization).await
}
