//! Pages in headless Chromium, against the program as a user starts it: `ascent demo` as a process of its own.
//!
//! Needs `chromium` and `chromedriver` on the path; without them these tests say that they are skipped, unless
//! `ASCENT_TEST_REQUIRE_BROWSER` is set. Screenshots are kept where `ASCENT_SCREENSHOTS` names a folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

mod axe;
mod browser;
mod cards;
mod demo;
mod dialogs;
mod ending;
mod first_run;
mod keyboard;
mod live;
mod main_path;
mod no_script;
mod pages;
mod passwords;
mod process;
mod second_factor;
