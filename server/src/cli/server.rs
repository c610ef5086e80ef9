//! The running server: a listener, the router behind a limit, workers and schedules, and an end in good order.

use std::{net::SocketAddr, time::Duration};

use axum::{
    BoxError, Router,
    error_handling::HandleErrorLayer,
    http::Uri,
    response::{IntoResponse as _, Response},
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tower::{ServiceBuilder, limit::GlobalConcurrencyLimitLayer, load_shed::LoadShedLayer};

use super::Failure;
use crate::{
    app::App,
    config::ListenAddress,
    error::Error,
    http::{PageError, Problem, router},
    job_registry, jobs, schedules,
};

/// Jobs at work at once in one process.
const WORKERS: usize = 2;
/// Requests at work at once; more are told to come back.
const REQUESTS: usize = 256;
/// How long requests under way may take to end.
const PATIENCE_WITH_REQUESTS: Duration = Duration::from_secs(10);
/// How long jobs under way may take to end. A job that is cut off runs again when its lease has ended.
const PATIENCE_WITH_JOBS: Duration = Duration::from_secs(30);
/// How often histograms are drained, so that they do not grow.
const UPKEEP: Duration = Duration::from_secs(30);

/// Listens at an address.
pub(super) async fn bind(address: &ListenAddress) -> Result<TcpListener, Failure> {
    TcpListener::bind(address.to_string())
        .await
        .map_err(|cause| failed(address, cause))
}

/// Why listening failed.
pub(super) fn failed(address: &ListenAddress, cause: std::io::Error) -> Failure {
    let address = address.to_string();
    if cause.kind() == std::io::ErrorKind::AddrInUse {
        Failure::AddressInUse { address }
    } else {
        Failure::Listen { address, cause }
    }
}

/// Where a browser on this machine finds the listener.
pub(super) fn url_of(listener: &TcpListener, asked: &ListenAddress) -> Result<String, Failure> {
    let bound = listener
        .local_addr()
        .map_err(|cause| failed(asked, cause))?;
    Ok(if bound.ip().is_unspecified() {
        format!("http://localhost:{}", bound.port())
    } else {
        format!("http://{bound}")
    })
}

/// Begins to count and measure for `/metrics`.
pub(super) fn record_metrics(stop: &CancellationToken) -> Result<PrometheusHandle, Failure> {
    let handle = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|cause| Failure::Said(format!("Metrics cannot be recorded: {cause}.")))?;
    let (upkept, stop) = (handle.clone(), stop.clone());
    tokio::spawn(async move {
        while timeout(UPKEEP, stop.cancelled()).await.is_err() {
            upkept.run_upkeep();
        }
    });
    Ok(handle)
}

/// Serves and works until told to stop, then finishes what is under way.
pub(super) async fn run(
    app: App,
    listener: TcpListener,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let service = limited(router(app.clone())).into_make_service_with_connect_info::<SocketAddr>();
    let served =
        axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let web = tokio::spawn(served.into_future());
    let workers = jobs::run_workers(app.clone(), job_registry(), WORKERS, stop.clone());
    let workers = tokio::spawn(workers);
    let clockwork = tokio::spawn(jobs::run_schedules(app.clone(), schedules(), stop.clone()));
    stop.cancelled().await;

    let (web, workers, clockwork) = tokio::join!(
        within(PATIENCE_WITH_REQUESTS, web, "requests"),
        within(PATIENCE_WITH_JOBS, workers, "jobs"),
        within(PATIENCE_WITH_JOBS, clockwork, "schedules"),
    );
    if web && workers && clockwork {
        app.database.close().await;
    }
    tracing::info!("ended");
    Ok(())
}

/// Waits for a part to end; whether it did.
async fn within<T>(patience: Duration, part: JoinHandle<T>, name: &str) -> bool {
    match timeout(patience, part).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => {
            tracing::error!(%error, part = name, "ended badly");
            true
        }
        Err(_) => {
            tracing::warn!(part = name, "still under way, cut off");
            false
        }
    }
}

/// Sends requests away that could only wait.
fn limited(router: Router) -> Router {
    router.layer(
        ServiceBuilder::new()
            .layer(HandleErrorLayer::new(overloaded))
            .layer(LoadShedLayer::new())
            .layer(GlobalConcurrencyLimitLayer::new(REQUESTS)),
    )
}

async fn overloaded(uri: Uri, _: BoxError) -> Response {
    let error = Error::Unavailable("The server is busy. Try again in a moment.".to_owned());
    if uri.path().starts_with("/api/") {
        Problem(error).into_response()
    } else {
        PageError::from(error).into_response()
    }
}
