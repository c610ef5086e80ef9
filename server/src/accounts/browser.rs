//! Browsers in which somebody has signed in: guesses made elsewhere do not lock them out of these.

use db::{SystemTx, args};
use jiff::{SignedDuration, Timestamp};

use super::{
    Visitor,
    session::{digest, random_text},
};
use crate::{app::App, error::Result, ids::AccountId};

/// So long a browser is known after the last time.
pub const BROWSER_LIFETIME: SignedDuration = SignedDuration::from_hours(180 * 24);

db::statements! {
    system KNOWS = "select 1 as one from known_browser b join account a on a.id = b.account_id
        where a.email = $1 and b.id = $2 and b.expires_at > $3";
    system REMEMBER = "insert into known_browser (account_id, id, expires_at) values ($1, $2, $3)
        on conflict (account_id, id) do update set expires_at = excluded.expires_at";
    system FORGET_OLD = "delete from known_browser where account_id = $1 and expires_at <= $2";
    system FORGET = "delete from known_browser where account_id = $1";
}

/// Whether the account with the typed address, if there is one, has signed in with the visitor's browser.
pub(super) async fn knows(app: &App, email: &str, visitor: &Visitor) -> Result<bool> {
    let Some(secret) = &visitor.browser else {
        return Ok(false);
    };
    let email = email.trim().to_lowercase();
    let mut tx = app.database.system_read().await?;
    let args = args![email, digest(secret), app.clock.now()];
    Ok(tx.fetch_optional(&KNOWS, args).await?.is_some())
}

/// Remembers that the account has signed in with the visitor's browser; gives what the browser is to keep.
pub(super) async fn remember(
    tx: &mut SystemTx,
    account: AccountId,
    visitor: &Visitor,
    now: Timestamp,
) -> Result<String> {
    let secret = match &visitor.browser {
        Some(secret) => secret.clone(),
        None => random_text()?,
    };
    tx.execute(&FORGET_OLD, args![account, now]).await?;
    let args = args![account, digest(&secret), now + BROWSER_LIFETIME];
    tx.execute(&REMEMBER, args).await?;
    Ok(secret)
}

/// Knows none of an account's browsers any more.
pub(super) async fn forget(tx: &mut SystemTx, account: AccountId) -> Result<()> {
    tx.execute(&FORGET, args![account]).await?;
    Ok(())
}
