//! Every SQL statement about second factors.

use db::{Row, SystemTx, args};
use jiff::Timestamp;

use crate::{error::Result, ids::AccountId};

db::statements! {
    system FIND = "select secret_sealed, confirmed_at from second_factor where account_id = $1";
    system LIST_SEALED = "select account_id, secret_sealed from second_factor order by account_id";
    system SET_SEALED = "update second_factor set secret_sealed = $2 where account_id = $1";
    system BEGIN = "insert into second_factor (account_id, secret_sealed, created_at) values ($1, $2, $3)
        on conflict (account_id) do update set secret_sealed = excluded.secret_sealed, created_at = excluded.created_at
        where second_factor.confirmed_at is null";
    system CONFIRM = "update second_factor set confirmed_at = $2, last_step = $3 where account_id = $1 and confirmed_at is null";
    system USE_STEP = "update second_factor set last_step = $2 where account_id = $1 and last_step < $2 and confirmed_at is not null";
    system DELETE = "delete from second_factor where account_id = $1";
    system INSERT_CODE = "insert into recovery_code (account_id, id) values ($1, $2)";
    system USE_CODE = "delete from recovery_code where account_id = $1 and id = $2";
    system COUNT_CODES = "select count(*) as n from recovery_code where account_id = $1";
    system DELETE_CODES = "delete from recovery_code where account_id = $1";
    system COUNT_MEMBERSHIPS = "select count(*) as n from membership where account_id = $1 and joined_at is not null";
    system DELETE_SESSIONS = "delete from session where account_id = $1";
}

/// A second factor as it is stored.
pub(super) struct Stored {
    pub secret_sealed: String,
    /// Since when it is on; none: set up, and no code entered yet.
    pub confirmed_at: Option<Timestamp>,
}

pub(super) async fn find(tx: &mut SystemTx, account: AccountId) -> Result<Option<Stored>> {
    let row = tx.fetch_optional(&FIND, args![account]).await?;
    row.map(|row| {
        Ok(Stored {
            secret_sealed: row.get("secret_sealed")?,
            confirmed_at: row.get("confirmed_at")?,
        })
    })
    .transpose()
}

/// Every secret as it is sealed.
pub(super) async fn list_sealed(tx: &mut SystemTx) -> Result<Vec<(AccountId, String)>> {
    let rows = tx.fetch_all(&LIST_SEALED, args![]).await?;
    let pair = |row: &Row| Ok((row.get("account_id")?, row.get("secret_sealed")?));
    rows.iter().map(pair).collect()
}

/// The same secret, sealed anew.
pub(super) async fn set_sealed(tx: &mut SystemTx, account: AccountId, sealed: &str) -> Result<()> {
    tx.execute(&SET_SEALED, args![account, sealed]).await?;
    Ok(())
}

/// Stores a secret that no code was entered of yet; tells whether none is on already.
pub(super) async fn begin(
    tx: &mut SystemTx,
    account: AccountId,
    sealed: &str,
    now: Timestamp,
) -> Result<bool> {
    Ok(tx.execute(&BEGIN, args![account, sealed, now]).await? == 1)
}

/// Turns it on, with the step of the code entered; tells whether it was not on yet.
pub(super) async fn confirm(
    tx: &mut SystemTx,
    account: AccountId,
    step: i64,
    now: Timestamp,
) -> Result<bool> {
    Ok(tx.execute(&CONFIRM, args![account, now, step]).await? == 1)
}

/// Uses up the code of a step and those before it; tells whether it was not used yet.
pub(super) async fn use_step(tx: &mut SystemTx, account: AccountId, step: i64) -> Result<bool> {
    Ok(tx.execute(&USE_STEP, args![account, step]).await? == 1)
}

/// Uses up a recovery code; tells whether there was one.
pub(super) async fn use_code(tx: &mut SystemTx, account: AccountId, digest: &str) -> Result<bool> {
    Ok(tx.execute(&USE_CODE, args![account, digest]).await? == 1)
}

/// Puts new recovery codes in the place of the earlier ones.
pub(super) async fn replace_codes(
    tx: &mut SystemTx,
    account: AccountId,
    digests: &[String],
) -> Result<()> {
    tx.execute(&DELETE_CODES, args![account]).await?;
    for digest in digests {
        tx.execute(&INSERT_CODE, args![account, digest]).await?;
    }
    Ok(())
}

pub(super) async fn count_codes(tx: &mut SystemTx, account: AccountId) -> Result<i64> {
    let row = tx.fetch_one(&COUNT_CODES, args![account]).await?;
    Ok(row.get("n")?)
}

/// Takes a second factor away with its recovery codes; tells whether there was one.
pub(super) async fn delete(tx: &mut SystemTx, account: AccountId) -> Result<bool> {
    tx.execute(&DELETE_CODES, args![account]).await?;
    Ok(tx.execute(&DELETE, args![account]).await? == 1)
}

/// How many organizations an account works for.
pub(super) async fn count_memberships(tx: &mut SystemTx, account: AccountId) -> Result<i64> {
    let row = tx.fetch_one(&COUNT_MEMBERSHIPS, args![account]).await?;
    Ok(row.get("n")?)
}

/// Ends all sessions of an account.
pub(super) async fn delete_sessions(tx: &mut SystemTx, account: AccountId) -> Result<()> {
    tx.execute(&DELETE_SESSIONS, args![account]).await?;
    Ok(())
}
