//! How many requests a client has sent.

use std::sync::atomic::{AtomicU64, Ordering};

/// Requests sent by a client since it was made. Taken from
/// [`Client::requests`](crate::Client::requests); the difference of two says
/// what happened between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestCount {
    /// Every request that left, token requests and retries included.
    pub sent: u64,
    /// Of those, requests for a token.
    pub token: u64,
    /// Of those, repeats of a request that had failed.
    pub retries: u64,
}

impl RequestCount {
    /// What was sent after `earlier` was taken.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            sent: self.sent.saturating_sub(earlier.sent),
            token: self.token.saturating_sub(earlier.token),
            retries: self.retries.saturating_sub(earlier.retries),
        }
    }
}

/// The running count behind [`RequestCount`].
#[derive(Debug, Default)]
pub(crate) struct RequestCounter {
    sent: AtomicU64,
    token: AtomicU64,
    retries: AtomicU64,
}

impl RequestCounter {
    pub(crate) fn count_sent(&self, is_token: bool) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        if is_token {
            self.token.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn count_retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self) -> RequestCount {
        RequestCount {
            sent: self.sent.load(Ordering::Relaxed),
            token: self.token.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
        }
    }
}
