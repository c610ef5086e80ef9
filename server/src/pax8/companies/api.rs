//! Companies and their mappings as JSON.

use axum::extract::{Path, State};
use db::OrgTx;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    CompanyBody, ListCompanies, MappedMany, Remapped, SeenMapping, SkipReason, WantedMapping,
    list_companies, load_company, map_companies, map_company, unlink_company,
};
use crate::{
    app::App,
    error::{Error, Result},
    http::{ApiResult, Json, List, PageQuery, Pax8Actor, ProblemBody, Query, given},
    ids::{ClientId, CompanyId},
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(put_mapping, delete_mapping))
        .routes(routes!(post_mappings))
}

#[derive(Debug, Deserialize, IntoParams)]
struct CompanyQuery {
    /// Text in the name, the reference, Pax8's id or the client's name.
    q: Option<String>,
    /// The status in Pax8; absent: all.
    status: Option<String>,
    /// `true`: only mapped ones; `false`: only the others.
    mapped: Option<String>,
    /// Only those mapped to this client.
    client_id: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MappingBody {
    /// The client that the company belongs to.
    client_id: String,
    /// The client that the company was mapped to when this was decided, null: none. If it is mapped otherwise by now, the
    /// change is refused (`changed_meanwhile`); absent: it is made all the same.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    expected_client_id: Option<Option<String>>,
}

#[derive(Debug, Deserialize, IntoParams)]
struct UnlinkQuery {
    /// The client that the company was mapped to when this was decided. If it is mapped to another by now, it stays so, and
    /// the call is refused (`changed_meanwhile`); absent: it is unlinked all the same.
    expected_client_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RemappedBody {
    #[serde(flatten)]
    company: CompanyBody,
    /// How many links of its subscriptions to recurring invoices ended.
    links_ended: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MappingsBody {
    /// Which company belongs to which client; at most 1,000.
    mappings: Vec<WantedMapping>,
}

#[derive(Debug, Serialize, ToSchema)]
struct MappedManyBody {
    /// The companies that were mapped, with their new mapping.
    mapped: Vec<CompanyBody>,
    /// Those that were left as they are.
    skipped: Vec<SkippedMappingBody>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SkippedMappingBody {
    company_id: String,
    client_id: String,
    reason: SkipReason,
    /// The same in a sentence.
    detail: String,
}

/// Lists companies, by name.
#[utoipa::path(get, path = "/integrations/pax8/companies", tag = "pax8", params(CompanyQuery, PageQuery),
    responses((status = 200, body = List<CompanyBody>)))]
async fn list(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Query(query): Query<CompanyQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<CompanyBody>>> {
    let mut tx = app.database.read(actor.organization).await?;
    let found = list_companies(&mut tx, &query.wanted()?, &page).await?;
    Ok(axum::Json(List {
        data: CompanyBody::list(&mut tx, found.data).await?,
        next_cursor: found.next_cursor,
    }))
}

/// Shows a company.
#[utoipa::path(get, path = "/integrations/pax8/companies/{id}", tag = "pax8", params(("id" = String, Path)),
    responses((status = 200, body = CompanyBody), (status = 404, body = ProblemBody)))]
async fn get(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<CompanyBody>> {
    let mut tx = app.database.read(actor.organization).await?;
    let company = load_company(&mut tx, company_id(&id)?).await?;
    let body = CompanyBody::list(&mut tx, vec![company]).await?.pop();
    Ok(axum::Json(body.ok_or(Error::NotFound("company"))?))
}

/// Maps a company to a client by hand. Links to recurring invoices of another client end; pricing stays.
#[utoipa::path(put, path = "/integrations/pax8/companies/{id}/mapping", tag = "pax8", params(("id" = String, Path)),
    request_body = MappingBody,
    responses((status = 200, body = RemappedBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn put_mapping(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
    Json(body): Json<MappingBody>,
) -> ApiResult<axum::Json<RemappedBody>> {
    let client = ClientId::parse(&body.client_id).ok_or(Error::NotFound("client"))?;
    let seen = body
        .expected_client_id
        .map_or(SeenMapping::Whatever, SeenMapping::Client);
    let (id, by, now) = (company_id(&id)?, actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let remapped = map_company(&mut tx, &by, id, client, &seen, now).await?;
    let body = RemappedBody::of(&mut tx, remapped).await?;
    tx.commit().await?;
    Ok(axum::Json(body))
}

/// Unlinks a company from its client. Its links end, pricing stays, and no sync maps it again.
#[utoipa::path(delete, path = "/integrations/pax8/companies/{id}/mapping", tag = "pax8",
    params(("id" = String, Path), UnlinkQuery),
    responses((status = 200, body = RemappedBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn delete_mapping(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
    Query(query): Query<UnlinkQuery>,
) -> ApiResult<axum::Json<RemappedBody>> {
    let (id, by, now) = (company_id(&id)?, actor.by(), app.clock.now());
    let seen = SeenMapping::of_field(query.expected_client_id.as_deref());
    let mut tx = app.database.write(actor.organization).await?;
    let remapped = unlink_company(&mut tx, &by, id, &seen, now).await?;
    let body = RemappedBody::of(&mut tx, remapped).await?;
    tx.commit().await?;
    Ok(axum::Json(body))
}

/// Maps many companies that are not mapped yet, by hand, all in one transaction. What cannot be done is skipped, with the
/// reason; a company that is mapped already stays where it is.
#[utoipa::path(post, path = "/integrations/pax8/companies/mappings", tag = "pax8", request_body = MappingsBody,
    responses((status = 200, body = MappedManyBody), (status = 422, body = ProblemBody)))]
async fn post_mappings(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Json(body): Json<MappingsBody>,
) -> ApiResult<axum::Json<MappedManyBody>> {
    let (by, now) = (actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let done = map_companies(&mut tx, &by, body.mappings, now).await?;
    let body = MappedManyBody::of(&mut tx, done).await?;
    tx.commit().await?;
    Ok(axum::Json(body))
}

impl CompanyQuery {
    fn wanted(self) -> Result<ListCompanies> {
        let client = |id: &str| ClientId::parse(id).ok_or(Error::NotFound("client"));
        let truth = |text: &str| {
            text.parse()
                .map_err(|_| Error::field("mapped", "Use true or false."))
        };
        Ok(ListCompanies {
            client: self.client_id.as_deref().map(client).transpose()?,
            mapped: self.mapped.as_deref().map(truth).transpose()?,
            q: self.q,
            status: self.status,
        })
    }
}

impl RemappedBody {
    async fn of(tx: &mut OrgTx, remapped: Remapped) -> Result<Self> {
        let company = CompanyBody::list(tx, vec![remapped.company]).await?.pop();
        Ok(Self {
            company: company.ok_or(Error::NotFound("company"))?,
            links_ended: remapped.links_ended,
        })
    }
}

impl MappedManyBody {
    async fn of(tx: &mut OrgTx, done: MappedMany) -> Result<Self> {
        let skipped = done.skipped.into_iter().map(|it| SkippedMappingBody {
            company_id: it.wanted.company_id,
            client_id: it.wanted.client_id,
            reason: it.reason,
            detail: it.detail,
        });
        Ok(Self {
            mapped: CompanyBody::list(tx, done.mapped).await?,
            skipped: skipped.collect(),
        })
    }
}

fn company_id(text: &str) -> Result<CompanyId> {
    CompanyId::parse(text).ok_or(Error::NotFound("company"))
}
