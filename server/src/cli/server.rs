//! The running server: a listener, the router behind a limit, workers and schedules, and an end in good order.

use std::time::Duration;

use db::{Database, DbError};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{
    Failure,
    connections::{self, Limits},
};
use crate::{
    app::App,
    config::ListenAddress,
    http::router,
    job_registry,
    jobs::{self, Crew},
    schedules,
};

/// Jobs at work at once in one process. Light ones wait for Pax8 and for mail servers most of the time; heavy ones keep a processor
/// busy, or hold all the subscriptions of a large estate.
const CREW: Crew = Crew {
    light: 24,
    heavy: 2,
};
/// What is asked of connections. A reverse proxy keeps some open between requests.
const LIMITS: Limits = Limits {
    connections: 2048,
    head: Duration::from_secs(30),
};
/// How long requests under way may take to end.
const PATIENCE_WITH_REQUESTS: Duration = Duration::from_secs(10);
/// How long jobs under way may take to end. A job that is cut off runs again when its lease has ended.
const PATIENCE_WITH_JOBS: Duration = Duration::from_secs(30);
/// How often the schema is looked at, for a newer program's changes.
const LOOK_AT_SCHEMA: Duration = Duration::from_secs(5);

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

/// Serves and works until told to stop, then finishes what is under way.
pub(super) async fn run(
    app: App,
    listener: TcpListener,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let served = connections::serve(listener, router(app.clone()), LIMITS, stop.clone());
    let web = tokio::spawn(served);
    let workers = jobs::run_workers(app.clone(), job_registry(), CREW, stop.clone());
    let workers = tokio::spawn(workers);
    let clockwork = tokio::spawn(jobs::run_schedules(app.clone(), schedules(), stop.clone()));
    let overtaken = watch_schema(&app.database, &stop).await;

    let (web, workers, clockwork) = tokio::join!(
        within(PATIENCE_WITH_REQUESTS, web, "requests"),
        within(PATIENCE_WITH_JOBS, workers, "jobs"),
        within(PATIENCE_WITH_JOBS, clockwork, "schedules"),
    );
    if web && workers && clockwork {
        app.database.close().await;
    }
    tracing::info!("ended");
    overtaken.map_or(Ok(()), |why| Err(why.into()))
}

/// Waits until told to stop; or until a newer program has changed the schema in a way that this one cannot go on with, and
/// tells the others to stop. Why that was.
async fn watch_schema(database: &Database, stop: &CancellationToken) -> Option<DbError> {
    while timeout(LOOK_AT_SCHEMA, stop.cancelled()).await.is_err() {
        match database.check_migrated().await {
            Err(error) if error.is_another_schema() => {
                tracing::error!(%error, "this program cannot go on");
                stop.cancel();
                return Some(error);
            }
            // One that is away for a moment is no other one.
            _ => {}
        }
    }
    None
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
