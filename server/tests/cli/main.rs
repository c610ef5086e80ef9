//! The program itself: the binary is started as an operator starts it, with its own folder and port, and judged by what it
//! prints, answers and leaves behind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

mod bill;
mod demo;
mod help;
mod process;
mod sandbox;
mod serve;
mod settings;
mod setup;
mod start;
mod sync;
