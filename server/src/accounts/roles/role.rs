//! What a role is, and what of a typed one is accepted.

use serde::Serialize;

use crate::{
    accounts::{Actor, Permission, PermissionSet, Role},
    checks::Checks,
    error::{Error, FieldError, Result},
    ids::CustomRoleId,
};

const LONGEST_NAME: usize = 60;

/// A role that an organization made itself.
#[derive(Debug, Clone, Serialize)]
pub struct CustomRole {
    /// Its id.
    pub id: CustomRoleId,
    /// Its name, unique in the organization whatever its capitals.
    pub name: String,
    /// What it allows.
    #[serde(serialize_with = "as_names")]
    pub permissions: PermissionSet,
    /// How many members have it.
    pub member_count: i64,
    /// Raised by every change.
    pub version: i64,
}

/// A role that every organization has.
#[derive(Debug, Clone, Copy)]
pub struct SystemRole {
    /// The role.
    pub role: Role,
    /// How many members have it.
    pub member_count: i64,
}

/// A custom role as it was typed or sent.
#[derive(Debug, Clone, Default)]
pub struct RoleDetails {
    /// Required, at most 60 characters.
    pub name: String,
    /// Names of permissions.
    pub permissions: Vec<String>,
}

/// A custom role that was accepted.
pub(super) struct Accepted {
    pub name: String,
    pub permissions: PermissionSet,
}

impl CustomRole {
    /// Goes on only if nobody changed the role since it had this version.
    ///
    /// # Errors
    /// When somebody did.
    pub fn refuse_stale(&self, version: Option<i64>) -> Result<()> {
        if version.is_none_or(|version| version == self.version) {
            return Ok(());
        }
        Err(Error::conflict(
            "changed_meanwhile",
            "Somebody changed this role meanwhile. Load it again and repeat your change.",
        ))
    }
}

/// Goes on only if the role may be changed or deleted by the actor: it allows nothing that the actor may not.
///
/// # Errors
/// With what it allows that the actor may not.
pub fn refuse_stronger_role(actor: &Actor, role: &CustomRole) -> Result<()> {
    match role.permissions.first_beyond(&actor.permissions) {
        Some(beyond) => Err(stronger_than_you("permissions", "This role allows", beyond)),
        None => Ok(()),
    }
}

impl RoleDetails {
    /// The role as it is.
    #[must_use]
    pub fn of(role: &CustomRole) -> Self {
        let names = role.permissions.names();
        Self {
            name: role.name.clone(),
            permissions: names.into_iter().map(str::to_owned).collect(),
        }
    }

    /// The role, if nothing is wrong with it and all that it allows is the actor's own to give.
    pub(super) fn accept(&self, actor: &Actor) -> Result<Accepted> {
        let mut checks = Checks::default();
        let empty = "Enter a name, such as Billing clerk.";
        let name = checks.required("name", &self.name, LONGEST_NAME, empty);
        if Role::ALL
            .iter()
            .any(|role| role.as_str() == name.to_lowercase())
        {
            checks.refuse(
                "name",
                "Every organization has a role of this name already.",
            );
        }
        let unknown = self
            .permissions
            .iter()
            .find(|it| Permission::parse(it).is_none());
        if let Some(unknown) = unknown {
            checks.refuse("permissions", format!("There is no permission {unknown}."));
        }
        checks.finish()?;
        let permissions = PermissionSet::of_names(&self.permissions);
        match permissions.first_beyond(&actor.permissions) {
            Some(beyond) => Err(beyond_own_rights("permissions", beyond)),
            None => Ok(Accepted { name, permissions }),
        }
    }
}

/// The refusal to give what the giver lacks.
pub(in crate::accounts) fn beyond_own_rights(field: &str, lacked: Permission) -> Error {
    beyond(
        field,
        format!(
            "You cannot give the permission {}, because you do not have it yourself.",
            lacked.as_str()
        ),
    )
}

/// The refusal to change who or what may do more than oneself.
pub(in crate::accounts) fn stronger_than_you(
    field: &str,
    subject: &str,
    lacked: Permission,
) -> Error {
    beyond(
        field,
        format!(
            "{subject} the permission {}, which you do not have yourself. Ask somebody who has it.",
            lacked.as_str()
        ),
    )
}

fn beyond(field: &str, detail: String) -> Error {
    Error::Refused {
        code: "beyond_own_rights",
        fields: vec![FieldError {
            field: field.to_owned(),
            message: detail.clone(),
        }],
        detail,
    }
}

fn as_names<S: serde::Serializer>(
    permissions: &PermissionSet,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    permissions.names().serialize(serializer)
}
