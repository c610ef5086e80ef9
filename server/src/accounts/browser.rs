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
    system FORGET = "update known_browser set expires_at = $2 where account_id = $1 and expires_at > $2";
    system HAS_ANY = "select 1 as one from known_browser where account_id = $1 limit 1";
    system IS_KNOWN = "select 1 as one from known_browser where account_id = $1 and id = $2 and expires_at > $3";
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

/// Whether somebody signs in with the account in a browser that it has not signed in with before. Its very first browser is none of
/// these, one of an account whose browsers were forgotten is.
pub(super) async fn is_new(
    tx: &mut SystemTx,
    account: AccountId,
    visitor: &Visitor,
    now: Timestamp,
) -> Result<bool> {
    if tx.fetch_optional(&HAS_ANY, args![account]).await?.is_none() {
        return Ok(false);
    }
    let Some(secret) = &visitor.browser else {
        return Ok(true);
    };
    let args = args![account, digest(secret), now];
    Ok(tx.fetch_optional(&IS_KNOWN, args).await?.is_none())
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

/// Knows none of an account's browsers any more, only that there were some.
pub(super) async fn forget(tx: &mut SystemTx, account: AccountId, now: Timestamp) -> Result<()> {
    tx.execute(&FORGET, args![account, now]).await?;
    Ok(())
}
