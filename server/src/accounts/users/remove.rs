//! Removing a user from an organization.

use db::OrgTx;

use super::{User, change::refuse_last_owner, grant::refuse_stronger, load_user, store};
use crate::{
    accounts::{Actor, Role},
    app::App,
    audit,
    error::Result,
    ids::AccountId,
};

/// Removes a user: their sessions, API tokens and invitations of this organization end at once. An account that belongs to no other
/// organization goes with it: nobody keeps what is known of a person for nothing. What they did stays in the audit log.
///
/// # Errors
/// When they may do more than the actor, or are the last Owner.
pub async fn remove_user(app: &App, actor: &Actor, id: AccountId) -> Result<User> {
    let mut tx = app.database.write(actor.organization).await?;
    let user = load_user(&mut tx, id).await?;
    refuse_removal(&mut tx, actor, &user).await?;
    store::remove(&mut tx, id).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "user.removed",
        subject_type: "user",
        subject_id: id.to_string(),
    };
    let now = app.clock.now();
    audit::record(&mut tx, event, now, Some(&user), audit::NOTHING).await?;
    let mut tx = tx.into_system().await?;
    if !store::belongs_anywhere(&mut tx, id).await? {
        store::delete_account(&mut tx, id).await?;
    }
    tx.commit().await?;
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
