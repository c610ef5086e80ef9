//! Taking away the second factor of somebody who lost app and recovery codes.

use serde_json::json;

use super::store;
use crate::{
    accounts::{
        Actor,
        notice::{self, Change},
        users::{User, load_user, refuse_stronger},
    },
    app::App,
    audit,
    error::{Error, Result},
    ids::AccountId,
};

/// Takes away another user's second factor and ends their sessions: they sign in with their password alone, and set up another.
///
/// # Errors
/// When they may do more than the actor, have none, or work for another organization as well.
pub async fn reset_second_factor(app: &App, actor: &Actor, id: AccountId) -> Result<User> {
    let mut tx = app.database.write(actor.organization).await?;
    let user = load_user(&mut tx, id).await?;
    refuse_stronger(actor, &user)?;
    if id == actor.account {
        let detail = "This is your own. Turn it off under your account.";
        return Err(Error::conflict("own_second_factor", detail));
    }
    let event = audit::Event {
        by: &actor.by(),
        action: "user.second_factor_reset",
        subject_type: "user",
        subject_id: id.to_string(),
    };
    let state = |on: bool| json!({ "name": user.name, "email": user.email, "second_factor": on });
    let (before, after) = (state(true), state(false));
    audit::record(&mut tx, event, app.clock.now(), Some(&before), Some(&after)).await?;
    notice::tell(&mut tx, app, id, Change::SecondFactorReset).await?;
    let mut tx = tx.into_system().await?;
    if !super::is_on(&mut tx, id).await? {
        let detail = "They have no second factor.";
        return Err(Error::conflict("second_factor_off", detail));
    }
    if store::count_memberships(&mut tx, id).await? > 1 {
        let detail = "They work for another organization as well, which their second factor protects too. \
            They can sign in with a recovery code and set up another app.";
        return Err(Error::conflict("works_elsewhere", detail));
    }
    store::delete(&mut tx, id).await?;
    store::delete_sessions(&mut tx, id).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok(user)
}
