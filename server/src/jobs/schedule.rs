//! What happens by the clock: each slice says what is due, and enqueues it in its own transaction.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::store;
use crate::{app::App, error::Result};

/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(5);
/// Finished jobs are kept this long.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Enqueues whatever is due now. Any number of processes may do so at once; each thing is enqueued once.
pub type Due = Arc<dyn Fn(App) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send + Sync>;

/// Something that happens by the clock.
#[derive(Clone)]
pub struct Scheduled {
    /// Its name, for the log.
    pub name: &'static str,
    /// What enqueues it.
    pub due: Due,
}

impl Scheduled {
    /// A schedule from a function.
    pub fn new<F, Fut>(name: &'static str, due: F) -> Self
    where
        F: Fn(App) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        Self {
            name,
            due: Arc::new(move |app| Box::pin(due(app))),
        }
    }
}

/// Looks at the clock until told to stop.
pub async fn run_schedules(app: App, schedules: Vec<Scheduled>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tick(&app, &schedules).await;
        if let Err(error) = forget_old(&app).await {
            tracing::error!(error = ?error, "old jobs could not be removed");
        }
        if let Err(error) = app.database.analyze_grown().await {
            tracing::warn!(error = ?error, "the database could not look at what grew");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// Enqueues what is due now. A schedule that fails is logged and does not stop the others.
pub async fn tick(app: &App, schedules: &[Scheduled]) {
    for schedule in schedules {
        if let Err(error) = (schedule.due)(app.clone()).await {
            tracing::error!(schedule = schedule.name, error = ?error, "a schedule failed");
        }
    }
}

async fn forget_old(app: &App) -> Result<()> {
    let mut tx = app.database.system_write().await?;
    store::delete_old(&mut tx, app.clock.now() - KEPT).await?;
    Ok(tx.commit().await?)
}
