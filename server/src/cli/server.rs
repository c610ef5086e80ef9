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
    let service =
        limited(router(app.clone()), REQUESTS).into_make_service_with_connect_info::<SocketAddr>();
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
fn limited(router: Router, requests: usize) -> Router {
    router.layer(
        ServiceBuilder::new()
            .layer(HandleErrorLayer::new(overloaded))
            .layer(LoadShedLayer::new())
            .layer(GlobalConcurrencyLimitLayer::new(requests)),
    )
}

async fn overloaded(uri: Uri, _: BoxError) -> Response {
    if uri.path() == "/healthz" {
        // Busy is alive: a monitor must not end the process for it.
        return "ok".into_response();
    }
    let error = Error::Unavailable("The server is busy. Try again in a moment.".to_owned());
    if uri.path().starts_with("/api/") {
        Problem(error).into_response()
    } else {
        PageError::from(error).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{body::Body, http::Request, routing::get};
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(router: &Router, path: &str) -> Response {
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_request_beyond_the_limit_is_told_to_come_back() {
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let wait = {
            let (entered, leave) = (entered.clone(), leave.clone());
            async move || {
                entered.notify_one();
                leave.notified().await;
            }
        };
        let router = Router::new()
            .route("/slow", get(wait))
            .route("/page", get(async || "page"))
            .route("/api/v1/call", get(async || "call"));
        let router = limited(router, 1);
        let slow = tokio::spawn({
            let router = router.clone();
            async move { ask(&router, "/slow").await }
        });
        entered.notified().await;
        for (path, kind) in [
            ("/page", "text/html"),
            ("/api/v1/call", "application/problem+json"),
        ] {
            let refused = ask(&router, path).await;
            assert_eq!(refused.status(), 503, "{path}");
            assert_eq!(refused.headers()["retry-after"], "5");
            let answered = refused.headers()["content-type"].to_str().unwrap();
            assert!(answered.starts_with(kind), "{answered}");
        }
        assert_eq!(
            ask(&router, "/healthz").await.status(),
            200,
            "busy is alive"
        );
        leave.notify_one();
        assert_eq!(slow.await.unwrap().status(), 200);
        assert_eq!(ask(&router, "/page").await.status(), 200);
    }
}
