//! Search as JSON.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Found, find};
use crate::{
    app::App,
    http::{ApiActor, ApiResult, ProblemBody, Query},
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search))
}

#[derive(Debug, Deserialize, IntoParams)]
struct SearchQuery {
    /// Part of a name, reference or number; at most 200 characters.
    #[serde(default)]
    #[param(max_length = 200)]
    q: String,
}

/// Searches clients, recurring invoices and invoices, and Pax8 companies and subscriptions for whoever may see those. At most 5
/// of each.
#[utoipa::path(get, path = "/search", tag = "search", params(SearchQuery),
    responses((status = 200, body = Found), (status = 422, body = ProblemBody)))]
async fn search(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<SearchQuery>,
) -> ApiResult<axum::Json<Found>> {
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(find(&app, &actor, &mut tx, &query.q).await?))
}
