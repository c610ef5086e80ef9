//! `ascent sandbox`: the Pax8 sandbox alone.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use pax8_sandbox::{Sandbox, SandboxConfig, Wire};

use super::{Failure, print, server, stop};
use crate::config::ListenAddress;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4010")]
    listen: ListenAddress,
    /// The start of every random choice: the same numbers give the same estate
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Companies to generate
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    companies: usize,
    /// Subscriptions to generate
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    subscriptions: usize,
    /// Products to generate
    #[arg(long, value_name = "N", default_value_t = 100)]
    products: usize,
    /// How long every answer waits, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 0)]
    latency_ms: u64,
    /// Requests allowed in any minute before 429; without it, any number
    #[arg(long, value_name = "N")]
    requests_per_minute: Option<u32>,
    /// The habits of the wire: as clients met it, or as published
    #[arg(long, value_enum, default_value_t = WireOption::Live)]
    wire: WireOption,
    /// The client id that receives a token
    #[arg(long, value_name = "ID", default_value = "sandbox-client")]
    client_id: String,
    /// The secret that goes with it
    #[arg(long, value_name = "SECRET", default_value = "sandbox-secret")]
    client_secret: String,
    /// The sandbox's clock, which stands still until it is moved
    #[arg(long, value_name = "INSTANT", default_value = "2026-07-01T12:00:00Z")]
    now: Timestamp,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WireOption {
    Live,
    Spec,
}

impl Options {
    fn config(&self) -> SandboxConfig {
        SandboxConfig {
            seed: self.seed,
            companies: self.companies,
            subscriptions: self.subscriptions,
            products: self.products,
            latency: Duration::from_millis(self.latency_ms),
            requests_per_minute: self.requests_per_minute,
            wire: match self.wire {
                WireOption::Live => Wire::Live,
                WireOption::Spec => Wire::Spec,
            },
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            now: self.now,
            ..SandboxConfig::default()
        }
    }
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let stop = stop::on_signals()?;
    let running = Sandbox::bind(options.listen.to_string(), options.config())
        .await
        .map_err(|cause| server::failed(&options.listen, cause))?;
    let url = running.url();
    print::result(&format!("listening on {url}"));
    print::result(&format!("client id: {}", options.client_id));
    print::result(&format!("client secret: {}", options.client_secret));
    print::result(&format!(
        "control API: {url}/_sandbox/state (no token; described in the sandbox's README)"
    ));
    print::result(&format!("use it with: ascent serve --pax8-url {url}"));
    stop.cancelled().await;
    running
        .shutdown()
        .await
        .map_err(|cause| Failure::Said(format!("The sandbox failed: {cause}.")))
}
