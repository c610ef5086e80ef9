//! What waits for a decision, counted and listed.

use std::sync::Arc;

use billing::HoldReason;
use db::OrgTx;

use super::{BillingState, Circumstances, StandingReason, Subscription, link_store, store};
use crate::error::Result;

/// How many subscriptions in a status that bills wait for a decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ToDecide {
    /// On no recurring invoice.
    pub not_linked: u32,
    /// Sold for less than they cost.
    pub below_cost: u32,
}

/// Counts what waits for a decision and is not held.
///
/// # Errors
/// When the database is gone.
pub async fn count_to_decide(tx: &mut OrgTx) -> Result<ToDecide> {
    Ok(*tx.kept(link_store::count_to_decide).await?)
}

/// Linked subscriptions that may be held, stale data apart.
struct HeldCandidates(Vec<Subscription>);

async fn held_candidates(tx: &mut OrgTx) -> Result<Arc<HeldCandidates>> {
    tx.kept(async |tx| Ok(HeldCandidates(store::held_candidates(tx).await?)))
        .await
}

/// Every linked subscription that the next invoice holds, with the reason where it is one of billing's.
///
/// # Errors
/// When the database is gone.
pub async fn held_subscriptions(
    tx: &mut OrgTx,
    circumstances: &Circumstances,
) -> Result<Vec<(Subscription, Option<HoldReason>)>> {
    let candidates = match circumstances.data_is_stale {
        true => Arc::new(HeldCandidates(store::linked(tx).await?)),
        false => held_candidates(tx).await?,
    };
    let judged = candidates.0.iter().filter_map(|subscription| {
        let standing = subscription.standing(circumstances);
        let reason = match standing.reason {
            Some(StandingReason::Held(reason)) => Some(reason),
            _ => None,
        };
        (standing.state == BillingState::Held).then(|| (subscription.clone(), reason))
    });
    Ok(judged.collect())
}
