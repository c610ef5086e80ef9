//! The client against scripted servers: what it sends, and what it makes of
//! every answer.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as expected, in its helpers too"
)]

mod auth;
mod faults;
mod paging;
mod raw;
mod read_only;
mod rows;
mod storm;
mod support;
