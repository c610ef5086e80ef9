//! Invoices as JSON.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Filter, Invoice, InvoiceBody, InvoiceKind, document, issue, list_invoices, load_invoice, void,
};
use crate::{
    accounts::{Actor, Permission},
    app::App,
    error::{Error, Result},
    http::{ApiActor, ApiResult, Json, List, PageQuery, ProblemBody, Query, needs},
    ids::{ClientId, InvoiceId},
};

/// What a list is filtered by.
const STATUSES: &str = "Use draft, issued, partially_paid, paid, void, review or overdue.";

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(PdfCall::openapi())
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(needs(Permission::BillingManage, routes!(issue_invoice)))
        .routes(needs(Permission::BillingManage, routes!(void_invoice)))
        .merge(super::payments::api())
        .merge(super::credit::api())
}

/// Documents the PDF, which is answered by the same route as the invoice itself: `.pdf` after an id.
#[derive(OpenApi)]
#[openapi(paths(pdf))]
struct PdfCall;

#[derive(Debug, Deserialize, IntoParams)]
struct InvoiceQuery {
    /// Only this client's.
    client_id: Option<String>,
    /// Only those that stand there: `draft`, `issued`, `partially_paid`, `paid`, `void`; `review`: drafts that need review;
    /// `overdue`: past due and not paid.
    status: Option<String>,
    /// Only these documents: `invoice` or `credit_note`.
    kind: Option<String>,
    /// Only the credit notes of this invoice.
    corrects_id: Option<String>,
}

impl InvoiceQuery {
    fn filter(&self, today: Date) -> Result<Filter> {
        let client = |id: &str| ClientId::parse(id).ok_or(Error::NotFound("client"));
        let kind = |name: &str| {
            InvoiceKind::parse(name)
                .ok_or_else(|| Error::field("kind", "Use invoice or credit_note."))
        };
        let filter = Filter {
            client: self.client_id.as_deref().map(client).transpose()?,
            kind: self.kind.as_deref().map(kind).transpose()?,
            corrects: self.corrects_id.as_deref().map(invoice_id).transpose()?,
            ..Filter::default()
        };
        match &self.status {
            Some(name) => filter
                .with_status(name, today)
                .ok_or_else(|| Error::field("status", STATUSES)),
            None => Ok(filter),
        }
    }
}

/// Lists invoices, newest first.
#[utoipa::path(get, path = "/invoices", tag = "invoices", params(InvoiceQuery, PageQuery),
    responses((status = 200, body = List<InvoiceBody>)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<InvoiceQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<InvoiceBody>>> {
    let today = app.clock.today(&actor.timezone);
    let mut tx = app.database.read(actor.organization).await?;
    let invoices = list_invoices(&mut tx, &query.filter(today)?, &page.paging()?).await?;
    let data = invoices.data.iter();
    let data = data.map(|invoice| InvoiceBody::of(invoice, actor.costs()));
    Ok(axum::Json(List {
        data: data.collect::<Result<_>>()?,
        next_cursor: invoices.next_cursor,
    }))
}

/// Shows an invoice.
#[utoipa::path(get, path = "/invoices/{id}", tag = "invoices", params(("id" = String, Path)),
    responses((status = 200, body = InvoiceBody), (status = 404, body = ProblemBody)))]
async fn get(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let mut tx = app.database.read(actor.organization).await?;
    if let Some(id) = id.strip_suffix(".pdf") {
        let invoice = load_invoice(&mut tx, invoice_id(id)?).await?;
        return Ok(document::answer(&app, tx, &invoice).await?);
    }
    let invoice = load_invoice(&mut tx, invoice_id(&id)?).await?;
    Ok(body(&invoice, &actor)?.into_response())
}

/// The invoice as a PDF file. An issued invoice gives the same bytes for good.
#[utoipa::path(get, path = "/invoices/{id}.pdf", tag = "invoices", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = ProblemBody)))]
#[expect(dead_code, reason = "only documents what `get` answers")]
fn pdf() {}

/// What is issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Issue {
    /// Refuses to issue the draft if it was recalculated since it had this version.
    version: Option<i64>,
}

/// Issues a draft: it gets the next number, today's date, and the day by which it is to be paid. A draft without lines is
/// refused.
#[utoipa::path(post, path = "/invoices/{id}/issue", tag = "invoices", params(("id" = String, Path)), request_body = Issue,
    responses((status = 200, body = InvoiceBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn issue_invoice(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
    Json(seen): Json<Issue>,
) -> ApiResult<axum::Json<InvoiceBody>> {
    let (id, by, now) = (invoice_id(&id)?, actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let invoice = issue(&mut tx, &by, id, seen.version, now).await?;
    tx.commit().await?;
    Ok(body(&invoice, &actor)?)
}

/// Makes a draft or an issued invoice void.
#[utoipa::path(post, path = "/invoices/{id}/void", tag = "invoices", params(("id" = String, Path)),
    responses((status = 200, body = InvoiceBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn void_invoice(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<InvoiceBody>> {
    let mut tx = app.database.write(actor.organization).await?;
    let invoice = void(&mut tx, &actor.by(), invoice_id(&id)?, app.clock.now()).await?;
    tx.commit().await?;
    Ok(body(&invoice, &actor)?)
}

fn body(invoice: &Invoice, actor: &Actor) -> Result<axum::Json<InvoiceBody>> {
    InvoiceBody::of(invoice, actor.costs()).map(axum::Json)
}

/// The id in an address.
///
/// # Errors
/// A text that is no id is an invoice that does not exist.
pub fn invoice_id(text: &str) -> Result<InvoiceId> {
    InvoiceId::parse(text).ok_or(Error::NotFound("invoice"))
}
