//! Attempts to sign in, counted by the typed address, so that guessing ends, and ends alike whether the address has an account.
//!
//! An attempt is counted before the password is looked at: many at once are no more than many in a row.

use db::args;
use jiff::{SignedDuration, Timestamp};

use super::session::digest;
use crate::{
    app::App,
    error::{Error, Result},
};

/// So many attempts without success lock the address for a while.
const MOST: i64 = 10;
/// How long the address is locked, and after how much rest attempts count no more.
const LOCK: SignedDuration = SignedDuration::from_mins(15);

db::statements! {
    system RESERVE = "insert into sign_in_attempt (address_digest, attempts, expires_at) values ($1, 1, $3)
        on conflict (address_digest) do update set
            attempts = case when sign_in_attempt.expires_at <= $2 then 1 else sign_in_attempt.attempts + 1 end,
            expires_at = case when sign_in_attempt.expires_at > $2 and sign_in_attempt.attempts >= $4
                then sign_in_attempt.expires_at else $3 end
        returning attempts, expires_at";
    system GIVE_BACK = "update sign_in_attempt set attempts = attempts - 1 where address_digest = $1 and attempts > 0";
    system FORGET = "delete from sign_in_attempt where address_digest = $1 or expires_at <= $2";
}

/// An attempt that may be made.
pub(super) struct Attempt {
    digest: String,
}

impl Attempt {
    /// Counts an attempt with an address.
    ///
    /// # Errors
    /// When there were too many.
    pub(super) async fn reserve(app: &App, email: &str) -> Result<Self> {
        let digest = digest(&email.trim().to_lowercase());
        let now = app.clock.now();
        let mut tx = app.database.system_write().await?;
        let row = tx
            .fetch_one(&RESERVE, args![&digest, now, now + LOCK, MOST])
            .await?;
        tx.commit().await?;
        if row.get::<i64>("attempts")? <= MOST {
            return Ok(Self { digest });
        }
        let until: Timestamp = row.get("expires_at")?;
        let seconds = until.duration_since(now).as_secs();
        Err(Error::TooMany {
            retry_after_seconds: u32::try_from(seconds).unwrap_or(u32::MAX).max(1),
        })
    }

    /// The password was right: earlier attempts count no more. Those with other addresses that are old are forgotten too.
    pub(super) async fn succeeded(self, app: &App) -> Result<()> {
        let mut tx = app.database.system_write().await?;
        tx.execute(&FORGET, args![self.digest, app.clock.now()])
            .await?;
        Ok(tx.commit().await?)
    }

    /// The password was not looked at after all.
    pub(super) async fn give_back(self, app: &App) -> Result<()> {
        let mut tx = app.database.system_write().await?;
        tx.execute(&GIVE_BACK, args![self.digest]).await?;
        Ok(tx.commit().await?)
    }
}
