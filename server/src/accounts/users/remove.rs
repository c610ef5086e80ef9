//! Removing a user from an organization.

use db::OrgTx;
use jiff::Timestamp;

use super::{User, change::refuse_last_owner, grant::refuse_stronger, load_user, store};
use crate::{
    accounts::{Actor, Role},
    audit,
    error::Result,
    ids::AccountId,
};

/// Removes a user: their sessions, API tokens and invitations of this organization end at once. Their account stays, and so
/// does what they did in the audit log.
///
/// # Errors
/// When they may do more than the actor, or are the last Owner.
pub async fn remove_user(
    tx: &mut OrgTx,
    actor: &Actor,
    id: AccountId,
    now: Timestamp,
) -> Result<User> {
    let user = load_user(tx, id).await?;
    refuse_removal(tx, actor, &user).await?;
    store::remove(tx, id).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "user.removed",
        subject_type: "user",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, Some(&user), audit::NOTHING).await?;
    Ok(user)
}

/// Goes on only if the user may be removed by the actor.
///
/// # Errors
/// What is in the way.
pub async fn refuse_removal(tx: &mut OrgTx, actor: &Actor, user: &User) -> Result<()> {
    refuse_stronger(actor, user)?;
    if user.role == Role::Owner {
        refuse_last_owner(tx, user, "removed").await?;
    }
    Ok(())
}
