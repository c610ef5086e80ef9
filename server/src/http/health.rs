//! Is it alive, is it ready, how is it doing: for load balancers and monitors.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use crate::{
    app::App,
    error::Result,
    secrets::{find_master_key_id, unknown_master_key},
};

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: the database answers and is up to date, and this process has its master key.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, String) {
    if let Err(error) = app.database.check_migrated().await {
        return (StatusCode::SERVICE_UNAVAILABLE, error.to_string());
    }
    match has_master_key(&app).await {
        Ok(()) => (StatusCode::OK, "ready".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}

async fn has_master_key(app: &App) -> Result<()> {
    let mut tx = app.database.system_read().await?;
    match find_master_key_id(&mut tx).await? {
        Some(used) if app.vault.master(&used).is_none() => Err(unknown_master_key()),
        _ => Ok(()),
    }
}

/// `GET /metrics`: what is at risk and how this process fares, in the text format of Prometheus.
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    let text = app.metrics.render(&app).await;
    ([(header::CONTENT_TYPE, kind)], text)
}
