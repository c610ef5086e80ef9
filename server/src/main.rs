//! The `ascent` program: everything is in the library; here is only its beginning and its exit code.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    ascent::cli::run().await
}
