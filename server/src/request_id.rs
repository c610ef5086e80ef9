//! The request for which something is done: its id goes along into the log, and into the jobs that it causes.

use std::{fmt, future::Future, sync::Arc};

/// The id of a request. Cloning shares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

/// The longest id that is taken from outside, in characters.
const LONGEST: usize = 64;

tokio::task_local! {
    static CURRENT: RequestId;
}

impl RequestId {
    /// An id that nobody else has.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        Self(uuid::Uuid::now_v7().to_string().into())
    }

    /// The id that a proxy or a program gave, if it is one that can stand in a log: letters, digits, `.`, `_` and `-`.
    #[must_use]
    pub fn given(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let sane = (1..=LONGEST).contains(&text.len()) && text.bytes().all(plain);
        sane.then(|| Self(text.into()))
    }

    /// The request for which the calling task works, if there is one.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Does something for this request.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// The text of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Goes on for the same request in another task, where there is one.
pub async fn carry_on<F: Future>(request: Option<RequestId>, work: F) -> F::Output {
    match request {
        Some(request) => request.scope(work).await,
        None => work.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_from_outside_is_taken_only_if_it_can_stand_in_a_log() {
        for good in ["a", "0197b6a0-1111-7000-8000-000000000000", "lb_1.2-3"] {
            assert_eq!(RequestId::given(good).unwrap().as_str(), good);
        }
        let long = "a".repeat(65);
        for bad in ["", "a b", "a\nb", "{}", "ä", long.as_str()] {
            assert!(RequestId::given(bad).is_none(), "{bad}");
        }
    }

    #[tokio::test]
    async fn whatever_is_done_for_a_request_knows_it() {
        assert!(RequestId::current().is_none());
        let id = RequestId::new();
        let seen = id.clone().scope(async {
            let current = RequestId::current();
            tokio::spawn(carry_on(current, async { RequestId::current() })).await
        });
        assert_eq!(seen.await.unwrap(), Some(id));
    }
}
