//! The connection over the API. No answer holds a secret.

use axum::{extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Connection, ConnectionChange, ConnectionStatus, CredentialTest, TypedCredentials, connect,
    disconnect, find_connection, test_credentials,
};
use crate::{
    app::App,
    error::Result,
    http::{ApiResult, Json, Pax8Actor, ProblemBody, all_confirmed},
    ids::OrganizationId,
    pax8::sync,
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(all_confirmed(
            OpenApiRouter::new().routes(routes!(show, put, remove)),
        ))
        .routes(routes!(test))
}

/// The connection to Pax8.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ConnectionView {
    status: ConnectionStatus,
    /// The end of the Client ID; null while not connected.
    client_id_hint: Option<String>,
    /// Whether syncs map companies to clients.
    auto_map: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sync_at: Option<Timestamp>,
    /// Why the last sync failed; null after a good one.
    last_error: Option<String>,
    /// Null while nothing is scheduled.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_sync_at: Option<Timestamp>,
    /// A sync that is queued or running.
    running_sync_id: Option<String>,
}

/// What to change. What is absent, null or empty stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PutBody {
    client_id: Option<String>,
    client_secret: Option<String>,
    auto_map: Option<bool>,
    active: Option<bool>,
}

/// Credentials to try; where a field is absent or empty, the stored one.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TestBody {
    client_id: Option<String>,
    client_secret: Option<String>,
}

impl ConnectionView {
    fn new(connection: Option<&Connection>, running: Option<String>) -> Self {
        Self {
            status: ConnectionStatus::of(connection),
            client_id_hint: connection.map(|it| it.client_id_hint.clone()),
            auto_map: connection.is_none_or(|it| it.auto_map),
            last_sync_at: connection.and_then(|it| it.last_sync_at),
            last_error: connection.and_then(|it| it.last_error.clone()),
            next_sync_at: connection.filter(|it| it.active).map(|it| it.next_sync_at),
            running_sync_id: running,
        }
    }
}

async fn view(app: &App, organization: OrganizationId) -> Result<ConnectionView> {
    let mut tx = app.database.read(organization).await?;
    let connection = find_connection(&mut tx).await?;
    let running = sync::find_unfinished(&mut tx).await?;
    Ok(ConnectionView::new(
        connection.as_ref(),
        running.map(|sync| sync.id.to_string()),
    ))
}

/// The connection and how it fares.
#[utoipa::path(get, path = "/integrations/pax8", tag = "pax8",
    responses((status = 200, body = ConnectionView), (status = 403, body = ProblemBody)))]
async fn show(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
) -> ApiResult<axum::Json<ConnectionView>> {
    Ok(axum::Json(view(&app, actor.organization).await?))
}

/// Connects, or changes the connection. New credentials are tried first.
#[utoipa::path(put, path = "/integrations/pax8", tag = "pax8", request_body = PutBody,
    responses((status = 200, body = ConnectionView), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn put(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Json(body): Json<PutBody>,
) -> ApiResult<axum::Json<ConnectionView>> {
    let change = ConnectionChange {
        credentials: TypedCredentials::new(
            body.client_id.as_deref(),
            body.client_secret.as_deref(),
        ),
        auto_map: body.auto_map,
        active: body.active,
    };
    connect(&app, &actor.by(), actor.organization, change).await?;
    Ok(axum::Json(view(&app, actor.organization).await?))
}

/// Disconnects: credentials, mappings and invoice links go.
#[utoipa::path(delete, path = "/integrations/pax8", tag = "pax8", responses((status = 204)))]
async fn remove(State(app): State<App>, Pax8Actor(actor): Pax8Actor) -> ApiResult<StatusCode> {
    disconnect(&app, &actor.by(), actor.organization).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tries credentials and stores nothing.
#[utoipa::path(post, path = "/integrations/pax8/credential-tests", tag = "pax8", request_body = TestBody,
    responses((status = 200, body = CredentialTest), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn test(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Json(body): Json<TestBody>,
) -> ApiResult<axum::Json<CredentialTest>> {
    let typed = TypedCredentials::new(body.client_id.as_deref(), body.client_secret.as_deref());
    Ok(axum::Json(
        test_credentials(&app, actor.organization, typed).await?,
    ))
}
