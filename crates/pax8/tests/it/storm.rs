//! Many refusals at once: whole lists all the same, and never more requests in a minute than allowed.

use std::collections::BTreeSet;

use pax8::{Client, ClientConfig, Credentials, RateBudget, Timeouts};
use pax8_sandbox::{Fault, OversizedPages, Place, RetryAfter, Sandbox, SandboxConfig, What};
use tokio::time::{Duration, Instant};

/// Requests that are refused: every fourth.
const REFUSED: u32 = 400;

#[tokio::test(start_paused = true)]
async fn d4_a_storm_of_429s_ends_complete_and_never_exceeds_the_limit() {
    let limit = RateBudget::PAX8_LIMIT;
    let config = SandboxConfig {
        requests_per_minute: Some(limit.get()),
        oversized_pages: OversizedPages::Clamp,
        largest_page: 4,
        ..SandboxConfig::sized(1_200, 4_800, 20)
    };
    let (id, secret) = (config.client_id.clone(), config.client_secret.clone());
    let running = Sandbox::bind("127.0.0.1:0", config).await.unwrap();
    let sandbox = running.sandbox();
    for number in 0..REFUSED {
        let retry_after = match number % 3 {
            0 => None,
            1 => Some(RetryAfter::Seconds(1)),
            _ => Some(RetryAfter::Seconds(0)),
        };
        let refused = What::TooManyRequests { retry_after };
        let fault = Fault::new(Place::Any, refused).skip(4 * number);
        sandbox.faults().add(fault);
    }
    let budget = RateBudget::new(limit);
    let mut config =
        ClientConfig::new(Credentials::new(&id, &secret), budget).with_base_url(running.url());
    // The clock of this test leaps from one wait to the next.
    let day = Duration::from_secs(86_400);
    config.timeouts = Timeouts {
        connect: day,
        read: day,
        whole: day,
    };
    let client = Client::new(config).unwrap();
    let start = Instant::now();
    let companies = client.list_companies().complete(|_, _| {}).await.unwrap();
    let subscriptions = client
        .list_subscriptions()
        .complete(|_, _| {})
        .await
        .unwrap();

    let estate = sandbox.estate();
    let listed = estate
        .companies()
        .into_iter()
        .filter(|it| it.status != "Deleted");
    let there: BTreeSet<_> = listed.map(|it| it.id.clone()).collect();
    let pulled: BTreeSet<_> = companies.rows().iter().map(|it| it.id.clone()).collect();
    assert_eq!(pulled, there);
    let there: BTreeSet<_> = estate
        .subscriptions()
        .iter()
        .map(|it| it.id.clone())
        .collect();
    let pulled: BTreeSet<_> = subscriptions
        .rows()
        .iter()
        .map(|it| it.id.clone())
        .collect();
    assert_eq!(pulled, there);
    let counters = sandbox.counters();
    assert_eq!(counters.faults, u64::from(REFUSED), "the storm came");
    assert!(counters.requests > 1_800, "{counters:?}");
    assert!(counters.peak_per_minute <= limit.get(), "{counters:?}");
    assert_eq!(counters.throttled, 0, "{counters:?}");
    assert!(
        start.elapsed() > Duration::from_secs(60),
        "the limit was met"
    );
}
