//! Every SQL statement about users and invitations.

use db::{OrgTx, Row, SystemTx, args};
use jiff::Timestamp;

use super::{User, UserStatus, grant::Grant, user::UserRole};
use crate::{
    accounts::{PasswordHash, PermissionSet, Role},
    error::{Error, Result},
    http::Paging,
    ids::AccountId,
};

db::statements! {
    org LIST = "select a.id, a.name, a.email, m.role, m.custom_role_id, r.name as custom_role, r.permissions, m.version, m.joined_at,
        f.confirmed_at as second_factor_at from membership m
        left join second_factor f on f.account_id = m.account_id and f.confirmed_at is not null join account a on a.id = m.account_id
        left join custom_role r on r.organization_id = m.organization_id and r.id = m.custom_role_id
        where m.organization_id = $1 and (cast($2 as text) is null or a.email > $2) order by a.email limit $3";
    org FIND = "select a.id, a.name, a.email, m.role, m.custom_role_id, r.name as custom_role, r.permissions, m.version, m.joined_at,
        f.confirmed_at as second_factor_at from membership m
        left join second_factor f on f.account_id = m.account_id and f.confirmed_at is not null join account a on a.id = m.account_id
        left join custom_role r on r.organization_id = m.organization_id and r.id = m.custom_role_id
        where m.organization_id = $1 and a.id = $2";
    org OWNERS = "select a.id, a.name, a.email, m.role, m.custom_role_id, r.name as custom_role, r.permissions, m.version, m.joined_at,
        f.confirmed_at as second_factor_at from membership m
        left join second_factor f on f.account_id = m.account_id and f.confirmed_at is not null join account a on a.id = m.account_id
        left join custom_role r on r.organization_id = m.organization_id and r.id = m.custom_role_id
        where m.organization_id = $1 and m.role = 'owner' and m.joined_at is not null order by m.joined_at, a.email";
    system FIND_ACCOUNT = "select id from account where email = $1";
    system INSERT_INVITED = "insert into account (id, email, name, created_at) values ($1, $2, $3, $4)";
    org INSERT_MEMBERSHIP = "insert into membership (organization_id, account_id, role, custom_role_id, created_at, joined_at)
        values ($1, $2, $3, $4, $5, $6)";
    org SET_ROLE = "update membership set role = $3, custom_role_id = $4, version = version + 1
        where organization_id = $1 and account_id = $2";
    org DELETE_SESSIONS = "delete from session where organization_id = $1 and account_id = $2";
    org DELETE_TOKENS = "delete from api_token where organization_id = $1 and account_id = $2";
    org DELETE_INVITATIONS = "delete from invitation where organization_id = $1 and account_id = $2";
    org DELETE_MEMBERSHIP = "delete from membership where organization_id = $1 and account_id = $2";
    org INSERT_INVITATION = "insert into invitation (organization_id, id, account_id, created_at, expires_at)
        values ($1, $2, $3, $4, $5)";
    org FIND_INVITATION = "select a.id, a.name, a.email, a.password_hash, a.password_given, o.name as organization_name,
        f.confirmed_at as second_factor_at from invitation i left join second_factor f on f.account_id = i.account_id
        and f.confirmed_at is not null join organization o on o.id = i.organization_id join account a on a.id = i.account_id
        join membership m on m.organization_id = i.organization_id and m.account_id = i.account_id
        where i.organization_id = $1 and i.id = $2 and i.expires_at > $3 and m.joined_at is null";
    org JOIN = "update membership set joined_at = $3 where organization_id = $1 and account_id = $2 and joined_at is null";
    system CHOOSE_PASSWORD = "update account set name = $2, password_hash = $3 where id = $1 and password_hash is null";
    system REPLACE_PASSWORD = "update account set password_hash = $3, password_given = false where id = $1 and password_hash = $2";
    system BELONGS_ANYWHERE = "select 1 as one from membership where account_id = $1 limit 1";
    system DELETE_RECOVERY_CODES = "delete from recovery_code where account_id = $1";
    system DELETE_SECOND_FACTOR = "delete from second_factor where account_id = $1";
    system DELETE_BROWSERS = "delete from known_browser where account_id = $1";
    system DELETE_ACCOUNT = "delete from account where id = $1";
    system END_SESSIONS = "delete from session where account_id = $1";
}

pub(super) async fn list(tx: &mut OrgTx, page: &Paging<String>) -> Result<Vec<User>> {
    let args = args![page.after.clone(), page.fetch()];
    let rows = tx.fetch_all(&LIST, args).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn find(tx: &mut OrgTx, id: AccountId) -> Result<Option<User>> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn owners(tx: &mut OrgTx) -> Result<Vec<User>> {
    let rows = tx.fetch_all(&OWNERS, args![]).await?;
    rows.iter().map(read).collect()
}

/// The account with an address, whatever organization it belongs to.
pub(super) async fn find_account(tx: &mut SystemTx, email: &str) -> Result<Option<AccountId>> {
    let row = tx.fetch_optional(&FIND_ACCOUNT, args![email]).await?;
    Ok(row.map(|row| row.get("id")).transpose()?)
}

/// An account without a password.
pub(super) async fn insert_invited(
    tx: &mut SystemTx,
    id: AccountId,
    email: &str,
    name: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&INSERT_INVITED, args![id, email, name, now])
        .await?;
    Ok(())
}

