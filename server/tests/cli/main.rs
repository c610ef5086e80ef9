//! The program itself: the binary is started as an operator starts it, with its own folder and port, and judged by what it
//! prints, answers and leaves behind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

mod backup;
mod bill;
mod crashes;
mod demo;
mod help;
#[path = "../leaks/mod.rs"]
mod leaks;
mod log;
mod nodes;
mod outgoing;
#[path = "../api/post.rs"]
#[allow(dead_code, reason = "the API's tests ask more of it")]
mod post;
mod postgres;
mod process;
mod rotate_key;
mod sandbox;
mod secrets;
mod serve;
mod settings;
mod setup;
mod start;
mod sync;
