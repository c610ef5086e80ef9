//! Who is asking, as JSON.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Held, OwnSession, change_password, end_all_sessions, end_own_session, held_about, list_sessions,
};
use crate::{
    accounts::{Role, confirm, pages::begin, users::load_user},
    app::App,
    http::{
        ApiActor, ApiResult, Here, Json, List, ProblemBody, all_confirmed, all_for_people,
        all_in_session,
    },
    ids::{AccountId, OrganizationId},
    organizations::zone_name,
};

/// The calls about oneself.
pub fn api() -> OpenApiRouter<App> {
    let own = OpenApiRouter::new().routes(routes!(confirm_again));
    let proof = OpenApiRouter::new().routes(routes!(replace_password));
    let ends = OpenApiRouter::new()
        .routes(routes!(end_all))
        .routes(routes!(end));
    OpenApiRouter::new()
        .routes(routes!(get))
        .routes(routes!(export))
        .routes(routes!(sessions))
        .merge(all_confirmed(ends))
        .merge(all_in_session(own))
        .merge(all_for_people(proof))
}

/// Who is asking, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
struct MeBody {
    user: MeUser,
    organization: MeOrganization,
    /// The role in the organization.
    role: Role,
    /// The name of the custom role that says what is allowed in place of the role.
    custom_role: Option<String>,
    /// What is allowed.
    permissions: Vec<&'static str>,
    /// What the organization is licensed for.
    features: Vec<String>,
}

/// The account.
#[derive(Debug, Serialize, ToSchema)]
struct MeUser {
    #[schema(value_type = String)]
    id: AccountId,
    name: String,
    email: String,
}

/// The organization.
#[derive(Debug, Serialize, ToSchema)]
struct MeOrganization {
    #[schema(value_type = String)]
    id: OrganizationId,
    name: String,
    /// ISO 4217 code.
    currency: String,
    /// IANA name.
    timezone: String,
}

/// Shows who is asking, in which organization, and what they may do there.
#[utoipa::path(get, path = "/me", tag = "people", responses((status = 200, body = MeBody)))]
async fn get(State(app): State<App>, ApiActor(actor): ApiActor) -> ApiResult<axum::Json<MeBody>> {
    let mut tx = app.database.read(actor.organization).await?;
    let user = load_user(&mut tx, actor.account).await?;
    Ok(axum::Json(MeBody {
        user: MeUser {
            id: actor.account,
            name: actor.name,
            email: actor.email,
        },
        organization: MeOrganization {
            id: actor.organization,
            name: actor.organization_name,
            currency: actor.currency.code().to_owned(),
            timezone: zone_name(&actor.timezone),
        },
        role: actor.role,
        custom_role: user.custom_role.map(|role| role.name),
        permissions: actor.permissions.names(),
        features: actor.features,
    }))
}

/// Tells what is held about oneself: the account, its memberships and sessions, and one's tokens and activities in the organization
/// that one is in. There is no secret in it, and nothing of anybody else.
#[utoipa::path(get, path = "/me/export", tag = "people", responses((status = 200, body = Held)))]
async fn export(State(app): State<App>, ApiActor(actor): ApiActor) -> ApiResult<axum::Json<Held>> {
    Ok(axum::Json(held_about(&app, &actor).await?))
}

/// A session of one's own, in whichever organization.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionBody {
    /// Its id.
    id: String,
    /// The organization that it is in.
    organization: String,
    /// The browser and system in words; null: it did not say.
    device: Option<String>,
    /// Where from it began.
    remote_address: Option<String>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    began_at: Timestamp,
    /// When it was last seen, to five minutes.
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
    /// When it ends, however it is used. Without use it ends after a day.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<OwnSession> for SessionBody {
    fn from(it: OwnSession) -> Self {
        Self {
            id: it.handle(),
            organization: it.organization_name,
            device: Some(it.device).filter(|device| !device.is_empty()),
            remote_address: it.remote_address,
            began_at: it.began_at,
            last_seen_at: it.seen_at,
            expires_at: it.expires_at,
        }
    }
}

/// Lists one's own sessions, the latest seen first. There is one page.
#[utoipa::path(get, path = "/me/sessions", tag = "people", responses((status = 200, body = List<SessionBody>)))]
async fn sessions(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<axum::Json<List<SessionBody>>> {
    let sessions = list_sessions(&app, &actor).await?;
    Ok(axum::Json(List {
        data: sessions.into_iter().map(Into::into).collect(),
        next_cursor: None,
    }))
}

/// Signs out one of one's own sessions.
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
async fn end(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    end_own_session(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out all of one's own sessions, in all organizations.
#[utoipa::path(delete, path = "/me/sessions", tag = "people", responses((status = 204)))]
async fn end_all(State(app): State<App>, ApiActor(actor): ApiActor) -> ApiResult<StatusCode> {
    end_all_sessions(&app, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// By what somebody confirms that it is still them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmationBody {
    /// Their password.
    #[serde(default)]
    #[schema(required, write_only)]
    password: String,
    /// A code of their second factor, where they have one.
    #[serde(default)]
    #[schema(write_only)]
    code: String,
}

/// Confirms for a quarter of an hour that it is still the person who signed in. Calls with `x-confirmation` ask for it in a session.
#[utoipa::path(post, path = "/me/confirmation", tag = "people", request_body = ConfirmationBody,
    responses((status = 204), (status = 422, body = ProblemBody)))]
async fn confirm_again(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Here(here): Here,
    Json(body): Json<ConfirmationBody>,
) -> ApiResult<StatusCode> {
    let password = SecretString::from(body.password);
    confirm(&app, &actor, &here, password, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A password in the place of the present one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// The present one.
    #[serde(default)]
    #[schema(required, write_only)]
    present_password: String,
    /// The new one: at least 12 characters, any, and not easily guessed.
    #[serde(default)]
    #[schema(required, write_only)]
    password: String,
}

/// Changes one's own password. Other sessions end, and this one gets another cookie.
#[utoipa::path(put, path = "/me/password", tag = "people", request_body = PasswordBody,
    responses((status = 204), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn replace_password(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Here(here): Here,
    Json(body): Json<PasswordBody>,
) -> ApiResult<Response> {
    let present = SecretString::from(body.present_password);
    let new = SecretString::from(body.password);
    let (session, _) = change_password(&app, &actor, &here, present, new).await?;
    Ok(begin(&app, &session, StatusCode::NO_CONTENT))
}
