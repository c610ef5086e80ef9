//! The audit log as rows.

use super::{cell::Cell, source::Source};
use crate::{
    accounts::Actor,
    app::App,
    audit::{AuditEvent, AuditFilter, list_events},
    error::Result,
    http::{List, PageQuery},
};

pub(super) struct AuditEvents(pub AuditFilter);

impl Source for AuditEvents {
    const NAME: &'static str = "audit-events";
    const COLUMNS: &'static [&'static str] = &[
        "When",
        "Who",
        "Via",
        "From",
        "Summary",
        "Action",
        "Record type",
        "Record",
        "Record ID",
        "Before",
        "After",
        "ID",
    ];

    async fn page(&self, app: &App, actor: &Actor, page: &PageQuery) -> Result<List<Vec<Cell>>> {
        let mut tx = app.database.read(actor.organization).await?;
        let list = list_events(&mut tx, &self.0, page).await?;
        Ok(list.map(|event| row(event, actor)))
    }
}

fn row(it: AuditEvent, actor: &Actor) -> Vec<Cell> {
    let state = |state: Option<serde_json::Value>| state.map(|state| state.to_string());
    vec![
        Cell::instant(it.at, &actor.timezone),
        it.actor.name.into(),
        it.via.into(),
        it.remote_address.into(),
        it.summary.into(),
        it.action.into(),
        it.subject.kind.into(),
        it.subject.name.into(),
        it.subject.id.into(),
        state(it.before).into(),
        state(it.after).into(),
        it.id.to_string().into(),
    ]
}
