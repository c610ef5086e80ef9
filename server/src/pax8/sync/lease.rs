//! The lease: one sync at a time per organization, and what becomes of one whose process died.

use db::OrgTx;
use jiff::{SignedDuration, Timestamp};

use super::{
    Sync, SyncStatus,
    request::enqueue,
    store::{leases, syncs},
};
use crate::{error::Result, ids::SyncId, pax8::connection};

/// How long a sync belongs to a process that says nothing more.
pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(45);
/// After so many interruptions in a row nobody tries again by itself.
const INTERRUPTIONS: usize = 3;

pub(super) const INTERRUPTED: &str =
    "The process that ran this sync ended before it was done. Nothing was changed.";
const DISCONNECTED: &str = "The connection to Pax8 was removed or changed while this sync was under way. Nothing was changed.";

/// Gives the lease to a sync that waits, if nobody has it. None: it is another's turn, or it is finished.
pub(super) async fn claim(
    tx: &mut OrgTx,
    id: SyncId,
    owner: &str,
    now: Timestamp,
) -> Result<Option<Sync>> {
    recover(tx, now).await?;
    let sync = syncs::load_sync(tx, id).await?;
    if sync.status != SyncStatus::Queued || leases::find(tx).await?.is_some() {
        return Ok(None);
    }
    leases::insert(tx, id, owner, now + LEASE).await?;
    syncs::start(tx, id, now).await?;
    Ok(Some(syncs::load_sync(tx, id).await?))
}

/// Takes an expired lease away: its sync failed, and a new one of the same kind takes its place.
pub(super) async fn recover(tx: &mut OrgTx, now: Timestamp) -> Result<()> {
    let Some(lease) = leases::find(tx).await?.filter(|it| it.until < now) else {
        return Ok(());
    };
    let interrupted = syncs::load_sync(tx, lease.sync).await?;
    syncs::fail(tx, lease.sync, INTERRUPTED, interrupted.requests, now).await?;
    connection::record_failure(tx, interrupted.scope, INTERRUPTED, false, now).await?;
    tracing::warn!(sync = %lease.sync, "a sync was interrupted");
    if !interrupted_again_and_again(tx, &interrupted).await? {
        enqueue(tx, interrupted.scope, interrupted.trigger, now).await?;
    }
    release(tx, now).await
}

/// Gives the lease back and lets the next one that waits begin.
pub(super) async fn release(tx: &mut OrgTx, now: Timestamp) -> Result<()> {
    leases::delete(tx).await?;
    let waiting = syncs::list_unfinished(tx).await?;
    if let Some(next) = waiting.first() {
        super::request::enqueue_job(tx, next.id, now).await?;
    }
    Ok(())
}

/// Ends every sync that waits or runs: what it would store is no longer wanted. One that runs notices by its lease.
pub(in crate::pax8) async fn abandon_all(tx: &mut OrgTx, now: Timestamp) -> Result<()> {
    syncs::fail_unfinished(tx, DISCONNECTED, now).await?;
    leases::delete(tx).await
}

/// A sync that takes its process down with it must not do so for ever.
async fn interrupted_again_and_again(tx: &mut OrgTx, sync: &Sync) -> Result<bool> {
    let latest = crate::http::Paging {
        limit: 20,
        after: None,
    };
    let latest = syncs::list_syncs(tx, &latest).await?.data;
    let mut same = latest.iter().filter(|it| it.scope == sync.scope);
    let interrupted = same
        .by_ref()
        .take_while(|it| it.error.as_deref() == Some(INTERRUPTED))
        .count();
    Ok(interrupted >= INTERRUPTIONS)
}