/// Makes a membership; without `joined_at` it opens nothing yet.
pub(super) async fn insert_membership(
    tx: &mut OrgTx,
    id: AccountId,
    grant: &Grant,
    now: Timestamp,
    joined_at: Option<Timestamp>,
) -> Result<()> {
    let args = args![id, grant.role.as_str(), grant.custom_role, now, joined_at];
    match tx.execute(&INSERT_MEMBERSHIP, args).await {
        Err(error) if error.is_duplicate() => Err(Error::field(
            "email",
            "They belong to this organization already. Change their role instead, or make a new link if they have yet to join.",
        )),
        done => done.map(|_| ()).map_err(Error::from),
    }
}

pub(super) async fn set_role(tx: &mut OrgTx, id: AccountId, grant: &Grant) -> Result<()> {
    tx.execute(&SET_ROLE, args![id, grant.role.as_str(), grant.custom_role])
        .await?;
    Ok(())
}

/// Ends the membership and everything that it opened.
pub(super) async fn remove(tx: &mut OrgTx, id: AccountId) -> Result<()> {
    for statement in [
        &DELETE_SESSIONS,
        &DELETE_TOKENS,
        &DELETE_INVITATIONS,
        &DELETE_MEMBERSHIP,
    ] {
        tx.execute(statement, args![id]).await?;
    }
    Ok(())
}

/// Whether an account is a member of an organization, or invited to one.
pub(super) async fn belongs_anywhere(tx: &mut SystemTx, id: AccountId) -> Result<bool> {
    Ok(tx
        .fetch_optional(&BELONGS_ANYWHERE, args![id])
        .await?
        .is_some())
}

/// Deletes an account that belongs nowhere, with all that is its own.
pub(super) async fn delete_account(tx: &mut SystemTx, id: AccountId) -> Result<()> {
    for statement in [
        &DELETE_RECOVERY_CODES,
        &DELETE_SECOND_FACTOR,
        &DELETE_BROWSERS,
        &DELETE_ACCOUNT,
    ] {
        tx.execute(statement, args![id]).await?;
    }
    Ok(())
}

/// Puts a new invitation in the place of earlier ones.
pub(super) async fn replace_invitation(
    tx: &mut OrgTx,
    account: AccountId,
    digest: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    delete_invitations(tx, account).await?;
    tx.execute(&INSERT_INVITATION, args![digest, account, now, expires_at])
        .await?;
    Ok(())
}

pub(super) async fn delete_invitations(tx: &mut OrgTx, account: AccountId) -> Result<()> {
    tx.execute(&DELETE_INVITATIONS, args![account]).await?;
    Ok(())
}

pub(super) async fn find_invitation(
    tx: &mut OrgTx,
    digest: &str,
    now: Timestamp,
) -> Result<Option<Row>> {
    Ok(tx
        .fetch_optional(&FIND_INVITATION, args![digest, now])
        .await?)
}

/// The membership opens the organization from now on.
pub(super) async fn join(tx: &mut OrgTx, id: AccountId, now: Timestamp) -> Result<()> {
    tx.execute(&JOIN, args![id, now]).await?;
    Ok(())
}

/// Puts another password in the place of the one that was verified and ends all sessions; tells whether it was still that one.
pub(in crate::accounts) async fn replace_password(
    tx: &mut SystemTx,
    id: AccountId,
    verified: &PasswordHash,
    password: &PasswordHash,
) -> Result<bool> {
    tx.execute(&END_SESSIONS, args![id]).await?;
    let args = args![id, verified.as_stored(), password.as_stored()];
    Ok(tx.execute(&REPLACE_PASSWORD, args).await? == 1)
}

/// Stores the first password; tells whether there was none before.
pub(super) async fn choose_password(
    tx: &mut SystemTx,
    id: AccountId,
    name: &str,
    password: &PasswordHash,
) -> Result<bool> {
    let args = args![id, name, password.as_stored()];
    Ok(tx.execute(&CHOOSE_PASSWORD, args).await? == 1)
}

fn read(row: &Row) -> Result<User> {
    let role = row.parse("role", |name| Role::parse(name).ok_or("not a role"))?;
    let role = role.ok_or_else(|| Error::internal("a member without a role"))?;
    let custom: Option<Vec<String>> =
        row.parse("permissions", |text| serde_json::from_str(text))?;
    let custom_role = row.get("custom_role_id")?;
    let joined_at: Option<Timestamp> = row.get("joined_at")?;
    let custom_name: Option<String> = row.get("custom_role")?;
    Ok(User {
        id: row.get("id")?,
        name: row.get("name")?,
        email: row.get("email")?,
        role,
        custom_role: Option::zip(custom_role, custom_name).map(|(id, name)| UserRole { id, name }),
        permissions: custom.map_or_else(
            || role.default_permissions(),
            |names| PermissionSet::of_names(&names),
        ),
        status: match joined_at {
            Some(_) => UserStatus::Active,
            None => UserStatus::Invited,
        },
        second_factor: row.get::<Option<Timestamp>>("second_factor_at")?.is_some(),
        version: row.get("version")?,
        member_since: joined_at,
    })
}
