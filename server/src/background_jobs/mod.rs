//! What Ascent does by itself, for people who look: what is scheduled and when, how the last runs went, what is in the
//! queue; and running something now.
//!
//! - It shows what happened from the records of the work itself (syncs, billing runs) and what is to come from the queue.
//! - Only the organization's own jobs are ever shown or started.
//! - Everything here needs the permission `settings.manage`; to run something now, one needs besides what one needs to run
//!   it where it is at home.

mod api;
mod overview;
mod pages;
mod run_now;
mod tasks;

pub use api::api;
pub use overview::{LatestRun, Overview, RunOutcome, Task, load_overview};
pub use pages::routes;
pub use run_now::{Started, run_now, try_again};
