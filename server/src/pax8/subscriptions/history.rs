//! What was observed about a subscription over time.

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{load_subscription, store};
use crate::{
    error::Result,
    http::{List, PageQuery},
    ids::{ChangeId, SubscriptionId, SyncId},
};

/// A change of one field of a subscription, as a sync found it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Observation {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ChangeId,
    /// When it was found.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The sync that found it.
    #[schema(value_type = String)]
    pub sync_id: SyncId,
    /// The field.
    pub field: String,
    /// Its value before; null: none.
    pub before: Option<String>,
    /// Its value after; null: none.
    pub after: Option<String>,
}

/// A page of what was observed, the latest first.
///
/// # Errors
/// When there is no such subscription, or the page is refused.
pub async fn list_history(
    tx: &mut OrgTx,
    id: SubscriptionId,
    page: &PageQuery,
) -> Result<List<Observation>> {
    let pax8_id = load_subscription(tx, id).await?.pax8_id;
    let paging = page.paging()?;
    let rows = store::history(tx, &pax8_id, &paging).await?;
    paging.list(rows, |observation| observation.id)
}
