//! What Ascent does by itself, as JSON.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Overview, Started, load_overview, run_now, try_again};
use crate::{
    accounts::Permission,
    app::App,
    error::Error,
    http::{ApiActor, ApiResult, ProblemBody, all_need},
    ids::JobId,
    jobs::OpenJob,
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    let calls = OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(run))
        .routes(routes!(again));
    all_need(Permission::SettingsManage, calls)
}

/// Lists what is scheduled, the last runs and the queue.
#[utoipa::path(get, path = "/background-jobs", tag = "background jobs",
    responses((status = 200, body = Overview), (status = 403, body = ProblemBody)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<axum::Json<Overview>> {
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(load_overview(&app, &actor, &mut tx).await?))
}

/// Runs something now: `pax8.sync` (needs `integrations.manage` besides), or `billing.run` (needs `billing.manage` besides),
/// which bills what is due today. Either is queued, unless the same is under way already.
#[utoipa::path(post, path = "/background-jobs/{kind}/run", tag = "background jobs", params(("kind" = String, Path)),
    responses((status = 202, body = Started), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
async fn run(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(kind): Path<String>,
) -> ApiResult<(StatusCode, axum::Json<Started>)> {
    let started = run_now(&app, &actor, &kind).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(started)))
}

/// Puts a job that was given up back into the queue.
#[utoipa::path(post, path = "/background-jobs/queue/{id}/retry", tag = "background jobs", params(("id" = String, Path)),
    responses((status = 200, body = OpenJob), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
async fn again(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<OpenJob>> {
    let id = JobId::parse(&id).ok_or(Error::NotFound("job"))?;
    Ok(axum::Json(try_again(&app, &actor, id).await?))
}
