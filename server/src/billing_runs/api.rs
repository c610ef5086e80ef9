//! Billing runs as JSON.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    BillingRun, Occasion, Trigger, events, list_runs, load_run, rebill, recalculate,
    request::{make_now, request_run},
    run,
};
use crate::{
    accounts::Permission,
    app::App,
    error::Error,
    http::{ApiActor, ApiResult, Json, List, PageQuery, ProblemBody, Query, needs},
    ids::BillingRunId,
    invoices::{InvoiceBody, invoice_id},
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(needs(Permission::BillingManage, routes!(start)))
        .routes(routes!(get))
        .routes(routes!(events::stream))
        .routes(needs(
            Permission::BillingManage,
            routes!(recalculate_invoice),
        ))
        .routes(needs(Permission::BillingManage, routes!(rebill_invoice)))
}

/// A run to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRun {
    /// The day whose due invoices are made; missed periods are caught up.
    #[schema(value_type = String, format = Date)]
    as_of: Date,
    /// Writes nothing and tells what would be made.
    #[serde(default)]
    dry_run: bool,
}

/// Bills everything that is due on a day. Again for the same day, it makes nothing twice. The answer comes when the run has
/// ended; one that takes longer than 45 seconds goes on by itself and is answered as it stands, to be asked for by its id.
#[utoipa::path(post, path = "/billing-runs", tag = "billing runs", request_body = NewRun,
    responses((status = 201, description = "The run, ended", body = BillingRun), (status = 200, description = "The dry run", body = BillingRun),
        (status = 202, description = "The run, under way", body = BillingRun), (status = 422, body = ProblemBody)))]
async fn start(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Json(new): Json<NewRun>,
) -> ApiResult<(StatusCode, axum::Json<BillingRun>)> {
    let (organization, trigger) = (actor.organization, Trigger::Manual(actor.by()));
    if new.dry_run {
        let run = run(&app, organization, new.as_of, true, trigger).await?;
        return Ok((StatusCode::OK, axum::Json(run)));
    }
    let requested = request_run(&app, organization, new.as_of, &trigger).await?;
    let run = make_now(&app, organization, &requested).await?;
    let status = match run.status.is_finished() {
        true => StatusCode::CREATED,
        false => StatusCode::ACCEPTED,
    };
    Ok((status, axum::Json(run)))
}

/// Lists the runs that were made, newest first, without their invoices.
#[utoipa::path(get, path = "/billing-runs", tag = "billing runs", params(PageQuery),
    responses((status = 200, body = List<BillingRun>)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<BillingRun>>> {
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(list_runs(&mut tx, &page.paging()?).await?))
}

/// Shows a run with its invoices.
#[utoipa::path(get, path = "/billing-runs/{id}", tag = "billing runs", params(("id" = String, Path)),
    responses((status = 200, body = BillingRun), (status = 404, body = ProblemBody)))]
async fn get(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<BillingRun>> {
    let id = BillingRunId::parse(&id).ok_or(Error::NotFound("billing run"))?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(load_run(&mut tx, id).await?))
}

/// Computes a draft anew for its period, from everything as it is now. It stays a draft.
#[utoipa::path(post, path = "/invoices/{id}/recalculate", tag = "invoices", params(("id" = String, Path)),
    responses((status = 200, body = InvoiceBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn recalculate_invoice(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<InvoiceBody>> {
    let id = invoice_id(&id)?;
    let mut tx = app.database.write(actor.organization).await?;
    let invoice = recalculate(&mut tx, &actor.by(), id, Occasion::of(&app)).await?;
    tx.commit().await?;
    Ok(axum::Json(InvoiceBody::of(&invoice, actor.costs())?))
}

/// Bills the period of a void invoice again: a draft from everything as it is now, for a person to issue. Once only: while an
/// invoice that is not void bills the period, it is refused.
#[utoipa::path(post, path = "/invoices/{id}/rebill", tag = "invoices", params(("id" = String, Path)),
    responses((status = 201, description = "The new draft", body = InvoiceBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
async fn rebill_invoice(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, axum::Json<InvoiceBody>)> {
    let id = invoice_id(&id)?;
    let mut tx = app.database.write(actor.organization).await?;
    let invoice = rebill(&mut tx, &actor.by(), id, Occasion::of(&app)).await?;
    tx.commit().await?;
    let body = InvoiceBody::of(&invoice, actor.costs())?;
    Ok((StatusCode::CREATED, axum::Json(body)))
}
