//! Whether and when a failed request is tried again.

use std::time::Duration;

use crate::config::RetryPolicy;
use crate::stats::RequestCounter;
use crate::{Error, NetworkFault};

/// An answer that cannot be read is asked for this often in all: once may be
/// an accident on the way, three times is how the server is.
const GARBLED_ATTEMPTS: usize = 3;

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Fault {
    error: Error,
    patience: Patience,
}

#[derive(Debug)]
enum Patience {
    /// Trying again would fail in the same way.
    None,
    /// The answer was unreadable.
    Little,
    /// Pax8 is busy or out of reach; it may have said how long.
    Full(Option<Duration>),
}

impl Fault {
    pub(crate) fn last(error: Error) -> Self {
        Self {
            error,
            patience: Patience::None,
        }
    }

    pub(crate) fn garbled(error: Error) -> Self {
        Self {
            error,
            patience: Patience::Little,
        }
    }

    pub(crate) fn patient(error: Error, retry_after: Option<Duration>) -> Self {
        Self {
            error,
            patience: Patience::Full(retry_after),
        }
    }

    pub(crate) fn network(fault: NetworkFault) -> Self {
        Self::patient(Error::Unreachable { fault, attempts: 1 }, None)
    }

    pub(crate) fn map(self, change: impl FnOnce(Error) -> Error) -> Self {
        Self {
            error: change(self.error),
            ..self
        }
    }
}

/// The attempts at one request.
pub(crate) struct Attempts<'a> {
    waits: Box<dyn Iterator<Item = Duration> + Send>,
    longest_wait: Duration,
    made: usize,
    counter: &'a RequestCounter,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(policy: &RetryPolicy, counter: &'a RequestCounter) -> Self {
        Self {
            waits: Box::new(policy.waits()),
            longest_wait: policy.longest_wait,
            made: 1,
            counter,
        }
    }

    /// Waits as long as the fault asks for; gives its error back when there
    /// is nothing left to try.
    pub(crate) async fn wait(&mut self, fault: Fault) -> Result<(), Error> {
        let Some(wait) = self.next_wait(&fault.patience) else {
            return Err(match fault.patience {
                // It may have had attempts of its own, as a token request has.
                Patience::None => fault.error,
                Patience::Little | Patience::Full(_) => fault.error.after(self.made),
            });
        };
        tracing::debug!(attempt = self.made, ?wait, error = %fault.error, "Pax8 request failed, trying again");
        tokio::time::sleep(wait).await;
        self.made += 1;
        self.counter.count_retry();
        Ok(())
    }

    fn next_wait(&mut self, patience: &Patience) -> Option<Duration> {
        match patience {
            Patience::None => None,
            Patience::Little if self.made >= GARBLED_ATTEMPTS => None,
            Patience::Little | Patience::Full(None) => self.waits.next(),
            Patience::Full(Some(asked)) => {
                let scheduled = self.waits.next()?;
                // "Now" is no answer of a server that has just refused.
                let wait = if asked.is_zero() { scheduled } else { *asked };
                Some(wait.min(self.longest_wait))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    fn busy(retry_after: Option<Duration>) -> Fault {
        let path = "/v1/companies".to_owned();
        Fault::patient(Error::RateLimited { path, attempts: 1 }, retry_after)
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_obeyed_up_to_a_minute() {
        let counter = RequestCounter::default();
        let mut attempts = Attempts::new(&RetryPolicy::default(), &counter);

        for (asked, waited) in [(7, 7), (3600, 60), (30, 30)] {
            let start = Instant::now();
            let fault = busy(Some(Duration::from_secs(asked)));
            attempts.wait(fault).await.unwrap();
            assert_eq!(start.elapsed(), Duration::from_secs(waited));
        }
        assert_eq!(counter.snapshot().retries, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_hint_the_wait_doubles_and_attempts_end() {
        let counter = RequestCounter::default();
        let mut attempts = Attempts::new(&RetryPolicy::default(), &counter);
        let mut least = Duration::from_secs(1);
        for _ in 0..5 {
            let start = Instant::now();
            attempts.wait(busy(None)).await.unwrap();
            assert!(start.elapsed() >= least, "{:?}", start.elapsed());
            assert!(start.elapsed() <= least * 2 + Duration::from_millis(1));
            least *= 2;
        }
        let end = attempts.wait(busy(None)).await;
        assert!(matches!(end, Err(Error::RateLimited { attempts: 6, .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn a_zero_retry_after_still_backs_off() {
        let counter = RequestCounter::default();
        let mut attempts = Attempts::new(&RetryPolicy::default(), &counter);
        let start = Instant::now();
        attempts.wait(busy(Some(Duration::ZERO))).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(1));
    }
}
