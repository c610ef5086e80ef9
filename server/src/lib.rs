//! The Ascent server: slices by subject over the pure crates.
//!
//! Each slice (`clients`, `recurring`, `invoices`, `pax8`, …) owns its types, its SQL, its verbs, its pages and its API.
//! A slice calls another slice's verbs and types, never its SQL. `http` is the frame that all pages and calls share,
//! `jobs` the durable queue, `cli` the command line.

pub mod accounts;
pub mod alerts;
pub mod app;
pub mod audit;
pub mod background_jobs;
pub mod billing_runs;
pub mod checks;
pub mod cli;
pub mod clients;
pub mod clock;
pub mod config;
pub mod dashboard;
pub mod deliveries;
pub mod disk;
pub mod error;
pub mod exports;
pub mod http;
pub mod ids;
pub mod integrations;
pub mod invoices;
pub mod jobs;
pub mod like;
pub mod mail;
pub mod metrics;
pub mod organizations;
pub mod pax8;
pub mod recurring;
pub mod request_id;
pub mod search;
pub mod secrets;

/// Many small pieces are given and taken back by many threads: rows, JSON, answers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Every kind of job that the program does.
#[must_use]
pub fn job_registry() -> jobs::Registry {
    jobs::Registry::default()
        .with(accounts::notice::JOB, accounts::notice::perform)
        .with(alerts::JOB, alerts::perform)
        .with(billing_runs::JOB, billing_runs::perform)
        .with(deliveries::JOB, deliveries::perform)
        .with(pax8::sync::JOB, pax8::sync::run_job)
}

/// Everything that happens by the clock.
#[must_use]
pub fn schedules() -> Vec<jobs::Scheduled> {
    vec![
        jobs::Scheduled::new(http::idempotency::SCHEDULE, http::idempotency::forget_old),
        jobs::Scheduled::new(billing_runs::SCHEDULE, billing_runs::daily),
        jobs::Scheduled::new(pax8::sync::SCHEDULE, pax8::sync::enqueue_due),
        // After the others, so that what was due while no process ran is not taken for late.
        jobs::Scheduled::new(alerts::SCHEDULE, alerts::watch),
    ]
}

/// Everything that is sealed under the data keys of organizations.
#[must_use]
pub fn resealers() -> [secrets::Resealer; 3] {
    [
        alerts::RESEALER,
        http::idempotency::RESEALER,
        pax8::connection::RESEALER,
    ]
}
