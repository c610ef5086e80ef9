//! Syncs over the API.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Change, Counts, Progress, Scope, Sync, SyncStatus, Trigger, events, list_changes, list_syncs,
    load_sync, request_sync,
};
use crate::{
    app::App,
    error::{Error, Result},
    http::{ApiResult, Json, List, PageQuery, Pax8Actor, ProblemBody, Query},
    ids::{CompanyId, SyncId},
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, request))
        .routes(routes!(show))
        .routes(routes!(changes))
        .routes(routes!(events::stream))
}

/// A sync, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SyncView {
    id: String,
    /// `full` or `company`.
    scope: &'static str,
    /// The company of a sync of one company.
    company_id: Option<String>,
    trigger: Trigger,
    /// Whether it waits, runs, or how it ended.
    pub status: SyncStatus,
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    progress: Progress,
    companies: Counts,
    subscriptions: Counts,
    /// Companies that it mapped to clients.
    mapped: u32,
    /// Requests sent to Pax8.
    requests: u32,
    /// Why it failed.
    error: Option<String>,
    /// What a person should look at although it went well.
    warnings: Vec<String>,
}

impl From<&Sync> for SyncView {
    fn from(sync: &Sync) -> Self {
        Self {
            id: sync.id.to_string(),
            scope: sync.scope.as_str(),
            company_id: sync.scope.company().map(|id| id.to_string()),
            trigger: sync.trigger,
            status: sync.status,
            started_at: sync.started_at,
            finished_at: sync.finished_at,
            progress: sync.progress,
            companies: sync.companies,
            subscriptions: sync.subscriptions,
            mapped: sync.mapped,
            requests: sync.requests,
            error: sync.error.clone(),
            warnings: sync.warnings.clone(),
        }
    }
}

/// What to sync.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RequestBody {
    /// Only this company's subscriptions; absent: everything.
    company_id: Option<String>,
}

/// The sync that was asked for.
#[derive(Serialize, utoipa::ToSchema)]
struct Requested {
    #[serde(flatten)]
    sync: SyncView,
    /// Whether it was under way already.
    joined: bool,
}

/// Asks for a sync, or joins the one of the same scope that is under way.
#[utoipa::path(post, path = "/integrations/pax8/syncs", tag = "pax8", request_body = RequestBody,
    responses((status = 202, body = Requested), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn request(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Json(body): Json<RequestBody>,
) -> ApiResult<(StatusCode, axum::Json<Requested>)> {
    let scope = match body.company_id.as_deref() {
        None => Scope::Full,
        Some(id) => Scope::Company(CompanyId::parse(id).ok_or(Error::NotFound("company"))?),
    };
    let by = actor.by();
    let (sync, joined) =
        request_sync(&app, &by, actor.organization, scope, Trigger::Manual).await?;
    let sync = SyncView::from(&sync);
    Ok((StatusCode::ACCEPTED, axum::Json(Requested { sync, joined })))
}

/// Syncs, the latest first.
#[utoipa::path(get, path = "/integrations/pax8/syncs", tag = "pax8", params(PageQuery),
    responses((status = 200, body = List<SyncView>)))]
async fn list(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<SyncView>>> {
    let mut tx = app.database.read(actor.organization).await?;
    let syncs = list_syncs(&mut tx, &page.paging()?).await?;
    Ok(axum::Json(syncs.map(|sync| SyncView::from(&sync))))
}

/// A sync.
#[utoipa::path(get, path = "/integrations/pax8/syncs/{id}", tag = "pax8", params(("id" = String, Path)),
    responses((status = 200, body = SyncView), (status = 404, body = ProblemBody)))]
async fn show(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<SyncView>> {
    let mut tx = app.database.read(actor.organization).await?;
    let sync = load_sync(&mut tx, parse(&id)?).await?;
    Ok(axum::Json(SyncView::from(&sync)))
}

/// What a sync changed, a row for each field.
#[utoipa::path(get, path = "/integrations/pax8/syncs/{id}/changes", tag = "pax8", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = List<Change>), (status = 404, body = ProblemBody)))]
async fn changes(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<Change>>> {
    let mut tx = app.database.read(actor.organization).await?;
    let sync = load_sync(&mut tx, parse(&id)?).await?;
    Ok(axum::Json(
        list_changes(&mut tx, sync.id, &page.paging()?).await?,
    ))
}

pub(super) fn parse(id: &str) -> Result<SyncId> {
    SyncId::parse(id).ok_or(Error::NotFound("sync"))
}
