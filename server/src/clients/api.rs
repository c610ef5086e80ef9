//! Clients as JSON.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Client, ClientDetails, ClientStatus, ListClients, archive_client, change_client, create_client,
    list_clients, load_client, restore_client,
};
use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    http::{ApiActor, ApiResult, Json, List, PageQuery, ProblemBody, Query, given, needs},
    ids::ClientId,
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(needs(Permission::ClientsManage, routes!(create)))
        .routes(routes!(get))
        .routes(needs(Permission::ClientsManage, routes!(change, archive)))
}

/// Days until an invoice is due, where nobody said.
pub(super) const USUAL_TERMS: i64 = 30;

#[derive(Debug, Deserialize, IntoParams)]
struct ClientQuery {
    /// Part of a name, reference, website or e-mail address.
    q: Option<String>,
    /// Only those in this status: `active` or `archived`.
    status: Option<String>,
}

/// A client to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClient {
    /// Its name, at most 300 characters.
    #[serde(default)]
    #[schema(required)]
    name: String,
    /// The number it is kept under; matched with a Pax8 company's external id.
    account_reference: Option<String>,
    /// Its website; the domain is matched with a Pax8 company's.
    website: Option<String>,
    /// Where its invoices go.
    email: Option<String>,
    /// Its postal address; lines.
    #[serde(default)]
    address: String,
    /// ISO 4217 code; the organization's where it is absent.
    currency: Option<String>,
    /// 0 to 365; 30 where it is absent.
    payment_terms_days: Option<i64>,
    /// Whether its invoices carry no tax.
    #[serde(default)]
    tax_exempt: bool,
    /// `active` or `archived`, for one that is kept for the record alone; active where it is absent.
    status: Option<String>,
}

/// What is to be changed of a client; what is absent stays, null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClientChange {
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    account_reference: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    website: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    address: Option<String>,
    currency: Option<String>,
    payment_terms_days: Option<i64>,
    tax_exempt: Option<bool>,
    /// `archived` does what DELETE does, `active` takes it back.
    status: Option<String>,
    /// Refuses the change if the client has another version by now.
    version: Option<i64>,
}

impl ClientChange {
    fn apply(&self, details: &mut ClientDetails) {
        let replace = |field: &mut Option<String>, given: &Option<Option<String>>| {
            if let Some(value) = given {
                field.clone_from(value);
            }
        };
        replace(&mut details.account_reference, &self.account_reference);
        replace(&mut details.website, &self.website);
        replace(&mut details.email, &self.email);
        for (field, given) in [
            (&mut details.name, &self.name),
            (&mut details.address, &self.address),
            (&mut details.currency, &self.currency),
        ] {
            if let Some(value) = given {
                field.clone_from(value);
            }
        }
        if self.payment_terms_days.is_some() {
            details.payment_terms_days = self.payment_terms_days;
        }
        details.tax_exempt = self.tax_exempt.unwrap_or(details.tax_exempt);
    }

    fn changes_details(&self) -> bool {
        let Self {
            name,
            account_reference,
            website,
            email,
            address,
            currency,
            payment_terms_days,
            tax_exempt,
            status: _,
            version: _,
        } = self;
        [name, address, currency].into_iter().any(Option::is_some)
            || [account_reference, website, email]
                .into_iter()
                .any(Option::is_some)
            || payment_terms_days.is_some()
            || tax_exempt.is_some()
    }
}

/// Lists clients by name.
#[utoipa::path(get, path = "/clients", tag = "clients", params(ClientQuery, PageQuery),
    responses((status = 200, body = List<Client>)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<ClientQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<Client>>> {
    let filter = ListClients {
        q: query.q,
        status: query.status.as_deref().map(status).transpose()?,
    };
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(list_clients(&mut tx, &filter, &page).await?))
}

/// Makes a client.
#[utoipa::path(post, path = "/clients", tag = "clients", request_body = NewClient,
    responses((status = 201, body = Client), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Json(new): Json<NewClient>,
) -> ApiResult<(StatusCode, axum::Json<Client>)> {
    let details = ClientDetails {
        name: new.name,
        account_reference: new.account_reference,
        website: new.website,
        email: new.email,
        address: new.address,
        currency: new.currency.unwrap_or(actor.currency.code().to_owned()),
        payment_terms_days: new.payment_terms_days.or(Some(USUAL_TERMS)),
        tax_exempt: new.tax_exempt,
    };
    let (by, now) = (actor.by(), app.clock.now());
    let status = new.status.as_deref().map(status).transpose()?;
    let mut tx = app.database.write(actor.organization).await?;
    let mut client = create_client(&mut tx, &by, &details, now).await?;
    if status == Some(ClientStatus::Archived) {
        client = archive_client(&mut tx, &by, client.id, now).await?;
    }
    tx.commit().await?;
    Ok((StatusCode::CREATED, axum::Json(client)))
}

/// Shows a client.
#[utoipa::path(get, path = "/clients/{id}", tag = "clients", params(("id" = String, Path)),
    responses((status = 200, body = Client), (status = 404, body = ProblemBody)))]
async fn get(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<Client>> {
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(load_client(&mut tx, client_id(&id)?).await?))
}

/// Changes a client.
#[utoipa::path(patch, path = "/clients/{id}", tag = "clients", params(("id" = String, Path)), request_body = ClientChange,
    responses((status = 200, body = Client), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn change(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
    Json(change): Json<ClientChange>,
) -> ApiResult<axum::Json<Client>> {
    let (id, by, now) = (client_id(&id)?, actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let mut client = load_client(&mut tx, id).await?;
    client.refuse_stale(change.version)?;
    if change.changes_details() {
        let mut details = ClientDetails::of(&client);
        change.apply(&mut details);
        client = change_client(&mut tx, &by, id, None, &details, now).await?;
    }
    match change.status.as_deref().map(status).transpose()? {
        Some(ClientStatus::Active) => client = restore_client(&mut tx, &by, id, now).await?,
        Some(ClientStatus::Archived) => client = archive_client(&mut tx, &by, id, now).await?,
        None => {}
    }
    tx.commit().await?;
    Ok(axum::Json(client))
}

/// Archives a client: it is kept for its invoices, and nothing new can be made for it.
#[utoipa::path(delete, path = "/clients/{id}", tag = "clients", params(("id" = String, Path)),
    responses((status = 200, body = Client), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn archive(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<Client>> {
    let mut tx = app.database.write(actor.organization).await?;
    let client = archive_client(&mut tx, &actor.by(), client_id(&id)?, app.clock.now()).await?;
    tx.commit().await?;
    Ok(axum::Json(client))
}

fn status(name: &str) -> Result<ClientStatus> {
    ClientStatus::parse(name).ok_or_else(|| Error::field("status", "Use active or archived."))
}

fn client_id(id: &str) -> Result<ClientId> {
    ClientId::parse(id).ok_or(Error::NotFound("client"))
}
