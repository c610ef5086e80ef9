//! What is given to a user: a role, and perhaps a custom role in place of what it allows.

use db::OrgTx;

use super::User;
use crate::{
    accounts::{
        Actor, PermissionSet, Role,
        roles::{beyond_own_rights, find_role, stronger_than_you},
    },
    error::{Error, FieldError, Result},
    ids::CustomRoleId,
};

/// A role as it was typed or sent.
#[derive(Debug, Clone, Default)]
pub struct GrantDetails {
    /// `owner`, `admin` or `member`.
    pub role: String,
    /// The id of a custom role.
    pub custom_role_id: Option<String>,
}

/// A role that may be given.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub role: Role,
    pub custom_role: Option<CustomRoleId>,
}

impl GrantDetails {
    /// The role, if the actor may give it.
    pub(super) async fn accept(&self, tx: &mut OrgTx, actor: &Actor) -> Result<Grant> {
        let role = Role::parse(&self.role)
            .ok_or_else(|| Error::field("role", "Choose owner, admin or member."))?;
        refuse_unless_owner(actor, role)?;
        let Some(id) = self.custom_role_id.as_deref().filter(|id| !id.is_empty()) else {
            refuse_beyond(actor, "role", &role.default_permissions())?;
            return Ok(Grant {
                role,
                custom_role: None,
            });
        };
        if role == Role::Owner {
            return Err(Error::field(
                "custom_role_id",
                "An Owner may do everything. Choose another role, or no custom role.",
            ));
        }
        let custom = match CustomRoleId::parse(id) {
            Some(id) => find_role(tx, id).await?,
            None => None,
        };
        let custom = custom
            .ok_or_else(|| Error::field("custom_role_id", "There is no such role any more."))?;
        refuse_beyond(actor, "custom_role_id", &custom.permissions)?;
        Ok(Grant {
            role,
            custom_role: Some(custom.id),
        })
    }
}

/// Goes on only if the role is not the Owner's, or the actor is one.
fn refuse_unless_owner(actor: &Actor, role: Role) -> Result<()> {
    if role != Role::Owner || actor.role == Role::Owner {
        return Ok(());
    }
    let detail = "Only an Owner makes, changes or removes an Owner.".to_owned();
    Err(Error::Refused {
        code: "owners_only",
        fields: vec![FieldError {
            field: "role".to_owned(),
            message: detail.clone(),
        }],
        detail,
    })
}

/// Goes on only if the user may be changed, removed or given a link by the actor: they may do nothing that the actor may not.
///
/// # Errors
/// With what they may do that the actor may not.
pub fn refuse_stronger(actor: &Actor, user: &User) -> Result<()> {
    refuse_unless_owner(actor, user.role)?;
    match user.permissions.first_beyond(&actor.permissions) {
        Some(beyond) => Err(stronger_than_you("role", "This member has", beyond)),
        None => Ok(()),
    }
}

/// Goes on only if the actor has all that is given.
fn refuse_beyond(actor: &Actor, field: &str, given: &PermissionSet) -> Result<()> {
    match given.first_beyond(&actor.permissions) {
        Some(beyond) => Err(beyond_own_rights(field, beyond)),
        None => Ok(()),
    }
}
