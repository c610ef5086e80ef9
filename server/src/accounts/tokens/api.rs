//! API tokens as JSON.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ApiToken, NewToken, Whose, create_token, list_tokens, revoke_token};
use crate::{
    accounts::Permission,
    app::App,
    error::Error,
    http::{ApiActor, ApiResult, Json, List, PageQuery, ProblemBody, Query, all_confirmed},
    ids::ApiTokenId,
};

/// The calls about tokens.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(all_confirmed(
            OpenApiRouter::new().routes(routes!(list, create)),
        ))
        .routes(routes!(revoke))
}

#[derive(Debug, Deserialize, IntoParams)]
struct TokenQuery {
    /// Part of a token's name, of its last characters, or of its owner's name or e-mail address.
    q: Option<String>,
    /// Everybody's, not one's own only. Needs settings.manage.
    #[serde(default)]
    all: bool,
}

/// A token to be made for oneself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTokenBody {
    /// What it is for, at most 100 characters.
    #[serde(default)]
    #[schema(required)]
    name: String,
    /// Until when it works, RFC 3339; absent or null: for good. A token that ends makes only tokens that end by then.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Whether it reads only: every call but GET is refused.
    #[serde(default)]
    read_only: bool,
    /// What it may do of what you may, by the names of permissions; absent or null: all of it, also what you are given later. A
    /// token makes only tokens that may do no more.
    permissions: Option<Vec<String>>,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
struct CreatedBody {
    #[serde(flatten)]
    token: ApiToken,
    /// The token itself, shown only now.
    secret: String,
}

/// Lists tokens, the latest first; never their secrets.
#[utoipa::path(get, path = "/api-tokens", tag = "people", params(TokenQuery, PageQuery),
    responses((status = 200, body = List<ApiToken>), (status = 403, body = ProblemBody)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<TokenQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<ApiToken>>> {
    let whose = if query.all {
        actor.require(Permission::SettingsManage)?;
        Whose::Everybodys
    } else {
        Whose::Of(actor.account)
    };
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(
        list_tokens(&mut tx, whose, query.q.as_deref(), &page).await?,
    ))
}

/// Makes a token with one's own rights, or some of them.
#[utoipa::path(post, path = "/api-tokens", tag = "people", request_body = NewTokenBody,
    responses((status = 201, body = CreatedBody), (status = 422, body = ProblemBody)))]
async fn create(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Json(new): Json<NewTokenBody>,
) -> ApiResult<(StatusCode, axum::Json<CreatedBody>)> {
    let new = NewToken {
        name: new.name,
        expires_at: new.expires_at,
        read_only: new.read_only,
        permissions: new.permissions,
    };
    let mut tx = app.database.write(actor.organization).await?;
    let (token, secret) = create_token(&mut tx, &app, &actor, &new).await?;
    tx.commit().await?;
    let body = CreatedBody {
        token,
        secret: secret.expose_secret().to_owned(),
    };
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Revokes a token.
#[utoipa::path(delete, path = "/api-tokens/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
async fn revoke(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let id = ApiTokenId::parse(&id).ok_or(Error::NotFound("token"))?;
    let mut tx = app.database.write(actor.organization).await?;
    revoke_token(&mut tx, &actor, id, app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
