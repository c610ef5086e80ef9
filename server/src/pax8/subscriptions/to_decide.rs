//! What waits for a decision, counted and listed.

use std::sync::{Arc, Mutex, PoisonError};

use billing::HoldReason;
use db::OrgTx;
use jiff::tz::TimeZone;

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

/// Subscriptions that the next invoice holds, with the reason where it is one of billing's.
pub type Held = Vec<(Subscription, Option<HoldReason>)>;

/// What is held, with the time zone whose days were asked about: a change of it raises no version of kept figures.
type Judged<T> = Mutex<Option<(TimeZone, T)>>;

/// Linked subscriptions that may be held, stale data apart, and those of them that are.
struct HeldCandidates {
    candidates: Vec<Listed>,
    held: Judged<Arc<Held>>,
}

impl HeldCandidates {
    fn new(candidates: Vec<Listed>) -> Self {
        let held = Judged::default();
        Self { candidates, held }
    }
}

/// How many are held where data are too old to bill from: that is nearly everything that is linked.
struct StaleHeld(Judged<usize>);

/// Every linked subscription that the next invoice holds for another reason than that data are too old to bill from.
///
/// # Errors
/// When the database is gone.
pub async fn held_subscriptions(tx: &mut OrgTx, timezone: &TimeZone) -> Result<Arc<Held>> {
    let candidates = tx.kept(async |tx| {
        let candidates = list_store::held_candidates(tx).await;
        candidates.map(HeldCandidates::new)
    });
    let kept = candidates.await?;
    let circumstances = Circumstances {
        timezone: timezone.clone(),
        data_is_stale: false,
    };
    let judged = || Arc::new(held_of(&kept.candidates, &circumstances));
    Ok(known(&kept.held, timezone).unwrap_or_else(|| keep(&kept.held, timezone, judged())))
}

/// How many linked subscriptions the next invoice holds.
///
/// # Errors
/// When the database is gone.
pub async fn count_held(tx: &mut OrgTx, circumstances: &Circumstances) -> Result<usize> {
    let timezone = &circumstances.timezone;
    if !circumstances.data_is_stale {
        return Ok(held_subscriptions(tx, timezone).await?.len());
    }
    let none = async |_: &mut OrgTx| -> Result<_> { Ok(StaleHeld(Judged::default())) };
    let kept = tx.kept(none).await?;
    if let Some(count) = known(&kept.0, timezone) {
        return Ok(count);
    }
    let held = held_of(&list_store::linked(tx).await?, circumstances);
    Ok(keep(&kept.0, timezone, held.len()))
}

fn held_of(candidates: &[Listed], circumstances: &Circumstances) -> Held {
    let judged = candidates.iter().filter_map(|(_, subscription)| {
        let standing = subscription.standing(circumstances);
        let reason = match standing.reason {
            Some(StandingReason::Held(reason)) => Some(reason),
            _ => None,
        };
        (standing.state == BillingState::Held).then(|| (subscription.clone(), reason))
    });
    judged.collect()
}

/// What was judged for a time zone, if it was.
fn known<T: Clone>(judged: &Judged<T>, timezone: &TimeZone) -> Option<T> {
    let judged = judged.lock().unwrap_or_else(PoisonError::into_inner);
    let of_zone = judged.as_ref().filter(|(zone, _)| zone == timezone);
    of_zone.map(|(_, judged)| judged.clone())
}

fn keep<T: Clone>(judged: &Judged<T>, timezone: &TimeZone, found: T) -> T {
    let mut judged = judged.lock().unwrap_or_else(PoisonError::into_inner);
    *judged = Some((timezone.clone(), found.clone()));
    found
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
        let held = held_subscriptions(tx, &circumstances.timezone).await?;
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
