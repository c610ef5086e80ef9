//! Setting a second factor up: a secret for the app, then one of its codes.

use secrecy::SecretString;
use serde_json::json;

use super::{context, plain, recovery, store, totp, verify::not_this_code};
use crate::{
    accounts::{
        Actor, Session, SessionSecret,
        attempts::{Attempt, Subject},
        notice::{self, Change},
        session,
    },
    app::App,
    audit,
    error::{Error, Result},
    secrets::{hold_master_key, unknown_master_key},
};

/// What the app is told, to be shown once.
pub struct SetUp {
    /// The secret, as people type it: base32.
    pub secret: SecretString,
    /// What a QR code says.
    pub address: SecretString,
}

/// Draws a secret for the actor, in place of one that no code was entered of yet. Nothing asks for it before one is.
///
/// # Errors
/// When a second factor is on already.
pub async fn set_up_second_factor(app: &App, actor: &Actor) -> Result<SetUp> {
    let secret = totp::draw_secret()?;
    let mut tx = app.database.system_write().await?;
    let master = hold_master_key(&mut tx, &app.vault).await?;
    let sealed = master.seal(&context(actor.account), &secret);
    let sealed = sealed.map_err(Error::internal)?;
    let now = app.clock.now();
    if !store::begin(&mut tx, actor.account, &sealed, now).await? {
        return Err(on_already());
    }
    tx.commit().await?;
    Ok(SetUp {
        address: totp::address(&actor.email, &secret),
        secret,
    })
}

/// The secret drawn, once more, as long as no code was entered of it.
///
/// # Errors
/// When there is none, or it is on already.
pub(super) async fn show_again(app: &App, actor: &Actor) -> Result<SetUp> {
    let mut tx = app.database.system_read().await?;
    let stored = store::find(&mut tx, actor.account).await?;
    let stored = stored.ok_or_else(not_begun)?;
    if stored.confirmed_at.is_some() {
        return Err(on_already());
    }
    let secret = app
        .vault
        .open(&context(actor.account), &stored.secret_sealed)
        .map_err(|_| unknown_master_key())?;
    Ok(SetUp {
        address: totp::address(&actor.email, &secret),
        secret,
    })
}

/// Turns the second factor on with a code of the app, ends the actor's other sessions and gives this one another secret. Gives the
/// recovery codes, which can be read only now.
///
/// # Errors
/// When the code is not right, or none was set up.
pub async fn confirm_second_factor(
    app: &App,
    actor: &Actor,
    here: &SessionSecret,
    typed: &str,
) -> Result<(Session, Vec<SecretString>)> {
    let set_up = show_again(app, actor).await?;
    let attempt = Attempt::reserve(app, &[Subject::Codes(actor.account)]).await?;
    let now = app.clock.now();
    let step = totp::step_of(&set_up.secret, &plain(typed), now);
    let step = step.ok_or_else(|| not_this_code("code"))?;
    attempt.succeeded(app).await?;
    let codes = recovery::draw()?;
    let mut tx = app.database.write(actor.organization).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "account.second_factor_turned_on",
        subject_type: "account",
        subject_id: actor.account.to_string(),
    };
    let (before, after) = (
        json!({ "second_factor": false }),
        json!({ "second_factor": true }),
    );
    audit::record(&mut tx, event, now, Some(&before), Some(&after)).await?;
    notice::tell(&mut tx, app, actor.account, Change::SecondFactorOn).await?;
    let mut tx = tx.into_system().await?;
    if !store::confirm(&mut tx, actor.account, step, now).await? {
        return Err(on_already());
    }
    store::replace_codes(&mut tx, actor.account, &recovery::digests(&codes)).await?;
    session::end_others(&mut tx, actor.account, here).await?;
    let session = session::renew(&mut tx, here, now).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok((session, codes))
}

/// Puts new recovery codes in the place of the earlier ones; they can be read only now.
///
/// # Errors
/// When no second factor is on.
pub async fn renew_recovery_codes(app: &App, actor: &Actor) -> Result<Vec<SecretString>> {
    let codes = recovery::draw()?;
    let mut tx = app.database.write(actor.organization).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "account.recovery_codes_renewed",
        subject_type: "account",
        subject_id: actor.account.to_string(),
    };
    let now = app.clock.now();
    audit::record(&mut tx, event, now, audit::NOTHING, audit::NOTHING).await?;
    notice::tell(&mut tx, app, actor.account, Change::RecoveryCodes).await?;
    let mut tx = tx.into_system().await?;
    if !super::is_on(&mut tx, actor.account).await? {
        return Err(super::turn_off::off_already());
    }
    store::replace_codes(&mut tx, actor.account, &recovery::digests(&codes)).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok(codes)
}

fn on_already() -> Error {
    Error::conflict(
        "second_factor_on",
        "Your second factor is on already. Turn it off first to set up another one.",
    )
}

fn not_begun() -> Error {
    Error::conflict(
        "second_factor_not_set_up",
        "No second factor was set up yet. Begin again: scan the code, then enter what the app shows.",
    )
}
