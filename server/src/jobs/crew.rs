//! The workers of a process: so many jobs at once, heavy ones apart, so that nothing quick waits behind what takes long.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::worker::{Claimed, Registry, attempt, claim};
use crate::{app::App, error::Result};

/// How often an idle worker looks by itself, for jobs of other processes and of the future.
const POLL: Duration = Duration::from_secs(2);

/// How many jobs a process does at once.
#[derive(Debug, Clone, Copy)]
pub struct Crew {
    /// Those that are soon done, or wait for others most of the time.
    pub light: usize,
    /// Those that take long or much memory.
    pub heavy: usize,
}

/// Works until told to stop; jobs under way are finished first.
pub async fn run_workers(app: App, registry: Registry, crew: Crew, stop: CancellationToken) {
    let part = |heavy, most| Part {
        app: &app,
        registry: &registry,
        heavy,
        most,
    };
    tokio::join!(
        part(false, crew.light).work(&stop),
        part(true, crew.heavy).work(&stop)
    );
}

/// The workers for one sort of jobs.
struct Part<'a> {
    app: &'a App,
    registry: &'a Registry,
    heavy: bool,
    most: usize,
}

impl Part<'_> {
    async fn work(self, stop: &CancellationToken) {
        let mut under_way = JoinSet::new();
        while !stop.is_cancelled() {
            // From before the queue is looked at, so that nothing is missed that comes meanwhile.
            let woken = self.app.wake.wait();
            let free = self.most - under_way.len();
            if free > 0 {
                match self.begin(free, &mut under_way).await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => report(&error),
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = under_way.join_next() => {}
                () = woken, if free > 0 => {}
                () = tokio::time::sleep(POLL), if free > 0 => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Begins what is due, as far as there is room; whether anything was.
    async fn begin(&self, free: usize, under_way: &mut JoinSet<()>) -> Result<bool> {
        let Claimed::Jobs(jobs) = claim(self.app, Some(self.heavy), free).await? else {
            return Ok(false);
        };
        for job in jobs {
            let (app, registry) = (self.app.clone(), self.registry.clone());
            under_way.spawn(async move {
                if let Err(error) = attempt(&app, &registry, &job).await {
                    report(&error);
                }
            });
        }
        Ok(true)
    }
}

fn report(error: &crate::error::Error) {
    tracing::error!(error = ?error, "the job queue cannot be read");
}
