//! How many requests may leave in a minute, for everything that shares the budget.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

type Limiter = RateLimiter<NotKeyed, InMemoryState, BudgetClock, NoOpMiddleware<Nanos>>;

/// A shared allowance of requests a minute. Clones share the same allowance.
///
/// Pax8 allows 1,000 requests a minute and does not say whether that counts
/// per credential or per partner, so everything that asks for one partner
/// shares a budget. Retries and token requests spend it too.
///
/// A tenth of the minute's allowance may leave at once; the other nine tenths
/// become free evenly over the minute. So every sliding minute, not only
/// every minute of the clock, holds the limit.
#[derive(Clone)]
pub struct RateBudget {
    limiter: Arc<Limiter>,
    per_minute: NonZeroU32,
}

impl RateBudget {
    /// What Pax8 allows: 1,000 requests a minute.
    pub const PAX8_LIMIT: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

    /// A budget of `per_minute` requests in any sliding minute.
    #[must_use]
    pub fn new(per_minute: NonZeroU32) -> Self {
        let quota = quota(per_minute);
        let limiter = RateLimiter::direct_with_clock(quota, BudgetClock::start());
        Self {
            limiter: Arc::new(limiter),
            per_minute,
        }
    }

    /// The limit, in requests a minute.
    #[must_use]
    pub fn per_minute(&self) -> NonZeroU32 {
        self.per_minute
    }

    /// How many requests may leave at once after a quiet minute.
    #[must_use]
    pub fn burst(&self) -> NonZeroU32 {
        burst(self.per_minute)
    }

    /// Waits until one more request may leave, and spends it.
    pub(crate) async fn spend(&self) {
        while let Err(not_yet) = self.limiter.check() {
            let wait = not_yet.wait_time_from(self.limiter.clock().now());
            tokio::time::sleep(wait).await;
        }
    }
}

impl Default for RateBudget {
    /// The limit of Pax8, [`RateBudget::PAX8_LIMIT`].
    fn default() -> Self {
        Self::new(Self::PAX8_LIMIT)
    }
}

impl std::fmt::Debug for RateBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateBudget")
            .field("per_minute", &self.per_minute)
            .finish_non_exhaustive()
    }
}

fn burst(per_minute: NonZeroU32) -> NonZeroU32 {
    NonZeroU32::new(per_minute.get() / 10).unwrap_or(NonZeroU32::MIN)
}

/// The bucket holds `burst` and refills by the rest of the allowance a
/// minute: a sliding minute can see the full bucket and one minute's refill.
fn quota(per_minute: NonZeroU32) -> Quota {
    let burst = burst(per_minute);
    let refill = (per_minute.get() - burst.get()).max(1);
    // A limit of one a minute has no refill beside its burst: one a minute and a bit.
    let period = if per_minute == NonZeroU32::MIN {
        MINUTE + Duration::from_millis(1)
    } else {
        // Rounded up, so that the refill never runs ahead of the limit.
        MINUTE / refill + Duration::from_nanos(1)
    };
    Quota::with_period(period)
        .unwrap_or(Quota::per_minute(NonZeroU32::MIN))
        .allow_burst(burst)
}

/// The clock of the runtime, which a test may pause and move.
#[derive(Clone)]
struct BudgetClock {
    start: Instant,
}

impl BudgetClock {
    fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Clock for BudgetClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.start.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// The moments at which `count` requests were let through.
    async fn departures(budget: &RateBudget, count: usize) -> Vec<Instant> {
        let mut moments = Vec::with_capacity(count);
        for _ in 0..count {
            budget.spend().await;
            moments.push(Instant::now());
        }
        moments
    }

    fn busiest_minute(departures: &[Instant]) -> usize {
        let mut window = VecDeque::new();
        let mut busiest = 0;
        for moment in departures {
            window.push_back(*moment);
            while window
                .front()
                .is_some_and(|first| *moment - *first > MINUTE)
            {
                window.pop_front();
            }
            busiest = busiest.max(window.len());
        }
        busiest
    }

    #[tokio::test(start_paused = true)]
    async fn no_sliding_minute_holds_more_than_the_limit() {
        for limit in [1, 2, 9, 10, 60, 1000] {
            let budget = RateBudget::new(NonZeroU32::new(limit).unwrap());
            let limit = usize::try_from(limit).unwrap();
            let sent = departures(&budget, limit * 3).await;
            assert!(busiest_minute(&sent) <= limit, "limit {limit}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_hour_saves_up_no_more_than_the_burst() {
        let budget = RateBudget::default();
        departures(&budget, 100).await;
        tokio::time::advance(Duration::from_secs(3600)).await;
        let sent = departures(&budget, 2000).await;
        assert!(busiest_minute(&sent) <= 1000);
        let at_once = sent.iter().filter(|moment| **moment == sent[0]).count();
        assert_eq!(at_once, 100);
    }

    #[tokio::test(start_paused = true)]
    async fn clones_spend_one_allowance() {
        let budget = RateBudget::new(NonZeroU32::new(10).unwrap());
        let other = budget.clone();
        let start = Instant::now();
        budget.spend().await;
        other.spend().await;
        assert!(start.elapsed() > Duration::from_secs(6));
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_is_used_and_not_only_kept() {
        let budget = RateBudget::default();
        let start = Instant::now();
        departures(&budget, 1000).await;
        assert!(start.elapsed() <= MINUTE + Duration::from_secs(1));
    }
}
