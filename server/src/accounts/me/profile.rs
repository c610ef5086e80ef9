//! Changing one's own name and password.

use secrecy::SecretString;
use serde_json::json;

use super::store;
use crate::{
    accounts::{
        Actor, PasswordHash, Session, SessionSecret, Whose, browser,
        notice::{self, Change},
        session,
    },
    app::App,
    audit,
    checks::Checks,
    error::{Error, Result},
    ids::AccountId,
};

const LONGEST_NAME: usize = 200;

/// The password of somebody who is signed in.
pub(in crate::accounts) async fn load_password(
    app: &App,
    account: AccountId,
) -> Result<PasswordHash> {
    let mut tx = app.database.system_read().await?;
    store::load_password(&mut tx, account).await
}

/// Changes the actor's name, in all their organizations.
///
/// # Errors
/// When it is refused.
pub async fn rename(app: &App, actor: &Actor, name: &str) -> Result<()> {
    let mut checks = Checks::default();
    let name = checks.required("name", name, LONGEST_NAME, "Enter your name.");
    checks.finish()?;
    let mut tx = app.database.write(actor.organization).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "account.renamed",
        subject_type: "account",
        subject_id: actor.account.to_string(),
    };
    let (before, after) = (json!({ "name": actor.name }), json!({ "name": name }));
    audit::record(&mut tx, event, app.clock.now(), Some(&before), Some(&after)).await?;
    let mut tx = tx.into_system().await?;
    store::set_name(&mut tx, actor.account, &name).await?;
    Ok(tx.commit().await?)
}

/// Changes the actor's password and ends their other sessions; gives the one that goes on and how many others those were.
///
/// # Errors
/// When the present password is wrong, or the new one too short or too long.
pub async fn change_password(
    app: &App,
    actor: &Actor,
    here: &SessionSecret,
    present: SecretString,
    new: SecretString,
) -> Result<(Session, u64)> {
    let stored = load_password(app, actor.account).await?;
    if !app.passwords.verify(&stored, present).await? {
        return Err(Error::field(
            "present_password",
            "This is not your present password.",
        ));
    }
    let whose = Whose {
        name: &actor.name,
        email: &actor.email,
        organization: &actor.organization_name,
    };
    let hash = app.passwords.hash(new, whose).await?;
    let mut tx = app.database.write(actor.organization).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "account.password_changed",
        subject_type: "account",
        subject_id: actor.account.to_string(),
    };
    audit::record(
        &mut tx,
        event,
        app.clock.now(),
        audit::NOTHING,
        audit::NOTHING,
    )
    .await?;
    notice::tell(&mut tx, app, actor.account, Change::Password).await?;
    let mut tx = tx.into_system().await?;
    store::set_password(&mut tx, actor.account, &hash).await?;
    browser::forget(&mut tx, actor.account, app.clock.now()).await?;
    let ended = session::end_others(&mut tx, actor.account, here).await?;
    let session = session::renew(&mut tx, here, app.clock.now()).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok((session, ended))
}
