//! Is it alive, is it ready, how is it doing: for load balancers and monitors.

use axum::{extract::State, http::StatusCode};

use crate::app::App;

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: the database answers and is up to date.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, String) {
    match app.database.check_migrated().await {
        Ok(()) => (StatusCode::OK, "ready".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}

/// `GET /metrics`: counters and gauges in the text format of Prometheus.
pub(super) async fn metrics(State(app): State<App>) -> String {
    app.metrics.render()
}
