//! A large estate is served quickly, so that slow tests are not the sandbox's.

use std::collections::HashSet;
use std::time::Duration;

use pax8_sandbox::SandboxConfig;
use serde_json::Value;
use tokio::time::Instant;

use crate::support::{Api, id};

/// For a page of 200 out of 100,000, without the first, which sorts. Builds
/// without optimization and busy machines get a bound that only a sort for
/// every page would miss.
const BOUND: Duration = Duration::from_millis(if cfg!(debug_assertions) { 150 } else { 5 });

#[tokio::test]
async fn a_hundred_thousand_subscriptions_are_listed_quickly() {
    let api = Api::start(SandboxConfig::sized(20_000, 100_000, 200)).await;
    let path = |page: u64| format!("/v1/subscriptions?sort=createdDate,asc&size=200&page={page}");
    api.get(&path(0)).await;
    let mut spent = Duration::ZERO;
    let mut seen = HashSet::new();
    for page in (0..500).step_by(10) {
        let start = Instant::now();
        let text = api.get(&path(page)).await.text().await.unwrap();
        spent += start.elapsed();
        let body: Value = serde_json::from_str(&text).unwrap();
        seen.extend(body["content"].as_array().unwrap().iter().map(id));
    }
    assert_eq!(seen.len(), 50 * 200);
    println!("{:?} a page", spent / 50);
    assert!(spent / 50 < BOUND, "{:?} a page", spent / 50);
}
