//! Changing one's own name and password.

use secrecy::SecretString;
use serde_json::json;

use super::store;
use crate::{
    accounts::{Actor, SessionSecret},
    app::App,
    audit,
    checks::Checks,
    error::{Error, Result},
};

const LONGEST_NAME: usize = 200;

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

/// Changes the actor's password and ends their other sessions; tells how many those were.
///
/// # Errors
/// When the present password is wrong, or the new one too short or too long.
pub async fn change_password(
    app: &App,
    actor: &Actor,
    here: &SessionSecret,
    present: SecretString,
    new: SecretString,
) -> Result<u64> {
    let mut tx = app.database.system_read().await?;
    let stored = store::load_password(&mut tx, actor.account).await?;
    drop(tx);
    if !app.passwords.verify(&stored, present).await? {
        return Err(Error::field(
            "present_password",
            "This is not your present password.",
        ));
    }
    let hash = app.passwords.hash(new).await?;
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
    let mut tx = tx.into_system().await?;
    store::set_password(&mut tx, actor.account, &hash).await?;
    let organization = actor.organization;
    let ended =
        store::delete_other_sessions(&mut tx, actor.account, organization, &here.digest()).await?;
    tx.commit().await?;
    Ok(ended)
}
