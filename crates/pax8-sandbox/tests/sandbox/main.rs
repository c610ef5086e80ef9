//! The sandbox from outside: over HTTP and through the library's calls. One
//! binary, because linking an HTTP client takes longer than all of the tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod control;
mod estate;
mod faults;
mod partner_api;
mod published;
mod schema;
mod speed;
mod support;
