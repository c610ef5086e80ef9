//! The audit log as JSON.

use axum::extract::{Path, State};
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{AuditEvent, AuditFilter, list_events, load_event};
use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    http::{ApiActor, ApiResult, List, PageQuery, ProblemBody, Query, all_need},
    ids::AuditEventId,
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    let calls = OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get));
    all_need(Permission::AuditRead, calls)
}

/// What the log can be asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct AuditQuery {
    /// An account's id, or a name as the log tells it.
    actor: Option<String>,
    /// What was done: `client.created`.
    action: Option<String>,
    /// The kind of record: `client`.
    subject_type: Option<String>,
    /// The record's id.
    subject_id: Option<String>,
    /// The first day, in the organization's zone; or an instant.
    from: Option<String>,
    /// The last day, which is included; or the instant after the last.
    to: Option<String>,
    /// Part of a person's or a record's name.
    q: Option<String>,
}

impl AuditQuery {
    /// The filter that is asked for; days are those of the zone. An empty field asks for nothing.
    ///
    /// # Errors
    /// When `from` or `to` is neither a date nor an instant.
    pub fn filter(self, zone: &TimeZone) -> Result<AuditFilter> {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let (from, to) = (given(self.from), given(self.to));
        let filter = AuditFilter {
            actor: given(self.actor),
            action: given(self.action),
            subject_type: given(self.subject_type),
            subject_id: given(self.subject_id),
            q: given(self.q),
            ..AuditFilter::default()
        };
        filter.between(from.as_deref(), to.as_deref(), zone)
    }
}

/// Lists what was done, newest first.
#[utoipa::path(get, path = "/audit-events", tag = "audit", params(AuditQuery, PageQuery),
    responses((status = 200, body = List<AuditEvent>), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<AuditQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<AuditEvent>>> {
    let filter = query.filter(&actor.timezone)?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(list_events(&mut tx, &filter, &page).await?))
}

/// Shows an event.
#[utoipa::path(get, path = "/audit-events/{id}", tag = "audit", params(("id" = String, Path)),
    responses((status = 200, body = AuditEvent), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn get(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<AuditEvent>> {
    let id = AuditEventId::parse(&id).ok_or(Error::NotFound("event"))?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(load_event(&mut tx, id).await?))
}
