//! The rolling minute. Requests are kept with their instants, so the limit
//! holds for any 60 seconds, not for minutes of the clock.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

/// The requests of the last 60 seconds.
#[derive(Default)]
pub(crate) struct RollingMinute {
    seen: VecDeque<Instant>,
}

impl RollingMinute {
    /// How many there were in the minute that ends now.
    pub(crate) fn count(&mut self, now: Instant) -> u32 {
        while self
            .seen
            .front()
            .is_some_and(|at| now.duration_since(*at) >= MINUTE)
        {
            self.seen.pop_front();
        }
        u32::try_from(self.seen.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn record(&mut self, now: Instant) {
        self.seen.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_leaves_after_exactly_a_minute() {
        let start = Instant::now();
        let mut minute = RollingMinute::default();
        minute.record(start);
        minute.record(start + Duration::from_secs(30));
        assert_eq!(minute.count(start + Duration::from_millis(59_999)), 2);
        assert_eq!(minute.count(start + MINUTE), 1);
        assert_eq!(minute.count(start + Duration::from_secs(90)), 0);
    }
}
