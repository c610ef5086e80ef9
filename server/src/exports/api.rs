//! The calls that answer files.

use axum::{Router, extract::State, response::Response, routing::get};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer::{as_csv, as_xlsx},
    audit_events::AuditEvents,
    clients::ClientsQuery,
    invoices::InvoicesQuery,
    subscriptions::SubscriptionsQuery,
};
use crate::{
    accounts::{PAX8_FEATURE, Permission},
    app::App,
    audit::AuditQuery,
    http::{
        AdminVisit, ApiActor, ApiResult, PageError, PageResult, Pax8Actor, ProblemBody, Query,
        all_licensed, all_need, needs,
    },
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    let of_pax8 = OpenApiRouter::new()
        .routes(routes!(subscriptions_csv))
        .routes(routes!(subscriptions_xlsx));
    let of_pax8 = all_need(Permission::IntegrationsManage, of_pax8);
    OpenApiRouter::new()
        .merge(all_licensed(PAX8_FEATURE, of_pax8))
        .routes(routes!(clients_csv))
        .routes(routes!(clients_xlsx))
        .routes(routes!(invoices_csv))
        .routes(routes!(invoices_xlsx))
        .routes(routes!(invoice_lines_csv))
        .routes(routes!(invoice_lines_xlsx))
        .routes(needs(Permission::AuditRead, routes!(audit_events_csv)))
        .routes(needs(Permission::AuditRead, routes!(audit_events_xlsx)))
}

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new().route("/admin/audit.csv", get(audit_page_csv))
}

/// All clients that the filters of `GET /clients` let through, as CSV.
#[utoipa::path(get, path = "/exports/clients.csv", tag = "exports", params(ClientsQuery),
    responses((status = 200, content_type = "text/csv"), (status = 422, body = ProblemBody)))]
async fn clients_csv(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<ClientsQuery>,
) -> ApiResult<Response> {
    Ok(as_csv(app, actor, query.source()?).await?)
}

/// All clients that the filters of `GET /clients` let through, as a workbook.
#[utoipa::path(get, path = "/exports/clients.xlsx", tag = "exports", params(ClientsQuery),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 422, body = ProblemBody)))]
async fn clients_xlsx(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<ClientsQuery>,
) -> ApiResult<Response> {
    Ok(as_xlsx(app, actor, query.source()?).await?)
}

/// All Pax8 subscriptions that the filters of their list let through, as CSV.
#[utoipa::path(get, path = "/exports/subscriptions.csv", tag = "exports", params(SubscriptionsQuery),
    responses((status = 200, content_type = "text/csv"), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn subscriptions_csv(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Query(query): Query<SubscriptionsQuery>,
) -> ApiResult<Response> {
    Ok(as_csv(app, actor, query.source()?).await?)
}

/// All Pax8 subscriptions that the filters of their list let through, as a workbook.
#[utoipa::path(get, path = "/exports/subscriptions.xlsx", tag = "exports", params(SubscriptionsQuery),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn subscriptions_xlsx(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Query(query): Query<SubscriptionsQuery>,
) -> ApiResult<Response> {
    Ok(as_xlsx(app, actor, query.source()?).await?)
}

/// All invoices that the filters of `GET /invoices` let through, as CSV.
#[utoipa::path(get, path = "/exports/invoices.csv", tag = "exports", params(InvoicesQuery),
    responses((status = 200, content_type = "text/csv"), (status = 422, body = ProblemBody)))]
async fn invoices_csv(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<InvoicesQuery>,
) -> ApiResult<Response> {
    let source = query.invoices(app.clock.today(&actor.timezone))?;
    Ok(as_csv(app, actor, source).await?)
}

/// All invoices that the filters of `GET /invoices` let through, as a workbook.
#[utoipa::path(get, path = "/exports/invoices.xlsx", tag = "exports", params(InvoicesQuery),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 422, body = ProblemBody)))]
async fn invoices_xlsx(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<InvoicesQuery>,
) -> ApiResult<Response> {
    let source = query.invoices(app.clock.today(&actor.timezone))?;
    Ok(as_xlsx(app, actor, source).await?)
}

/// The lines of all invoices that the filters of `GET /invoices` let through, as CSV.
#[utoipa::path(get, path = "/exports/invoice-lines.csv", tag = "exports", params(InvoicesQuery),
    responses((status = 200, content_type = "text/csv"), (status = 422, body = ProblemBody)))]
async fn invoice_lines_csv(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<InvoicesQuery>,
) -> ApiResult<Response> {
    let source = query.lines(app.clock.today(&actor.timezone))?;
    Ok(as_csv(app, actor, source).await?)
}

/// The lines of all invoices that the filters of `GET /invoices` let through, as a workbook.
#[utoipa::path(get, path = "/exports/invoice-lines.xlsx", tag = "exports", params(InvoicesQuery),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 422, body = ProblemBody)))]
async fn invoice_lines_xlsx(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<InvoicesQuery>,
) -> ApiResult<Response> {
    let source = query.lines(app.clock.today(&actor.timezone))?;
    Ok(as_xlsx(app, actor, source).await?)
}

/// The part of the audit log that the filters let through, as CSV. Needs the permission `audit.read`.
#[utoipa::path(get, path = "/exports/audit-events.csv", tag = "exports", params(AuditQuery),
    responses((status = 200, content_type = "text/csv"), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn audit_events_csv(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<AuditQuery>,
) -> ApiResult<Response> {
    actor.require(Permission::AuditRead)?;
    let source = AuditEvents(query.filter(&actor.timezone)?);
    Ok(as_csv(app, actor, source).await?)
}

/// The part of the audit log that the filters let through, as a workbook. Needs the permission `audit.read`.
#[utoipa::path(get, path = "/exports/audit-events.xlsx", tag = "exports", params(AuditQuery),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn audit_events_xlsx(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<AuditQuery>,
) -> ApiResult<Response> {
    actor.require(Permission::AuditRead)?;
    let source = AuditEvents(query.filter(&actor.timezone)?);
    Ok(as_xlsx(app, actor, source).await?)
}

/// `GET /admin/audit.csv`: what the page shows, whole.
async fn audit_page_csv(
    State(app): State<App>,
    AdminVisit(visit): AdminVisit,
    query: Result<Query<AuditQuery>, crate::http::Problem>,
) -> PageResult {
    let actor = visit.actor;
    actor.require(Permission::AuditRead)?;
    let Query(query) = query.map_err(|refused| PageError::from(refused.0))?;
    let source = AuditEvents(query.filter(&actor.timezone)?);
    Ok(as_csv(app, actor, source).await?)
}
