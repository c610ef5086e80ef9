//! Every SQL statement about connections.

use db::{OrgTx, Row, SystemTx, args};
use jiff::Timestamp;

use super::types::{Connection, SealedCredentials};
use crate::{accounts::PAX8_FEATURE, error::Result, ids::OrganizationId};

db::statements! {
    org FIND = "select client_id_hint, auto_map, active, refusals, last_sync_at, last_error, last_error_at, next_sync_at, connected_at
        from pax8_connection where organization_id = $1";
    org FIND_SEALED = "select client_id_sealed, client_secret_sealed, client_id_hint from pax8_connection where organization_id = $1";
    org RESEAL = "update pax8_connection set client_id_sealed = $2, client_secret_sealed = $3 where organization_id = $1";
    org PUT = "insert into pax8_connection (organization_id, client_id_sealed, client_secret_sealed, client_id_hint, auto_map, active,
            next_sync_at, version, connected_at) values ($1, $2, $3, $4, $5, $6, $7, 1, $8)
        on conflict (organization_id) do update set client_id_sealed = excluded.client_id_sealed,
            client_secret_sealed = excluded.client_secret_sealed, client_id_hint = excluded.client_id_hint,
            auto_map = excluded.auto_map, active = excluded.active, next_sync_at = excluded.next_sync_at,
            refusals = 0, last_error = null, last_error_at = null, version = pax8_connection.version + 1";
    org SET_OPTIONS = "update pax8_connection set auto_map = $2, active = $3, refusals = $4, version = version + 1 where organization_id = $1";
    org SET_NEXT_SYNC = "update pax8_connection set next_sync_at = $2 where organization_id = $1";
    org SET_CONFIRMED = "update pax8_connection set last_sync_at = $2 where organization_id = $1";
    org CLEAR_ERROR = "update pax8_connection set refusals = 0, last_error = null, last_error_at = null
        where organization_id = $1 and (refusals <> 0 or last_error is not null)";
    org SET_REFUSALS = "update pax8_connection set refusals = $2 where organization_id = $1 and refusals <> $2";
    org SET_ERROR = "update pax8_connection set last_error = $2, last_error_at = $3, refusals = $4, active = $5 where organization_id = $1";
    org DELETE = "delete from pax8_connection where organization_id = $1";
    system LIST_DUE = "select c.organization_id from pax8_connection c
        join organization_feature f on f.organization_id = c.organization_id and f.feature = $2
        where c.active = true and c.next_sync_at <= $1 order by c.next_sync_at, c.organization_id";
}

pub(super) async fn find(tx: &mut OrgTx) -> Result<Option<Connection>> {
    let row = tx.fetch_optional(&FIND, args![]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn find_sealed(tx: &mut OrgTx) -> Result<Option<SealedCredentials>> {
    let Some(row) = tx.fetch_optional(&FIND_SEALED, args![]).await? else {
        return Ok(None);
    };
    Ok(Some(SealedCredentials {
        client_id: row.get("client_id_sealed")?,
        client_secret: row.get("client_secret_sealed")?,
        client_id_hint: row.get("client_id_hint")?,
    }))
}

/// Stores the same credentials, sealed anew.
pub(super) async fn reseal(tx: &mut OrgTx, sealed: &SealedCredentials) -> Result<()> {
    let args = args![&sealed.client_id, &sealed.client_secret];
    tx.execute(&RESEAL, args).await?;
    Ok(())
}

/// What a connection is with new credentials.
pub(super) struct NewState<'a> {
    pub credentials: &'a SealedCredentials,
    pub auto_map: bool,
    pub active: bool,
    pub next_sync_at: Timestamp,
    pub now: Timestamp,
}

pub(super) async fn put(tx: &mut OrgTx, new: &NewState<'_>) -> Result<()> {
    let sealed = new.credentials;
    let args = args![
        &sealed.client_id,
        &sealed.client_secret,
        &sealed.client_id_hint,
        new.auto_map,
        new.active,
        new.next_sync_at,
        new.now
    ];
    tx.execute(&PUT, args).await?;
    Ok(())
}

pub(super) async fn set_options(tx: &mut OrgTx, to: &Connection) -> Result<()> {
    let args = args![to.auto_map, to.active, to.refusals];
    tx.execute(&SET_OPTIONS, args).await?;
    Ok(())
}

pub(super) async fn set_next_sync(tx: &mut OrgTx, at: Timestamp) -> Result<()> {
    tx.execute(&SET_NEXT_SYNC, args![at]).await?;
    Ok(())
}

pub(super) async fn set_confirmed(tx: &mut OrgTx, at: Timestamp) -> Result<()> {
    tx.execute(&SET_CONFIRMED, args![at]).await?;
    Ok(())
}

pub(super) async fn clear_error(tx: &mut OrgTx) -> Result<()> {
    tx.execute(&CLEAR_ERROR, args![]).await?;
    Ok(())
}

/// The error stays: it says how everything fares.
pub(super) async fn set_refusals(tx: &mut OrgTx, to: u32) -> Result<()> {
    tx.execute(&SET_REFUSALS, args![to]).await?;
    Ok(())
}

pub(super) async fn set_error(
    tx: &mut OrgTx,
    to: &Connection,
    error: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&SET_ERROR, args![error, now, to.refusals, to.active])
        .await?;
    Ok(())
}

pub(super) async fn delete(tx: &mut OrgTx) -> Result<()> {
    tx.execute(&DELETE, args![]).await?;
    Ok(())
}

pub(super) async fn list_due(tx: &mut SystemTx, now: Timestamp) -> Result<Vec<OrganizationId>> {
    let rows = tx.fetch_all(&LIST_DUE, args![now, PAX8_FEATURE]).await?;
    Ok(rows
        .iter()
        .map(|row| row.get("organization_id"))
        .collect::<db::Result<_>>()?)
}

fn read(row: &Row) -> Result<Connection> {
    Ok(Connection {
        client_id_hint: row.get("client_id_hint")?,
        auto_map: row.get("auto_map")?,
        active: row.get("active")?,
        refusals: row.get("refusals")?,
        last_sync_at: row.get("last_sync_at")?,
        last_error: row.get("last_error")?,
        last_error_at: row.get("last_error_at")?,
        next_sync_at: row.get("next_sync_at")?,
        connected_at: row.get("connected_at")?,
    })
}
