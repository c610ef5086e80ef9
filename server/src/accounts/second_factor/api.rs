//! One's own second factor as JSON.

use axum::{extract::State, http::StatusCode};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    confirm_second_factor, find_second_factor, renew_recovery_codes, set_up_second_factor,
    turn_off_second_factor,
};
use crate::{
    accounts::pages::begin,
    app::App,
    http::{ApiActor, ApiResult, Here, Json, ProblemBody, all_for_people},
};

/// The calls about one's own second factor.
pub fn api() -> OpenApiRouter<App> {
    let calls = OpenApiRouter::new()
        .routes(routes!(set_up, turn_off))
        .routes(routes!(confirm))
        .routes(routes!(renew));
    OpenApiRouter::new()
        .routes(routes!(show))
        .merge(all_for_people(calls))
}

/// How it stands with one's own second factor.
#[derive(Debug, Serialize, ToSchema)]
struct SecondFactorBody {
    /// Whether it is asked for at sign-in.
    on: bool,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// How many recovery codes are left.
    recovery_codes_left: i64,
    /// Whether the organization asks its members for one.
    required: bool,
}

/// What the authenticator app is told, shown only now.
#[derive(Serialize, ToSchema)]
struct SetUpBody {
    /// The secret in base32.
    secret: String,
    /// The same as the address that a QR code holds.
    address: String,
}

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    /// The six digits that the app shows.
    #[serde(default)]
    #[schema(required, write_only)]
    code: String,
}

/// Recovery codes, shown only now. Each works once.
#[derive(Serialize, ToSchema)]
struct RecoveryCodesBody {
    /// The codes.
    recovery_codes: Vec<String>,
}

impl RecoveryCodesBody {
    fn of(codes: &[SecretString]) -> Self {
        let text = |code: &SecretString| code.expose_secret().to_owned();
        Self {
            recovery_codes: codes.iter().map(text).collect(),
        }
    }
}

/// Shows how it stands with one's own second factor.
#[utoipa::path(get, path = "/me/second-factor", tag = "people", responses((status = 200, body = SecondFactorBody)))]
async fn show(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<axum::Json<SecondFactorBody>> {
    let it = find_second_factor(&app, &actor).await?;
    Ok(axum::Json(SecondFactorBody {
        on: it.since.is_some(),
        since: it.since,
        recovery_codes_left: it.recovery_codes,
        required: actor.second_factor_required,
    }))
}

/// Draws a secret for the authenticator app. It is asked for only once a code of it was entered.
#[utoipa::path(post, path = "/me/second-factor", tag = "people",
    responses((status = 201, body = SetUpBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn set_up(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<(StatusCode, axum::Json<SetUpBody>)> {
    let it = set_up_second_factor(&app, &actor).await?;
    let body = SetUpBody {
        secret: it.secret.expose_secret().to_owned(),
        address: it.address.expose_secret().to_owned(),
    };
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Turns the second factor on with a code of the app. Other sessions end, and this one gets another cookie.
#[utoipa::path(post, path = "/me/second-factor/confirmation", tag = "people", request_body = CodeBody,
    responses((status = 201, body = RecoveryCodesBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn confirm(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Here(here): Here,
    Json(body): Json<CodeBody>,
) -> ApiResult<axum::response::Response> {
    let (session, codes) = confirm_second_factor(&app, &actor, &here, &body.code).await?;
    let answer = (
        StatusCode::CREATED,
        axum::Json(RecoveryCodesBody::of(&codes)),
    );
    Ok(begin(&app, &session, answer))
}

/// Makes new recovery codes; the earlier ones stop working.
#[utoipa::path(post, path = "/me/second-factor/recovery-codes", tag = "people",
    responses((status = 201, body = RecoveryCodesBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn renew(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<(StatusCode, axum::Json<RecoveryCodesBody>)> {
    let codes = renew_recovery_codes(&app, &actor).await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(RecoveryCodesBody::of(&codes)),
    ))
}

/// Turns the second factor off. Other sessions end, and this one gets another cookie.
#[utoipa::path(delete, path = "/me/second-factor", tag = "people",
    responses((status = 204), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn turn_off(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Here(here): Here,
) -> ApiResult<axum::response::Response> {
    let session = turn_off_second_factor(&app, &actor, &here).await?;
    Ok(begin(&app, &session, StatusCode::NO_CONTENT))
}
