//! Writing an event.

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::store;
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

/// Nothing before, or nothing after.
pub const NOTHING: Option<&()> = None;

/// Fields of a state that name what it is the state of.
const NAMES: [&str; 5] = ["name", "company", "number", "email", "as_of"];

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
    record_all(tx, vec![(event, before, after)], now).await
}

/// Writes many events, each with the states before and after where there are any.
///
/// # Errors
/// When the database refuses.
pub async fn record_all<B: Serialize, A: Serialize>(
    tx: &mut OrgTx,
    events: Vec<(Event<'_>, Option<B>, Option<A>)>,
    now: Timestamp,
) -> Result<()> {
    let mut news = Vec::with_capacity(events.len());
    for (event, before, after) in events {
        let before = before.map(serde_json::to_value).transpose()?;
        let after = after.map(serde_json::to_value).transpose()?;
        let told = [&after, &before].into_iter().flatten().find_map(named);
        let name = match told {
            Some(name) => Some(name),
            None => store::find_subject_name(tx, event.subject_type, &event.subject_id).await?,
        };
        news.push(store::NewEvent {
            id: AuditEventId::new(),
            event,
            now,
            subject_name: name,
            before,
            after,
        });
    }
    store::insert(tx, news).await
}

fn named(state: &Value) -> Option<String> {
    let names = NAMES.iter().filter_map(|name| state.get(name)?.as_str());
    names
        .map(str::to_owned)
        .find(|name| !name.trim().is_empty())
}
