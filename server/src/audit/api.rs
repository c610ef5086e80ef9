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
    http::{ApiActor, ApiResult, List, PageQuery, ProblemBody, Query},
    ids::AuditEventId,
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
}

#[derive(Debug, Deserialize, IntoParams)]
struct AuditQuery {
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
    fn filter(self, zone: &TimeZone) -> Result<AuditFilter> {
        let filter = AuditFilter {
            actor: self.actor,
            action: self.action,
            subject_type: self.subject_type,
            subject_id: self.subject_id,
            q: self.q,
            ..AuditFilter::default()
        };
        filter.between(self.from.as_deref(), self.to.as_deref(), zone)
    }
}

/// Lists what was done, newest first. Needs the permission `audit.read`.
#[utoipa::path(get, path = "/audit-events", tag = "audit", params(AuditQuery, PageQuery),
    responses((status = 200, body = List<AuditEvent>), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<AuditQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<AuditEvent>>> {
    actor.require(Permission::AuditRead)?;
    let filter = query.filter(&actor.timezone)?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(list_events(&mut tx, &filter, &page).await?))
}

/// Shows an event. Needs the permission `audit.read`.
#[utoipa::path(get, path = "/audit-events/{id}", tag = "audit", params(("id" = String, Path)),
    responses((status = 200, body = AuditEvent), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn get(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<AuditEvent>> {
    actor.require(Permission::AuditRead)?;
    let id = AuditEventId::parse(&id).ok_or(Error::NotFound("event"))?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(load_event(&mut tx, id).await?))
}
