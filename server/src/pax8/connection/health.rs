//! How the connection fares: what syncs leave behind, when the next one is due, whether its data can still be relied on.

use db::{OrgTx, SystemTx};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use super::{store, types::Connection};
use crate::{
    error::{Error, Result},
    ids::{OrganizationId, digest_of},
    pax8::sync::Scope,
};

/// Data that was not confirmed for longer than this is not billed without a look.
const FRESH_FOR: SignedDuration = SignedDuration::from_hours(48);

/// The connection, if there is one.
///
/// # Errors
/// When the database is gone.
pub async fn find_connection(tx: &mut OrgTx) -> Result<Option<Connection>> {
    store::find(tx).await
}

/// Whether what is stored was last confirmed by a complete sync more than 48 hours ago, or never.
///
/// # Errors
/// When the database is gone.
pub async fn data_is_stale(tx: &mut OrgTx, now: Timestamp) -> Result<bool> {
    let confirmed = store::find(tx).await?.and_then(|it| it.last_sync_at);
    Ok(confirmed.is_none_or(|at| now.duration_since(at) > FRESH_FOR))
}

/// A sync went well. One of everything confirms the data and clears the error; one of a company proves the credentials and
/// nothing else.
pub(in crate::pax8) async fn record_success(
    tx: &mut OrgTx,
    scope: Scope,
    now: Timestamp,
) -> Result<()> {
    match scope {
        Scope::Full => {
            store::set_confirmed(tx, now).await?;
            store::clear_error(tx).await
        }
        Scope::Company(_) => store::set_refusals(tx, 0).await,
    }
}

/// A sync failed; `refused` when Pax8 refused the credentials themselves. What is wrong with one company is no error of the
/// connection, unless it is the refusal that makes it inactive.
pub(in crate::pax8) async fn record_failure(
    tx: &mut OrgTx,
    scope: Scope,
    error: &str,
    refused: bool,
    now: Timestamp,
) -> Result<()> {
    let Some(mut connection) = store::find(tx).await? else {
        return Ok(());
    };
    if refused {
        connection.refusals = connection.refusals.saturating_add(1);
        connection.active &= !connection.is_refused();
    }
    if scope == Scope::Full || (refused && connection.is_refused()) {
        store::set_error(tx, &connection, error, now).await
    } else if refused {
        store::set_refusals(tx, connection.refusals).await
    } else {
        Ok(())
    }
}

/// The organizations whose scheduled sync is due: active, licensed, and their time has come.
pub(in crate::pax8) async fn list_due(
    tx: &mut SystemTx,
    now: Timestamp,
) -> Result<Vec<OrganizationId>> {
    store::list_due(tx, now).await
}

/// Moves the next scheduled sync on, if it is still due; tells whether it was.
pub(in crate::pax8) async fn postpone(
    tx: &mut OrgTx,
    interval: Span,
    now: Timestamp,
) -> Result<bool> {
    let due = store::find(tx).await?;
    if !due.is_some_and(|it| it.active && it.next_sync_at <= now) {
        return Ok(false);
    }
    let next = next_sync(tx.organization(), interval, now)?;
    store::set_next_sync(tx, next).await?;
    Ok(true)
}

/// The interval from now, and up to a tenth of it more: always the same for an organization, so that organizations
/// spread over time and each keeps its rhythm.
pub(super) fn next_sync(
    organization: OrganizationId,
    interval: Span,
    now: Timestamp,
) -> Result<Timestamp> {
    let interval = interval
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(Error::internal)?;
    let [high, low, ..] = digest_of(organization, "jitter", "");
    let share = i32::from(u16::from_be_bytes([high, low]));
    let jitter = interval / 10 / i32::from(u16::MAX) * share;
    now.checked_add(interval + jitter).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    #[test]
    fn d11_the_schedule_is_spread_by_up_to_a_tenth_and_steady_for_an_organization() {
        let now: Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let organization = OrganizationId::new();
            let next = next_sync(organization, 4.hours(), now).unwrap();
            assert_eq!(next, next_sync(organization, 4.hours(), now).unwrap());
            let wait = next.duration_since(now);
            assert!(wait >= SignedDuration::from_hours(4), "{wait}");
            assert!(wait <= SignedDuration::from_mins(4 * 60 + 24), "{wait}");
            seen.insert(next);
        }
        assert!(seen.len() > 40);
    }
}
