//! Syncs: pulling an organization's estate from Pax8, comparing it with what is stored, and storing the differences.
//!
//! Invariants:
//! - A pull is proved complete before anything is written, and everything is written in one transaction: readers see the
//!   estate before or after, and a failed sync leaves nothing but its own row and the error on the connection.
//! - Only what differs is written. That nothing differed is said once, by the connection's `last_sync_at`.
//! - What Pax8 no longer lists is marked, never removed; what came back absent keeps its last known value; what people
//!   decided lives elsewhere and is not touched.
//! - One sync at a time per organization, on all nodes together, by a lease. Whoever stops renewing it loses it: its sync
//!   is marked as failed and a new one takes its place. A finished sync never runs again.
//! - Every change is recorded, field by field. The record is added to, never edited.

mod absorb;
mod api;
mod events;
mod fingerprint;
mod lease;
mod now;
mod pull;
mod request;
mod run;
mod schedule;
mod sift;
mod store;
mod types;

pub use api::{SyncView, api};
pub(in crate::pax8) use lease::abandon_all;
pub use now::sync_now;
pub(in crate::pax8) use request::enqueue_first;
pub use request::request_sync;
pub use run::{JOB, run_job, run_sync};
pub use schedule::{SCHEDULE, enqueue_due};
pub use store::changes::{Change, list_changes};
pub(in crate::pax8) use store::estate::{count_estate, forget_estate};
pub use store::syncs::{count_failures_since, find_unfinished, list_syncs, load_sync};
pub use types::{Counts, Progress, Scope, Stage, Sync, SyncStatus, Trigger};
