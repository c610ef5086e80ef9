//! The logo's calls.

use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use invoice_pdf::{Logo, LogoError};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    change::{LogoBody, refuse},
    load_logo, read_logo, remove_logo, set_logo,
};
use crate::{
    accounts::Permission,
    app::App,
    error::Error,
    http::{ApiActor, ApiResult, ProblemBody, needs},
};

/// The calls of the logo.
pub(in crate::organizations) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_logo)).routes(needs(
        Permission::SettingsManage,
        routes!(put_logo, delete_logo),
    ))
}

/// The logo as a PNG file.
#[utoipa::path(get, path = "/organization/logo", tag = "organization",
    responses((status = 200, content_type = "image/png"), (status = 404, body = ProblemBody)))]
async fn get_logo(State(app): State<App>, ApiActor(actor): ApiActor) -> ApiResult<Response> {
    let mut tx = app.database.read(actor.organization).await?;
    let logo = load_logo(&mut tx).await?.ok_or(Error::NotFound("logo"))?;
    let png = logo.to_png().map_err(Error::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, png).into_response())
}

/// Prints a logo on invoices, in place of the one before. Invoices that were issued already stay as they are.
///
/// The body is the file itself, PNG or JPEG, of at most 1 MB and 4000 × 4000 pixels. It is kept on white, without metadata, and no
/// finer than paper shows.
#[utoipa::path(put, path = "/organization/logo", tag = "organization",
    request_body(content(("image/png"), ("image/jpeg")), description = "The file."),
    responses((status = 200, body = LogoBody), (status = 422, body = ProblemBody)))]
async fn put_logo(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    body: Body,
) -> ApiResult<axum::Json<LogoBody>> {
    let file = to_bytes(body, Logo::MOST_BYTES).await;
    let file = file.map_err(|_| refuse(LogoError::Bytes))?;
    let logo = read_logo(file.into()).await?;
    let (by, now) = (actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    set_logo(&mut tx, &by, &logo, now).await?;
    tx.commit().await?;
    Ok(axum::Json(LogoBody::of(&logo)))
}

/// Prints no logo from now on. Invoices that were issued already keep it.
#[utoipa::path(delete, path = "/organization/logo", tag = "organization",
    responses((status = 204), (status = 404, body = ProblemBody)))]
async fn delete_logo(State(app): State<App>, ApiActor(actor): ApiActor) -> ApiResult<StatusCode> {
    let (by, now) = (actor.by(), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    remove_logo(&mut tx, &by, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
