//! A second factor: codes of an authenticator app, asked for beside the password.
//!
//! - It belongs to the account, not to an organization, and it is its owner's: they set it up, with one code, and turn it off.
//! - The secret is sealed under the master key for this account; recovery codes are stored as digests. Both are shown once.
//! - A code works once: the step of the last one is kept, and a recovery code is deleted by its use.
//! - An organization can ask it of its members: until they set one up, nothing but that is open to them.
//! - Somebody who manages people can take another's away, if that person works for this organization only: what protects
//!   another organization is not this one's to take.

mod api;
mod pages;
mod qr;
mod recovery;
mod reseal;
mod reset;
mod set_up;
mod store;
mod totp;
mod turn_off;
mod verify;

use db::SystemTx;
use jiff::Timestamp;

use super::Actor;
use crate::{app::App, error::Result, ids::AccountId};

pub use api::api;
pub use pages::routes;
pub use reseal::reseal_second_factors;
pub use reset::reset_second_factor;
pub use set_up::{SetUp, confirm_second_factor, renew_recovery_codes, set_up_second_factor};
pub use turn_off::turn_off_second_factor;
pub(super) use verify::{not_this_code, verify};

/// Where a second factor is set up and turned off.
pub const PATH: &str = "/account/second-factor";

/// How it stands with somebody's own second factor.
#[derive(Debug, Clone, Copy)]
pub struct SecondFactor {
    /// Since when it is on; none: it is off.
    pub since: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
}

/// How it stands with the actor's second factor.
///
/// # Errors
/// When the database is gone.
pub async fn find_second_factor(app: &App, actor: &Actor) -> Result<SecondFactor> {
    let mut tx = app.database.system_read().await?;
    let stored = store::find(&mut tx, actor.account).await?;
    Ok(SecondFactor {
        since: stored.and_then(|it| it.confirmed_at),
        recovery_codes: store::count_codes(&mut tx, actor.account).await?,
    })
}

/// Whether an account has a second factor.
pub(super) async fn is_on(tx: &mut SystemTx, account: AccountId) -> Result<bool> {
    let stored = store::find(tx, account).await?;
    Ok(stored.is_some_and(|it| it.confirmed_at.is_some()))
}

/// What a secret is sealed for.
fn context(account: AccountId) -> String {
    format!("account {account} second factor")
}

/// What was typed, without what stands between groups.
fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect()
}
