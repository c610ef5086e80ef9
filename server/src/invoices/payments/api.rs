//! The calls about payments.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{PaymentDetails, record_payment, take_back_payment};
use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    http::{ApiActor, ApiResult, Json, ProblemBody, needs},
    ids::PaymentId,
    invoices::{InvoiceBody, invoice_id},
};

/// The calls of payments.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(needs(Permission::BillingManage, routes!(record)))
        .routes(needs(Permission::BillingManage, routes!(take_back)))
}

/// A payment to be recorded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPayment {
    /// Above zero, at most the balance, in the currency of the invoice.
    #[schema(example = "22.20")]
    amount: String,
    /// The day it was paid, today at the latest; today where it is absent.
    #[schema(format = Date, example = "2026-06-15")]
    paid_on: Option<String>,
    /// How it was paid, or by which reference.
    #[schema(max_length = 200, example = "Bank transfer 4711")]
    reference: Option<String>,
    /// The credit note of the same client whose credit it is; absent: it is money.
    #[schema(example = json!(null))]
    credit_note_id: Option<String>,
}

/// Records a payment of an issued invoice, in full or in part. On a credit note: that its credit was paid out.
#[utoipa::path(post, path = "/invoices/{id}/payments", tag = "invoices", params(("id" = String, Path)), request_body = NewPayment,
    responses((status = 201, body = InvoiceBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn record(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
    Json(new): Json<NewPayment>,
) -> ApiResult<(StatusCode, axum::Json<InvoiceBody>)> {
    let details = PaymentDetails {
        amount: new.amount,
        paid_on: new.paid_on,
        reference: new.reference,
        credit_note_id: new.credit_note_id,
    };
    let (id, by, now) = (invoice_id(&id)?, actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let invoice = record_payment(&mut tx, &by, id, &details, now).await?;
    tx.commit().await?;
    let body = InvoiceBody::of(&invoice, actor.costs())?;
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Takes a payment back, for example one that bounced. It stays in the list and counts no more.
#[utoipa::path(delete, path = "/invoices/{id}/payments/{payment_id}", tag = "invoices",
    params(("id" = String, Path), ("payment_id" = String, Path)),
    responses((status = 200, body = InvoiceBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn take_back(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path((id, payment)): Path<(String, String)>,
) -> ApiResult<axum::Json<InvoiceBody>> {
    let (id, payment, by) = (invoice_id(&id)?, payment_id(&payment)?, actor.by());
    let mut tx = app.database.write(actor.organization).await?;
    let invoice = take_back_payment(&mut tx, &by, id, payment, app.clock.now()).await?;
    tx.commit().await?;
    Ok(axum::Json(InvoiceBody::of(&invoice, actor.costs())?))
}

/// The id in an address.
pub(super) fn payment_id(text: &str) -> Result<PaymentId> {
    PaymentId::parse(text).ok_or(Error::NotFound("payment"))
}
