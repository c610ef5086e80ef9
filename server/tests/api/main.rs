//! The server through its public face: pages and API, with typed users of two organizations, on both engines, against the
//! Pax8 sandbox. One binary, a module per slice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

mod account_notices;
mod accounts;
mod alerts;
mod answers;
mod api_tokens;
mod assets;
mod audit;
mod background_jobs;
mod billing;
mod billing_settings;
mod broken_disk;
mod census;
mod client_estate;
mod client_pages;
mod clients;
mod confirmation;
mod contract;
mod deliveries;
mod docs;
mod estate;
mod exports;
mod first_passwords;
mod held;
mod hook;
mod idempotency;
mod invitations;
mod jobs;
#[path = "../leaks/mod.rs"]
mod leaks;
mod logo;
mod me;
mod media;
mod metrics;
mod organization;
mod pax8_connection;
mod pax8_decisions;
mod pax8_faults;
mod pax8_lifecycle;
mod pax8_matrix;
mod pax8_pages;
mod pax8_sync;
mod plans;
mod post;
mod recurring;
mod recurring_pages;
mod roles;
mod rotation;
mod search;
mod second_factor;
mod security_table;
mod sorting;
mod specification;
mod statistics;
mod tenants;
mod token_scopes;
mod users;
mod walk;
mod world;
#[path = "../year/mod.rs"]
mod year;
