//! The call that credits.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{CreditDetails, CreditLine, credit_invoice};
use crate::{
    accounts::Permission,
    app::App,
    http::{ApiActor, ApiResult, Json, ProblemBody, needs},
    invoices::{InvoiceBody, invoice_id},
};

/// The calls of credit notes.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(needs(Permission::BillingManage, routes!(credit)))
}

/// A credit note to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCreditNote {
    /// Why; printed on the credit note.
    #[schema(max_length = 500, example = "Two seats were never used.")]
    reason: String,
    /// What of which lines is credited; absent: everything that is left.
    lines: Option<Vec<NewCreditLine>>,
}

/// What of a line is credited: units or an amount; without both, what is left of it. Signs are those of the line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCreditLine {
    /// The line of the invoice, counted from 1.
    #[schema(minimum = 1)]
    line: u32,
    /// So many of its units.
    #[schema(example = "2")]
    quantity: Option<String>,
    /// So much of its amount.
    #[schema(example = json!(null))]
    amount: Option<String>,
}

/// Makes the draft of a credit note for an issued invoice. Once it is issued, it settles what is open of the invoice.
#[utoipa::path(post, path = "/invoices/{id}/credit-note", tag = "invoices", params(("id" = String, Path)),
    request_body = NewCreditNote, responses((status = 201, body = InvoiceBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn credit(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
    Json(new): Json<NewCreditNote>,
) -> ApiResult<(StatusCode, axum::Json<InvoiceBody>)> {
    let line = |it: NewCreditLine| CreditLine {
        line: it.line,
        quantity: it.quantity,
        amount: it.amount,
    };
    let details = CreditDetails {
        reason: new.reason,
        lines: new.lines.map(|lines| lines.into_iter().map(line).collect()),
    };
    let (id, by, now) = (invoice_id(&id)?, actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let note = credit_invoice(&mut tx, &by, id, &details, now).await?;
    tx.commit().await?;
    let body = InvoiceBody::of(&note, actor.costs())?;
    Ok((StatusCode::CREATED, axum::Json(body)))
}
