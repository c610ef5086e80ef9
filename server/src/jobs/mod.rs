//! The durable queue: work that must happen although the process ends, the answer was sent, or Pax8 is away.
//!
//! - A job is a row, written in the transaction of what causes it; it exists exactly if that does.
//! - A worker claims a job with a lease and renews it; when a process dies, another one takes the job over.
//! - A failed job is tried again on a schedule that is data ([`RETRY_AFTER`]), then given up and kept as failed.
//! - The queue knows no job by name: slices register their kinds in a [`Registry`].
//!
//! So a job may run more than once and must be written for that.

mod crew;
mod inspect;
mod queue;
mod schedule;
mod store;
mod worker;

pub use crew::{Crew, run_workers};
pub use inspect::{JobState, OpenJob, is_retrying, list_open, try_again};
pub use queue::{NewJob, enqueue};
pub use schedule::{Scheduled, run_schedules, tick};
pub use worker::{Failure, Handler, Job, LEASE, Outcome, RETRY_AFTER, Registry, do_one, drain};

use std::sync::Arc;

/// Wakes the workers of this process.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<tokio::sync::Notify>);

impl Wake {
    /// Says that a job may be ready.
    pub fn wake(&self) {
        self.0.notify_waiters();
    }

    /// Ends with the next call of [`wake`](Self::wake) after this one.
    pub(crate) fn wait(&self) -> tokio::sync::futures::Notified<'_> {
        self.0.notified()
    }
}
