//! What a client is made from: where, who, how patient, how much.

use std::net::IpAddr;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::Url;

use crate::{Credentials, Error, RateBudget};

/// Everything a [`Client`](crate::Client) needs to know.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The address in front of `/v1`: `https://api.pax8.com`, or a loopback
    /// `http` address for a sandbox. Anything else is refused.
    pub base_url: String,
    /// The client id and secret.
    pub credentials: Credentials,
    /// The allowance of requests, shared with every other client of the process.
    pub rate: RateBudget,
    /// How long to wait for an answer.
    pub timeouts: Timeouts,
    /// How often and how soon to try again.
    pub retry: RetryPolicy,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Requests in flight for one list, at least 1.
    pub parallelism: usize,
    /// The largest answer read, in bytes after decompression.
    pub max_body_bytes: usize,
    /// The longest list read, in pages of 200 rows.
    pub max_pages: u64,
}

impl ClientConfig {
    /// The address of Pax8 itself.
    pub const PAX8_URL: &'static str = "https://api.pax8.com";

    /// A configuration for Pax8 itself, with the defaults of this crate.
    #[must_use]
    pub fn new(credentials: Credentials, rate: RateBudget) -> Self {
        Self {
            base_url: Self::PAX8_URL.to_owned(),
            credentials,
            rate,
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            user_agent: concat!("ascent-pax8/", env!("CARGO_PKG_VERSION")).to_owned(),
            parallelism: 5,
            max_body_bytes: 16 * 1024 * 1024,
            max_pages: 10_000,
        }
    }

    /// The same configuration for another address.
    #[must_use]
    pub fn with_base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The base address, once it is known to be safe to send a secret to.
    pub(crate) fn checked_base(&self) -> Result<Url, Error> {
        let url = Url::parse(self.base_url.trim())
            .map_err(|_| Error::config("the Pax8 address is not a URL"))?;
        if !(url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url))) {
            return Err(Error::config(
                "the Pax8 address must start with https:// (http:// only for this machine itself)",
            ));
        }
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !bare || url.cannot_be_a_base() {
            return Err(Error::config(
                "the Pax8 address must be a plain address without a user, query or fragment",
            ));
        }
        Ok(url)
    }
}

/// Whether the address names this machine, where nobody can listen in.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// How long to wait for Pax8 before an attempt counts as failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the connection to stand.
    pub connect: Duration,
    /// For the next bytes of the answer.
    pub read: Duration,
    /// For the whole answer.
    pub whole: Duration,
}

impl Default for Timeouts {
    /// 10 seconds to connect, 60 between bytes, 3 minutes for the whole.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(60),
            whole: Duration::from_secs(180),
        }
    }
}

/// How often a failed request is repeated and how long the waits are.
///
/// The wait doubles from `first_wait` up to `longest_wait`, with up to as much
/// again of jitter on top. A `Retry-After` of Pax8 replaces it, also up to
/// `longest_wait`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first one included; at least 1.
    pub max_attempts: usize,
    /// The wait after the first failure.
    pub first_wait: Duration,
    /// No wait is longer than this.
    pub longest_wait: Duration,
}

impl RetryPolicy {
    /// The waits between the attempts, one fewer than there are attempts.
    pub(crate) fn waits(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        let longest = self.longest_wait;
        ExponentialBuilder::default()
            .with_min_delay(self.first_wait)
            .with_max_delay(longest)
            .with_max_times(self.max_attempts.saturating_sub(1))
            .with_jitter()
            .build()
            .map(move |wait| wait.min(longest))
    }
}

impl Default for RetryPolicy {
    /// Six attempts: waits of about 1, 2, 4, 8 and 16 seconds, at most a minute.
    fn default() -> Self {
        Self {
            max_attempts: 6,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str) -> Result<Url, Error> {
        ClientConfig::new(Credentials::new("id", "secret"), RateBudget::default())
            .with_base_url(url)
            .checked_base()
    }

    #[test]
    fn a_secret_only_travels_encrypted_or_stays_on_this_machine() {
        for good in [
            "https://api.pax8.com",
            "https://api.pax8.com/",
            "http://127.0.0.1:4000",
            "http://127.8.8.8",
            "http://localhost:1/sandbox",
            "http://[::1]:4000",
        ] {
            assert!(base(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.pax8.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "https://user:word@api.pax8.com",
            "https://api.pax8.com?x=1",
            "https://api.pax8.com#x",
            "ftp://127.0.0.1",
            "data:text/plain,x",
            "api.pax8.com",
            "",
        ] {
            assert!(matches!(base(bad), Err(Error::Config { .. })), "{bad}");
        }
    }

    #[test]
    fn waits_grow_and_stay_below_the_longest() {
        let policy = RetryPolicy {
            max_attempts: 12,
            ..RetryPolicy::default()
        };
        let waits: Vec<_> = policy.waits().collect();
        assert_eq!(waits.len(), 11);
        let mut least = Duration::from_secs(1);
        for wait in waits {
            assert!(wait >= least && wait <= policy.longest_wait, "{wait:?}");
            least = (least * 2).min(policy.longest_wait);
        }
    }

    #[test]
    fn one_attempt_means_no_wait() {
        let policy = RetryPolicy {
            max_attempts: 1,
            ..RetryPolicy::default()
        };
        assert_eq!(policy.waits().count(), 0);
    }
}
