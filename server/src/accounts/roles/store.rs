//! Every SQL statement about roles.

use db::{OrgTx, Row, args};
use jiff::Timestamp;

use super::{CustomRole, SystemRole, role::Accepted};
use crate::{
    accounts::{PermissionSet, Role},
    error::{Error, Result},
    ids::CustomRoleId,
};

db::statements! {
    org LIST = "select r.id, r.name, r.permissions, r.version, (select count(*) from membership m
            where m.organization_id = r.organization_id and m.custom_role_id = r.id) as members
        from custom_role r where r.organization_id = $1 order by r.sort_name, r.id";
    org FIND = "select r.id, r.name, r.permissions, r.version, (select count(*) from membership m
            where m.organization_id = r.organization_id and m.custom_role_id = r.id) as members
        from custom_role r where r.organization_id = $1 and r.id = $2";
    org COUNT_BY_ROLE = "select role, count(*) as n from membership where organization_id = $1 group by role";
    org INSERT = "insert into custom_role (organization_id, id, name, sort_name, permissions, version, created_at)
        values ($1, $2, $3, $4, $5, 1, $6)";
    org UPDATE = "update custom_role set name = $3, sort_name = $4, permissions = $5, version = version + 1
        where organization_id = $1 and id = $2";
    org DELETE = "delete from custom_role where organization_id = $1 and id = $2";
}

/// The organization's own roles, by name.
///
/// # Errors
/// When the database is gone.
pub async fn list_roles(tx: &mut OrgTx) -> Result<Vec<CustomRole>> {
    let rows = tx.fetch_all(&LIST, args![]).await?;
    rows.iter().map(read).collect()
}

/// The roles that every organization has, with how many members of this one have each.
///
/// # Errors
/// When the database is gone.
pub async fn list_system_roles(tx: &mut OrgTx) -> Result<[SystemRole; 3]> {
    let rows = tx.fetch_all(&COUNT_BY_ROLE, args![]).await?;
    let mut roles = Role::ALL.map(|role| SystemRole {
        role,
        member_count: 0,
    });
    for row in &rows {
        let name: String = row.get("role")?;
        for counted in roles.iter_mut().filter(|it| it.role.as_str() == name) {
            counted.member_count = row.get("n")?;
        }
    }
    Ok(roles)
}

/// The organization's own role of that id, if it has one.
///
/// # Errors
/// When the database is gone.
pub async fn find_role(tx: &mut OrgTx, id: CustomRoleId) -> Result<Option<CustomRole>> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    row.as_ref().map(read).transpose()
}

/// The organization's own role of that id.
///
/// # Errors
/// When it has none.
pub async fn load_role(tx: &mut OrgTx, id: CustomRoleId) -> Result<CustomRole> {
    find_role(tx, id).await?.ok_or(Error::NotFound("role"))
}

pub(super) async fn insert(
    tx: &mut OrgTx,
    id: CustomRoleId,
    it: &Accepted,
    now: Timestamp,
) -> Result<()> {
    let permissions = serde_json::to_string(&it.permissions.names())?;
    let args = args![id, &it.name, it.name.to_lowercase(), permissions, now];
    named_once(tx.execute(&INSERT, args).await)
}

pub(super) async fn update(tx: &mut OrgTx, id: CustomRoleId, it: &Accepted) -> Result<()> {
    let permissions = serde_json::to_string(&it.permissions.names())?;
    let args = args![id, &it.name, it.name.to_lowercase(), permissions];
    named_once(tx.execute(&UPDATE, args).await)
}

pub(super) async fn delete(tx: &mut OrgTx, id: CustomRoleId) -> Result<()> {
    tx.execute(&DELETE, args![id]).await?;
    Ok(())
}

fn named_once(done: db::Result<u64>) -> Result<()> {
    match done {
        Err(error) if error.is_duplicate() => Err(Error::field(
            "name",
            "There is a role of this name already. Choose another.",
        )),
        done => done.map(|_| ()).map_err(Error::from),
    }
}

fn read(row: &Row) -> Result<CustomRole> {
    let names: Vec<String> = row.json("permissions")?;
    Ok(CustomRole {
        id: row.get("id")?,
        name: row.get("name")?,
        permissions: PermissionSet::of_names(&names),
        member_count: row.get("members")?,
        version: row.get("version")?,
    })
}
