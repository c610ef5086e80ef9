//! Deliveries as JSON; an invoice lists its own.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Delivery, DeliveryState, Sending, send, settle, store};
use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    http::{ApiActor, ApiResult, Json, List, PageQuery, ProblemBody, Query, needs},
    ids::DeliveryId,
    invoices::invoice_id,
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(needs(Permission::BillingManage, routes!(send_invoice)))
        .routes(needs(Permission::BillingManage, routes!(settle_delivery)))
}

/// Where an invoice is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Send {
    /// An e-mail address, or several with commas between them. Absent: the client's address as it is now.
    to: Option<String>,
}

/// A delivery that was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct SendingBody {
    #[serde(flatten)]
    delivery: Delivery,
    /// Whether it was on its way to this address already.
    joined: bool,
}

/// Sends an issued invoice by e-mail with its PDF, in the background. While it is on its way to the same address, that delivery is
/// answered. `mail_not_configured`: this installation sends no mail.
#[utoipa::path(post, path = "/invoices/{id}/send", tag = "invoices", params(("id" = String, Path)), request_body = Send,
    responses((status = 202, description = "The delivery", body = SendingBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn send_invoice(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
    Json(asked): Json<Send>,
) -> ApiResult<(StatusCode, axum::Json<SendingBody>)> {
    let (id, by, now) = (invoice_id(&id)?, actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let mail = app.settings.mail.as_ref();
    let Sending { delivery, joined } =
        send(&mut tx, &by, mail, id, asked.to.as_deref(), now).await?;
    tx.commit().await?;
    app.wake.wake();
    Ok((
        StatusCode::ACCEPTED,
        axum::Json(SendingBody { delivery, joined }),
    ))
}

#[derive(Debug, Deserialize, IntoParams)]
struct DeliveryQuery {
    /// Only those that stand there: `queued`, `sending`, `sent`, `failed`, `unknown`.
    state: Option<String>,
}

/// Lists deliveries of invoices, newest first.
#[utoipa::path(get, path = "/deliveries", tag = "invoices", params(DeliveryQuery, PageQuery),
    responses((status = 200, body = List<Delivery>)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<DeliveryQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<Delivery>>> {
    let state = |name: &str| {
        DeliveryState::parse(name)
            .ok_or_else(|| Error::field("state", "Use queued, sending, sent, failed or unknown."))
    };
    let state = query.state.as_deref().map(state).transpose()?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(
        store::list(&mut tx, state, &page.paging()?).await?,
    ))
}

/// Takes a delivery for sent that failed or of which nobody knows: the client has the invoice.
#[utoipa::path(post, path = "/deliveries/{id}/settle", tag = "invoices", params(("id" = String, Path)),
    responses((status = 200, body = Delivery), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn settle_delivery(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<Delivery>> {
    let mut tx = app.database.write(actor.organization).await?;
    let settled = settle(&mut tx, &actor.by(), delivery_id(&id)?, app.clock.now()).await?;
    tx.commit().await?;
    Ok(axum::Json(settled))
}

/// The id in an address.
pub(super) fn delivery_id(text: &str) -> Result<DeliveryId> {
    DeliveryId::parse(text).ok_or(Error::NotFound("delivery"))
}
