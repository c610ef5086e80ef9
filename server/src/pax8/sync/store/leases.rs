//! Who is syncing an organization now.

use db::{OrgTx, SystemTx, args};
use jiff::Timestamp;

use crate::{
    error::Result,
    ids::{OrganizationId, SyncId},
};

db::statements! {
    org FIND = "select sync_id, until_at from pax8_sync_lease where organization_id = $1";
    org INSERT = "insert into pax8_sync_lease (organization_id, sync_id, owner, until_at) values ($1, $2, $3, $4)";
    org RENEW = "update pax8_sync_lease set until_at = $4 where organization_id = $1 and sync_id = $2 and owner = $3";
    org DELETE = "delete from pax8_sync_lease where organization_id = $1";
    system LIST_EXPIRED = "select organization_id from pax8_sync_lease where until_at < $1 order by organization_id";
}

/// A lease, as it is found.
pub(in crate::pax8::sync) struct Lease {
    pub sync: SyncId,
    pub until: Timestamp,
}

pub(in crate::pax8::sync) async fn find(tx: &mut OrgTx) -> Result<Option<Lease>> {
    let Some(row) = tx.fetch_optional(&FIND, args![]).await? else {
        return Ok(None);
    };
    Ok(Some(Lease {
        sync: row.get("sync_id")?,
        until: row.get("until_at")?,
    }))
}

pub(in crate::pax8::sync) async fn insert(
    tx: &mut OrgTx,
    sync: SyncId,
    owner: &str,
    until: Timestamp,
) -> Result<()> {
    tx.execute(&INSERT, args![sync, owner, until]).await?;
    Ok(())
}

/// Renews the lease, and tells whether there still is one of that sync and owner.
pub(in crate::pax8::sync) async fn renew(
    tx: &mut OrgTx,
    sync: SyncId,
    owner: &str,
    until: Timestamp,
) -> Result<bool> {
    Ok(tx.execute(&RENEW, args![sync, owner, until]).await? == 1)
}

pub(in crate::pax8::sync) async fn delete(tx: &mut OrgTx) -> Result<()> {
    tx.execute(&DELETE, args![]).await?;
    Ok(())
}

pub(in crate::pax8::sync) async fn list_expired(
    tx: &mut SystemTx,
    now: Timestamp,
) -> Result<Vec<OrganizationId>> {
    let rows = tx.fetch_all(&LIST_EXPIRED, args![now]).await?;
    Ok(rows
        .iter()
        .map(|row| row.get("organization_id"))
        .collect::<db::Result<_>>()?)
}
