//! Recurring invoices as JSON.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use billing::Frequency;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Cancelled, ListRecurring, RecurringDetails, RecurringInvoice, RecurringStatus,
    body::{ChangedBody, NewRecurringInvoice, RecurringBody, RecurringChange},
    cancel_recurring_invoice, change_recurring_invoice, create_recurring_invoice, list_recurring,
    load_recurring_invoice, pause_recurring_invoice, resume_recurring_invoice,
};
use crate::{
    accounts::Permission,
    app::App,
    billing_runs::{Occasion, PreviewBody, preview},
    error::{Error, Result},
    http::{ApiActor, ApiResult, Json, List, PageQuery, ProblemBody, Query, needs},
    ids::{ClientId, RecurringInvoiceId},
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(needs(Permission::BillingManage, routes!(create)))
        .routes(routes!(get))
        .routes(needs(Permission::BillingManage, routes!(change, cancel)))
        .routes(routes!(preview_invoice))
        .routes(needs(Permission::BillingManage, routes!(pause)))
        .routes(needs(Permission::BillingManage, routes!(resume)))
}

#[derive(Debug, Deserialize, IntoParams)]
struct RecurringQuery {
    /// Part of a name, or of a client's name, reference, website or e-mail address.
    q: Option<String>,
    /// Only this client's.
    client_id: Option<String>,
    /// Only those in this status: `active`, `paused`, `cancelled`, `ended`.
    status: Option<String>,
    /// Only those of this rhythm.
    frequency: Option<String>,
}

impl RecurringQuery {
    fn filter(self) -> Result<ListRecurring> {
        let status = |name: &str| {
            RecurringStatus::parse(name)
                .ok_or_else(|| Error::field("status", "Use active, paused, cancelled or ended."))
        };
        let frequency = |code: &str| {
            Frequency::from_code(code).ok_or_else(|| {
                let message = "Use weekly, monthly, quarterly, semi_annual or annual.";
                Error::field("frequency", message)
            })
        };
        let client = |id: &str| ClientId::parse(id).ok_or(Error::NotFound("client"));
        Ok(ListRecurring {
            client_id: self.client_id.as_deref().map(client).transpose()?,
            status: self.status.as_deref().map(status).transpose()?,
            frequency: self.frequency.as_deref().map(frequency).transpose()?,
            q: self.q,
        })
    }
}

/// A recurring invoice that was resumed.
#[derive(Debug, Serialize, ToSchema)]
struct ResumedBody {
    #[serde(flatten)]
    invoice: RecurringBody,
    /// Periods that started before today and will not be billed.
    periods_left_out: usize,
}

/// Lists recurring invoices, the earliest next date first.
#[utoipa::path(get, path = "/recurring-invoices", tag = "recurring invoices", params(RecurringQuery, PageQuery),
    responses((status = 200, body = List<RecurringInvoice>)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<RecurringQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<RecurringInvoice>>> {
    let filter = query.filter()?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(list_recurring(&mut tx, &filter, &page).await?))
}

