//! Every SQL statement about one's own account.

use db::{SystemTx, args};
use jiff::Timestamp;

use super::{
    OrganizationChoice, OwnSession,
    held::{HeldAccount, HeldMembership},
};
use crate::{
    accounts::{PasswordHash, Role},
    error::{Error, Result},
    ids::AccountId,
};

db::statements! {
    system ORGANIZATIONS_OF = "select o.id, o.name from membership m join organization o on o.id = m.organization_id
        where m.account_id = $1 and m.joined_at is not null order by lower(o.name), o.id";
    system FIND_HELD_ACCOUNT = "select a.name, a.email, a.created_at, f.confirmed_at as second_factor_at from account a
        left join second_factor f on f.account_id = a.id and f.confirmed_at is not null where a.id = $1";
    system LIST_MEMBERSHIPS = "select o.id, o.name, m.role, r.name as custom_role, m.joined_at from membership m
        join organization o on o.id = m.organization_id
        left join custom_role r on r.organization_id = m.organization_id and r.id = m.custom_role_id
        where m.account_id = $1 and m.joined_at is not null order by lower(o.name), o.id";
    system LIST_BROWSERS = "select expires_at from known_browser where account_id = $1 and expires_at > $2 order by expires_at";
    system LIST_SESSIONS = "select s.id, s.organization_id, o.name as organization_name, s.created_at, s.last_seen_at, s.expires_at,
        s.device, s.remote_address from session s join organization o on o.id = s.organization_id
        where s.account_id = $1 and s.expires_at > $2 and s.last_seen_at > $3 order by s.last_seen_at desc, s.id";
    system DELETE_SESSION = "delete from session where organization_id = $1 and id = $2 and account_id = $3";
    system DELETE_SESSIONS = "delete from session where account_id = $1";
    system SET_NAME = "update account set name = $2 where id = $1";
    system FIND_PASSWORD = "select password_hash from account where id = $1";
    system SET_PASSWORD = "update account set password_hash = $2, password_given = false where id = $1";
}

pub(super) async fn organizations_of(
    tx: &mut SystemTx,
    account: AccountId,
) -> Result<Vec<OrganizationChoice>> {
    let rows = tx.fetch_all(&ORGANIZATIONS_OF, args![account]).await?;
    rows.iter()
        .map(|row| {
            Ok(OrganizationChoice {
                id: row.get("id")?,
                name: row.get("name")?,
            })
        })
        .collect()
}

/// What is held of an account itself.
pub(super) async fn load_held_account(tx: &mut SystemTx, id: AccountId) -> Result<HeldAccount> {
    let row = tx.fetch_one(&FIND_HELD_ACCOUNT, args![id]).await?;
    Ok(HeldAccount {
        id,
        name: row.get("name")?,
        email: row.get("email")?,
        created_at: row.get("created_at")?,
        second_factor_since: row.get("second_factor_at")?,
    })
}

/// The organizations that an account has joined, by name.
pub(super) async fn list_memberships(
    tx: &mut SystemTx,
    account: AccountId,
) -> Result<Vec<HeldMembership>> {
    let rows = tx.fetch_all(&LIST_MEMBERSHIPS, args![account]).await?;
    rows.iter()
        .map(|row| {
            let role: String = row.get("role")?;
            let role = Role::parse(&role);
            Ok(HeldMembership {
                organization_id: row.get("id")?,
                organization: row.get("name")?,
                role: role.ok_or_else(|| Error::internal("a membership of an unknown role"))?,
                custom_role: row.get("custom_role")?,
                joined_at: row.get("joined_at")?,
            })
        })
        .collect()
}

/// Until when each of an account's browsers is known.
pub(super) async fn list_browsers(
    tx: &mut SystemTx,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<Timestamp>> {
    let rows = tx.fetch_all(&LIST_BROWSERS, args![account, now]).await?;
    rows.iter().map(|row| Ok(row.get("expires_at")?)).collect()
}

/// Every living session of an account, in all organizations, the latest seen first.
pub(super) async fn list_sessions(
    tx: &mut SystemTx,
    account: AccountId,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Vec<OwnSession>> {
    let args = args![account, now, idle_since];
    let rows = tx.fetch_all(&LIST_SESSIONS, args).await?;
    rows.iter()
        .map(|row| {
            Ok(OwnSession {
                digest: row.get("id")?,
                organization: row.get("organization_id")?,
                organization_name: row.get("organization_name")?,
                began_at: row.get("created_at")?,
                seen_at: row.get("last_seen_at")?,
                expires_at: row.get("expires_at")?,
                device: row.get("device")?,
                remote_address: row.get("remote_address")?,
            })
        })
        .collect()
}

pub(super) async fn delete_session(
    tx: &mut SystemTx,
    account: AccountId,
    session: &OwnSession,
) -> Result<()> {
    tx.execute(
        &DELETE_SESSION,
        args![session.organization, &session.digest, account],
    )
    .await?;
    Ok(())
}

/// Ends all sessions of an account; tells how many.
pub(super) async fn delete_sessions(tx: &mut SystemTx, account: AccountId) -> Result<u64> {
    Ok(tx.execute(&DELETE_SESSIONS, args![account]).await?)
}

pub(super) async fn set_name(tx: &mut SystemTx, account: AccountId, name: &str) -> Result<()> {
    tx.execute(&SET_NAME, args![account, name]).await?;
    Ok(())
}

pub(super) async fn load_password(tx: &mut SystemTx, account: AccountId) -> Result<PasswordHash> {
    let row = tx.fetch_one(&FIND_PASSWORD, args![account]).await?;
    let stored: Option<String> = row.get("password_hash")?;
    let stored =
        stored.ok_or_else(|| Error::internal("a session of an account without a password"))?;
    Ok(PasswordHash::from_stored(stored))
}

pub(super) async fn set_password(
    tx: &mut SystemTx,
    account: AccountId,
    password: &PasswordHash,
) -> Result<()> {
    tx.execute(&SET_PASSWORD, args![account, password.as_stored()])
        .await?;
    Ok(())
}
