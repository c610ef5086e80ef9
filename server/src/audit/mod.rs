//! The audit log: who did what, when, from where, before and after. Added to, never edited; no secret ever goes in.

mod store;

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;

use crate::{accounts::By, error::Result, ids::AuditEventId};

/// Something that was done.
pub struct Event<'a> {
    /// Who did it.
    pub by: &'a By,
    /// What, as `subject.verb`: `client.created`.
    pub action: &'static str,
    /// The kind of thing it was done to.
    pub subject_type: &'static str,
    /// Its id.
    pub subject_id: String,
}

/// Writes an event in the transaction of what it tells, with the states before and after where there are any.
///
/// # Errors
/// When the database refuses.
pub async fn record<B: Serialize, A: Serialize>(
    tx: &mut OrgTx,
    event: Event<'_>,
    now: Timestamp,
    before: Option<&B>,
    after: Option<&A>,
) -> Result<()> {
    let before = before.map(serde_json::to_string).transpose()?;
    let after = after.map(serde_json::to_string).transpose()?;
    store::insert(tx, AuditEventId::new(), &event, now, before, after).await
}

/// Nothing before, or nothing after.
pub const NOTHING: Option<&()> = None;
