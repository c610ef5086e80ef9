//! What waits for a decision, counted and listed.

use std::sync::Arc;

use billing::HoldReason;
use db::OrgTx;

use super::{
    BillingState, Circumstances, ListSubscriptions, StandingReason, Subscription, link_store,
    list_store::{self, Listed},
};
use crate::{error::Result, ids::SubscriptionId};

/// Of a list that is no longer than this the ids are kept.
const SHORT: u32 = 2_000;

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
struct HeldCandidates(Vec<Listed>);

async fn held_candidates(tx: &mut OrgTx) -> Result<Arc<HeldCandidates>> {
    tx.kept(async |tx| Ok(HeldCandidates(list_store::held_candidates(tx).await?)))
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
        true => Arc::new(HeldCandidates(list_store::linked(tx).await?)),
        false => held_candidates(tx).await?,
    };
    let judged = candidates.0.iter().filter_map(|(_, subscription)| {
        let standing = subscription.standing(circumstances);
        let reason = match standing.reason {
            Some(StandingReason::Held(reason)) => Some(reason),
            _ => None,
        };
        (standing.state == BillingState::Held).then(|| (subscription.clone(), reason))
    });
    Ok(judged.collect())
}

/// The ids of what a list has, in its order, if it is short and one of what waits for a decision.
pub(super) async fn short_list(
    tx: &mut OrgTx,
    wanted: &ListSubscriptions,
    circumstances: &Circumstances,
) -> Result<Option<Vec<SubscriptionId>>> {
    struct NotLinked(Vec<SubscriptionId>);
    struct BelowCost(Vec<SubscriptionId>);
    if *wanted == ListSubscriptions::held() {
        if circumstances.data_is_stale {
            return Ok(None);
        }
        let held = held_subscriptions(tx, circumstances).await?;
        return Ok(Some(held.iter().map(|(it, _)| it.id).collect()));
    }
    if *wanted == ListSubscriptions::not_linked() {
        if count_to_decide(tx).await?.not_linked > SHORT {
            return Ok(None);
        }
        let ids = tx.kept(async |tx| list_store::not_linked(tx).await.map(NotLinked));
        return Ok(Some(ids.await?.0.clone()));
    }
    if *wanted == ListSubscriptions::below_cost() {
        if count_to_decide(tx).await?.below_cost > SHORT {
            return Ok(None);
        }
        let ids = tx.kept(async |tx| list_store::below_cost(tx).await.map(BelowCost));
        return Ok(Some(ids.await?.0.clone()));
    }
    Ok(None)
}

/// The lists of what waits for a decision.
impl ListSubscriptions {
    /// Those that the next invoice holds.
    #[must_use]
    pub fn held() -> Self {
        Self {
            billing: Some(BillingState::Held),
            ..Self::default()
        }
    }

    /// Those that bill and feed no recurring invoice.
    #[must_use]
    pub fn not_linked() -> Self {
        Self {
            bills: Some(true),
            linked: Some(false),
            ..Self::default()
        }
    }

    /// Those that bill and are sold for less than they cost.
    #[must_use]
    pub fn below_cost() -> Self {
        Self {
            bills: Some(true),
            below_cost: Some(true),
            ..Self::default()
        }
    }
}
