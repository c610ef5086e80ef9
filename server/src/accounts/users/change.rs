//! Giving a user another role.

use db::OrgTx;
use jiff::Timestamp;

use super::{GrantDetails, User, grant::refuse_stronger, list_owners, load_user, store};
use crate::{
    accounts::{Actor, Role},
    audit,
    error::{Error, Result},
    ids::AccountId,
};

/// Gives a user another role. `version` is the one that the person saw; none: whichever there is.
///
/// # Errors
/// When the role is not the actor's to give, the user may do more than the actor, was changed meanwhile, or is the last Owner.
pub async fn change_user(
    tx: &mut OrgTx,
    actor: &Actor,
    id: AccountId,
    version: Option<i64>,
    details: &GrantDetails,
    now: Timestamp,
) -> Result<User> {
    let before = load_user(tx, id).await?;
    before.refuse_stale(version)?;
    refuse_stronger(actor, &before)?;
    let grant = details.accept(tx, actor).await?;
    if before.role == Role::Owner && grant.role != Role::Owner {
        refuse_last_owner(tx, &before, "made less than an Owner").await?;
    }
    store::set_role(tx, id, &grant).await?;
    let after = load_user(tx, id).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "user.role_changed",
        subject_type: "user",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Goes on only if another Owner is left.
pub(super) async fn refuse_last_owner(tx: &mut OrgTx, user: &User, what: &str) -> Result<()> {
    if list_owners(tx).await?.iter().any(|it| it.id != user.id) {
        return Ok(());
    }
    let detail = format!("The last Owner cannot be {what}. Make somebody else an Owner first.");
    Err(Error::conflict("last_owner", detail))
}
