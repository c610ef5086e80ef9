//! Turning one's own second factor off.

use serde_json::json;

use super::store;
use crate::{
    accounts::{
        Actor, Session, SessionSecret,
        notice::{self, Change},
        session,
    },
    app::App,
    audit,
    error::{Error, Result},
};

/// Turns the actor's second factor off, ends their other sessions and gives this one another secret.
///
/// # Errors
/// When none is on, or the organization asks for one.
pub async fn turn_off_second_factor(
    app: &App,
    actor: &Actor,
    here: &SessionSecret,
) -> Result<Session> {
    if actor.second_factor_required {
        let detail = format!(
            "{} asks everybody for a second factor. To move it to another device, use a recovery code there, or ask \
            somebody who manages people to reset it.",
            actor.organization_name
        );
        return Err(Error::conflict("second_factor_required", detail));
    }
    let now = app.clock.now();
    let mut tx = app.database.write(actor.organization).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "account.second_factor_turned_off",
        subject_type: "account",
        subject_id: actor.account.to_string(),
    };
    let (before, after) = (
        json!({ "second_factor": true }),
        json!({ "second_factor": false }),
    );
    audit::record(&mut tx, event, now, Some(&before), Some(&after)).await?;
    notice::tell(&mut tx, app, actor.account, Change::SecondFactorOff).await?;
    let mut tx = tx.into_system().await?;
    if !super::is_on(&mut tx, actor.account).await? {
        return Err(off_already());
    }
    store::delete(&mut tx, actor.account).await?;
    session::end_others(&mut tx, actor.account, here).await?;
    let session = session::renew(&mut tx, here, now).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok(session)
}

pub(super) fn off_already() -> Error {
    Error::conflict("second_factor_off", "No second factor is on.")
}
