//! Making, changing and deleting an organization's own roles.

use db::OrgTx;
use jiff::Timestamp;

use super::{CustomRole, RoleDetails, list_roles, load_role, refuse_stronger_role, store};
use crate::{
    accounts::Actor,
    audit,
    error::{Error, Result},
    ids::CustomRoleId,
};

/// A list that people choose from stays readable.
const MOST_ROLES: usize = 100;

/// Makes a role.
///
/// # Errors
/// When a field is refused, or a permission is beyond the actor's own.
pub async fn create_role(
    tx: &mut OrgTx,
    actor: &Actor,
    details: &RoleDetails,
    now: Timestamp,
) -> Result<CustomRole> {
    let accepted = details.accept(actor)?;
    if list_roles(tx).await?.len() >= MOST_ROLES {
        let detail = format!("An organization has at most {MOST_ROLES} roles of its own.");
        return Err(Error::conflict("too_many_roles", detail));
    }
    let id = CustomRoleId::new();
    store::insert(tx, id, &accepted, now).await?;
    let role = load_role(tx, id).await?;
    record(tx, actor, "role.created", now, None, Some(&role)).await?;
    Ok(role)
}

/// Changes a role, for everybody who has it. `version` is the one that the person saw; none: whichever there is.
///
/// # Errors
/// When a field is refused, the role was changed meanwhile, or it allows what the actor may not.
pub async fn change_role(
    tx: &mut OrgTx,
    actor: &Actor,
    id: CustomRoleId,
    version: Option<i64>,
    details: &RoleDetails,
    now: Timestamp,
) -> Result<CustomRole> {
    let before = load_role(tx, id).await?;
    before.refuse_stale(version)?;
    refuse_stronger_role(actor, &before)?;
    let accepted = details.accept(actor)?;
    store::update(tx, id, &accepted).await?;
    let after = load_role(tx, id).await?;
    record(tx, actor, "role.changed", now, Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Deletes a role that nobody has.
///
/// # Errors
/// When somebody has it, or it allows what the actor may not.
pub async fn delete_role(
    tx: &mut OrgTx,
    actor: &Actor,
    id: CustomRoleId,
    now: Timestamp,
) -> Result<CustomRole> {
    let role = load_role(tx, id).await?;
    refuse_stronger_role(actor, &role)?;
    refuse_in_use(&role)?;
    store::delete(tx, id).await?;
    record(tx, actor, "role.deleted", now, Some(&role), None).await?;
    Ok(role)
}

/// Goes on only if nobody has the role.
///
/// # Errors
/// With how many have it.
pub fn refuse_in_use(role: &CustomRole) -> Result<()> {
    let detail = match role.member_count {
        0 => return Ok(()),
        1 => "1 member has this role. Give them another first.".to_owned(),
        many => format!("{many} members have this role. Give them another first."),
    };
    Err(Error::conflict("role_in_use", detail))
}

async fn record(
    tx: &mut OrgTx,
    actor: &Actor,
    action: &'static str,
    now: Timestamp,
    before: Option<&CustomRole>,
    after: Option<&CustomRole>,
) -> Result<()> {
    let id = before.or(after).map(|role| role.id.to_string());
    let event = audit::Event {
        by: &actor.by(),
        action,
        subject_type: "role",
        subject_id: id.unwrap_or_default(),
    };
    audit::record(tx, event, now, before, after).await
}