/// Makes a recurring invoice.
#[utoipa::path(post, path = "/recurring-invoices", tag = "recurring invoices", request_body = NewRecurringInvoice,
    responses((status = 201, body = RecurringBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Json(new): Json<NewRecurringInvoice>,
) -> ApiResult<(StatusCode, axum::Json<RecurringBody>)> {
    let (client, details) = (ClientId::parse(&new.client_id), new.into_details());
    let (by, now) = (actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let invoice = create_recurring_invoice(&mut tx, &by, client, &details, now).await?;
    let body = RecurringBody::of(&mut tx, invoice, &actor, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Shows a recurring invoice.
#[utoipa::path(get, path = "/recurring-invoices/{id}", tag = "recurring invoices", params(("id" = String, Path)),
    responses((status = 200, body = RecurringBody), (status = 404, body = ProblemBody)))]
async fn get(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<RecurringBody>> {
    let mut tx = app.database.read(actor.organization).await?;
    let invoice = load_recurring_invoice(&mut tx, recurring_id(&id)?).await?;
    let body = RecurringBody::of(&mut tx, invoice, &actor, app.clock.now()).await?;
    Ok(axum::Json(body))
}

/// Changes a recurring invoice. Its client stays; lines are replaced as a whole. A next invoice date that is not sent follows
/// a start date that is moved. An end date that leaves nothing to bill ends it and its links.
#[utoipa::path(patch, path = "/recurring-invoices/{id}", tag = "recurring invoices", params(("id" = String, Path)),
    request_body = RecurringChange,
    responses((status = 200, body = ChangedBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn change(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
    Json(change): Json<RecurringChange>,
) -> ApiResult<axum::Json<ChangedBody>> {
    let (id, by, now) = (recurring_id(&id)?, actor.by(), app.clock.now());
    let version = change.version;
    let mut tx = app.database.write(actor.organization).await?;
    let mut details = RecurringDetails::of(&load_recurring_invoice(&mut tx, id).await?);
    change.apply(&mut details);
    let changed = change_recurring_invoice(&mut tx, &by, id, version, &details, now).await?;
    let body = ChangedBody {
        invoice: RecurringBody::of(&mut tx, changed.invoice, &actor, now).await?,
        links_ended: changed.links_ended,
    };
    tx.commit().await?;
    Ok(axum::Json(body))
}

/// Cancels a recurring invoice for good. It is kept for its invoices; subscriptions linked to it feed nothing afterwards.
#[utoipa::path(delete, path = "/recurring-invoices/{id}", tag = "recurring invoices", params(("id" = String, Path)),
    responses((status = 200, body = Cancelled), (status = 404, body = ProblemBody)))]
async fn cancel(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<Cancelled>> {
    let (by, now) = (actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let cancelled = cancel_recurring_invoice(&mut tx, &by, recurring_id(&id)?, now).await?;
    tx.commit().await?;
    Ok(axum::Json(cancelled))
}

#[derive(Debug, Deserialize, IntoParams)]
struct PreviewQuery {
    /// The day of the run; the next invoice date where it is absent.
    date: Option<String>,
}

/// Shows the very invoice that a billing run on a day would make, with every skipped or held subscription and why. Nothing
/// is written.
#[utoipa::path(get, path = "/recurring-invoices/{id}/preview", tag = "recurring invoices",
    params(("id" = String, Path), PreviewQuery),
    responses((status = 200, body = PreviewBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn preview_invoice(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
    Query(query): Query<PreviewQuery>,
) -> ApiResult<axum::Json<PreviewBody>> {
    let unreadable = |_| Error::field("date", "Use year-month-day, for example 2026-07-01.");
    let date = query
        .date
        .map(|date| date.parse::<Date>().map_err(unreadable));
    let id = recurring_id(&id)?;
    let mut tx = app.database.read(actor.organization).await?;
    let preview = preview(&mut tx, id, date.transpose()?, Occasion::of(&app)).await?;
    Ok(axum::Json(preview.body(actor.costs())?))
}

/// Pauses a recurring invoice: it bills nothing until it is resumed.
#[utoipa::path(post, path = "/recurring-invoices/{id}/pause", tag = "recurring invoices", params(("id" = String, Path)),
    responses((status = 200, body = RecurringBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn pause(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<RecurringBody>> {
    let (by, now) = (actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let invoice = pause_recurring_invoice(&mut tx, &by, recurring_id(&id)?, now).await?;
    let body = RecurringBody::of(&mut tx, invoice, &actor, now).await?;
    tx.commit().await?;
    Ok(axum::Json(body))
}

/// Resumes a paused recurring invoice at the first period that starts today or later. Periods that started before are left
/// out; to bill them all the same, set the next invoice date back.
#[utoipa::path(post, path = "/recurring-invoices/{id}/resume", tag = "recurring invoices", params(("id" = String, Path)),
    responses((status = 200, body = ResumedBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn resume(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<ResumedBody>> {
    let (by, now) = (actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let resumed = resume_recurring_invoice(&mut tx, &by, recurring_id(&id)?, now).await?;
    let body = ResumedBody {
        invoice: RecurringBody::of(&mut tx, resumed.invoice, &actor, now).await?,
        periods_left_out: resumed.left_out,
    };
    tx.commit().await?;
    Ok(axum::Json(body))
}

fn recurring_id(id: &str) -> Result<RecurringInvoiceId> {
    RecurringInvoiceId::parse(id).ok_or(Error::NotFound("recurring invoice"))
}
