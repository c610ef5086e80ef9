//! Asking for a sync.

use db::OrgTx;
use jiff::Timestamp;

use super::{
    Scope, Sync, Trigger, lease,
    run::JOB,
    store::{companies, syncs},
};
use crate::{
    accounts::{By, PAX8_FEATURE},
    app::App,
    audit,
    error::{Error, Result},
    ids::{OrganizationId, SyncId},
    jobs::{self, NewJob},
    organizations::has_feature,
    pax8::connection::{find_connection, not_connected},
};

/// A sync of more subscriptions than this holds so many in memory that few of these run at once.
const LARGE: u32 = 5_000;

/// Asks for a sync, or joins the one of the same scope that waits or runs; tells which of the two it was. A sync of one
/// company does not join one of everything: it may have pulled that company already.
///
/// # Errors
/// When Pax8 is not connected, not active or not licensed, or there is no such company, or Pax8 cannot be asked for it.
pub async fn request_sync(
    app: &App,
    by: &By,
    organization: OrganizationId,
    scope: Scope,
    trigger: Trigger,
) -> Result<(Sync, bool)> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    refuse_unready(&mut tx).await?;
    if let Scope::Company(id) = scope
        && companies::load_pax8_id(&mut tx, id).await?.is_empty()
    {
        return Err(nobody_to_ask_for());
    }
    let (sync, joined) = join_or_enqueue(&mut tx, scope, trigger, now).await?;
    if !joined {
        let event = audit::Event {
            by,
            action: "pax8.sync_requested",
            subject_type: "pax8_sync",
            subject_id: sync.id.to_string(),
        };
        let after = serde_json::json!({ "scope": scope.as_str(), "company_id": scope.company() });
        audit::record(&mut tx, event, now, audit::NOTHING, Some(&after)).await?;
    }
    tx.commit().await?;
    app.wake.wake();
    Ok((sync, joined))
}

/// Joins the sync of the same scope that waits or runs, or puts a new one into the queue.
pub(super) async fn join_or_enqueue(
    tx: &mut OrgTx,
    scope: Scope,
    trigger: Trigger,
    now: Timestamp,
) -> Result<(Sync, bool)> {
    lease::recover(tx, now).await?;
    let unfinished = syncs::list_unfinished(tx).await?;
    if let Some(same) = unfinished.into_iter().find(|sync| sync.scope == scope) {
        return Ok((same, true));
    }
    let id = enqueue(tx, scope, trigger, now).await?;
    Ok((syncs::load_sync(tx, id).await?, false))
}

/// The first full sync of a new connection, in the transaction that makes it.
pub(in crate::pax8) async fn enqueue_first(tx: &mut OrgTx, now: Timestamp) -> Result<()> {
    enqueue(tx, Scope::Full, Trigger::Connect, now).await?;
    Ok(())
}

pub(super) async fn enqueue(
    tx: &mut OrgTx,
    scope: Scope,
    trigger: Trigger,
    now: Timestamp,
) -> Result<SyncId> {
    let id = SyncId::new();
    syncs::insert(tx, id, scope, trigger, now).await?;
    enqueue_job(tx, id, now).await?;
    Ok(id)
}

/// More than one job for a sync does no harm: whichever comes first runs it.
pub(super) async fn enqueue_job(tx: &mut OrgTx, id: SyncId, now: Timestamp) -> Result<()> {
    let before = syncs::latest_size(tx).await?;
    let job = NewJob {
        kind: JOB,
        payload: serde_json::json!({ "sync_id": id }),
        unique_key: None,
        heavy: before.is_some_and(|subscriptions| subscriptions > LARGE),
        run_at: now,
    };
    jobs::enqueue(tx, &job, now).await?;
    Ok(())
}

/// What both asking for a sync and beginning it need: the licence, and a connection that is in use.
pub(super) async fn refuse_unready(tx: &mut OrgTx) -> Result<()> {
    if !has_feature(tx, PAX8_FEATURE).await? {
        return Err(Error::FeatureRequired(PAX8_FEATURE));
    }
    let connection = find_connection(tx).await?.ok_or_else(not_connected)?;
    if connection.active {
        Ok(())
    } else {
        Err(Error::conflict(
            "pax8_inactive",
            "The Pax8 integration is switched off. Switch it on, or enter new credentials if Pax8 refused the present ones.",
        ))
    }
}

fn nobody_to_ask_for() -> Error {
    Error::conflict(
        "pax8_company_unknown",
        "Pax8 does not say to which company these subscriptions belong, so it cannot be asked for them alone. Choose Sync Now.",
    )
}
