//! Turning requests away before they pile up: too many at once, or too many a minute from one address or with one token.
//!
//! Monitors and assets are let through in any case: the first must not take busy for dead, the second cost nothing.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::CookieJar;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{PageError, Problem, RemoteAddress, actor::SESSION_COOKIES, openapi};
use crate::error::{Error, Result};

/// Requests at work at once in one process; more are told to come back.
const REQUESTS: usize = 256;
/// Streams of events that are open at once in one process. They wait most of the time, and are not among the requests.
const STREAMS: usize = 512;
/// Requests a minute from one address, or with one token or session, unless the operator says otherwise.
pub const USUAL_RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(2999);
/// As many senders are remembered before those are forgotten who have been quiet.
const REMEMBERED: usize = 10_000;
/// A minute's worth may come at once.
const BURST: i64 = 60_000_000;

/// The limits of one process.
#[derive(Debug)]
pub struct Limits {
    requests: Semaphore,
    streams: Arc<Semaphore>,
    rate: Rate,
}

impl Limits {
    /// The usual limits, with so many requests a minute from one sender; none: any number.
    #[must_use]
    pub fn new(rate: Option<NonZeroU32>) -> Self {
        Self::of(REQUESTS, STREAMS, rate)
    }

    fn of(requests: usize, streams: usize, rate: Option<NonZeroU32>) -> Self {
        Self {
            requests: Semaphore::new(requests),
            streams: Arc::new(Semaphore::new(streams)),
            rate: Rate {
                // Microseconds between two requests at that rate.
                every: rate.map_or(0, |rate| BURST / i64::from(rate.get())),
                senders: Mutex::default(),
            },
        }
    }

    /// A place for a stream of events, until it is dropped.
    pub(super) fn open_stream(&self) -> Result<OwnedSemaphorePermit> {
        self.streams.clone().try_acquire_owned().map_err(|_| busy())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(Some(USUAL_RATE))
    }
}

/// How fast senders may be. Each is remembered by the instant until which what it sent is paid for.
#[derive(Debug)]
struct Rate {
    /// Microseconds; 0: no limit.
    every: i64,
    senders: Mutex<HashMap<Sender, i64>>,
}

/// Who sends: a digest, so that no token is kept.
type Sender = [u8; 16];

impl Rate {
    /// Goes on unless the sender is too fast.
    fn spend(&self, sender: Sender, now: Timestamp) -> Result<()> {
        if self.every == 0 {
            return Ok(());
        }
        let now = now.as_microsecond();
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if senders.len() >= REMEMBERED {
            senders.retain(|_, paid| *paid > now);
        }
        let paid = senders.entry(sender).or_insert(now);
        let after = (*paid).max(now) + self.every;
        let wait = after - now - BURST;
        if wait > 0 {
            let seconds = u32::try_from(wait / 1_000_000 + 1).unwrap_or(u32::MAX);
            return Err(Error::TooFast {
                retry_after_seconds: seconds,
            });
        }
        *paid = after;
        Ok(())
    }
}

/// Lets a request through, or turns it away.
pub(super) async fn admit(
    limits: &Limits,
    now: Timestamp,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if matches!(path, "/healthz" | "/readyz" | "/metrics") || path.starts_with("/assets/") {
        return next.run(request).await;
    }
    let is_call = path.starts_with(openapi::BASE);
    let refused = |error: Error| match is_call {
        true => Problem(error).into_response(),
        false => PageError::from(error).into_response(),
    };
    for sender in senders(&request) {
        if let Err(error) = limits.rate.spend(sender, now) {
            return refused(error);
        }
    }
    match limits.requests.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => refused(busy()),
    }
}

fn busy() -> Error {
    Error::Unavailable("The server is busy. Try again in a moment.".to_owned())
}

/// The address that a request comes from, and the token or session that it carries.
fn senders(request: &Request) -> impl Iterator<Item = Sender> {
    let address = request.extensions().get::<RemoteAddress>();
    let address = address.and_then(|it| it.0);
    let address = address.map(|it| digest("address", it.to_string().as_bytes()));
    let pass = pass(request.headers());
    address.into_iter().chain(pass)
}

fn pass(headers: &HeaderMap) -> Option<Sender> {
    if let Some(token) = headers.get(header::AUTHORIZATION) {
        return Some(digest("token", token.as_bytes()));
    }
    let jar = CookieJar::from_headers(headers);
    let session = SESSION_COOKIES.iter().find_map(|name| jar.get(name))?;
    Some(digest("session", session.value().as_bytes()))
}

fn digest(kind: &str, text: &[u8]) -> Sender {
    let mut digest = Sha256::new();
    digest.update(kind.as_bytes());
    digest.update([0]);
    digest.update(text);
    let mut first = [0; 16];
    first.copy_from_slice(&digest.finalize()[..16]);
    first
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware, routing::get};
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    #[test]
    fn a_minutes_worth_may_come_at_once_and_then_one_at_a_time() {
        let limits = Limits::of(1, 1, NonZeroU32::new(60));
        let (one, other) = (digest("address", b"a"), digest("address", b"b"));
        for _ in 0..60 {
            limits.rate.spend(one, at(0)).unwrap();
        }
        let Err(Error::TooFast {
            retry_after_seconds,
        }) = limits.rate.spend(one, at(0))
        else {
            panic!("the 61st was let through")
        };
        assert_eq!(retry_after_seconds, 2);
        limits.rate.spend(other, at(0)).unwrap();
        assert!(limits.rate.spend(one, at(999)).is_err());
        limits.rate.spend(one, at(1000)).unwrap();
        assert!(limits.rate.spend(one, at(1000)).is_err());
        for _ in 0..60 {
            limits.rate.spend(one, at(120_000)).unwrap();
        }
        assert!(limits.rate.spend(one, at(120_000)).is_err());
    }

    #[test]
    fn no_rate_is_no_limit_and_those_who_are_quiet_are_forgotten() {
        let limits = Limits::of(1, 1, None);
        for _ in 0..10_000 {
            limits.rate.spend(digest("address", b"a"), at(0)).unwrap();
        }
        let limits = Limits::of(1, 1, NonZeroU32::new(60));
        for number in 0..REMEMBERED {
            let sender = digest("address", &number.to_be_bytes());
            limits.rate.spend(sender, at(0)).unwrap();
        }
        limits
            .rate
            .spend(digest("address", b"a"), at(5000))
            .unwrap();
        assert_eq!(limits.rate.senders.lock().unwrap().len(), 1);
    }

    async fn ask(router: &Router, path: &str, token: &str) -> Response {
        let mut request = Request::get(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, token);
        }
        let mut request = request.body(Body::empty()).unwrap();
        let address = RemoteAddress(Some([192, 0, 2, 1].into()));
        request.extensions_mut().insert(address);
        router.clone().oneshot(request).await.unwrap()
    }

    fn limited(router: Router, limits: Limits) -> Router {
        let limits = Arc::new(limits);
        router.layer(middleware::from_fn(move |request, next| {
            let limits = limits.clone();
            async move { admit(&limits, at(0), request, next).await }
        }))
    }

    #[tokio::test]
    async fn a_request_beyond_the_limit_is_told_to_come_back() {
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let wait = {
            let (entered, leave) = (entered.clone(), leave.clone());
            async move || {
                entered.notify_one();
                leave.notified().await;
            }
        };
        let router = Router::new()
            .route("/slow", get(wait))
            .route("/page", get(async || "page"))
            .route("/healthz", get(async || "ok"))
            .route("/api/v1/call", get(async || "call"));
        let router = limited(router, Limits::of(1, 1, None));
        let slow = tokio::spawn({
            let router = router.clone();
            async move { ask(&router, "/slow", "").await }
        });
        entered.notified().await;
        for (path, kind) in [
            ("/page", "text/html"),
            ("/api/v1/call", "application/problem+json"),
        ] {
            let refused = ask(&router, path, "").await;
            assert_eq!(refused.status(), 503, "{path}");
            assert_eq!(refused.headers()["retry-after"], "5");
            let answered = refused.headers()["content-type"].to_str().unwrap();
            assert!(answered.starts_with(kind), "{answered}");
        }
        let alive = ask(&router, "/healthz", "").await;
        assert_eq!(alive.status(), 200, "busy is alive");
        leave.notify_one();
        assert_eq!(slow.await.unwrap().status(), 200);
        assert_eq!(ask(&router, "/page", "").await.status(), 200);
    }

    #[tokio::test]
    async fn a_sender_who_is_too_fast_is_told_when_to_come_back() {
        let router = Router::new()
            .route("/page", get(async || "page"))
            .route("/assets/app.css", get(async || "style"))
            .route("/api/v1/call", get(async || "call"));
        let router = limited(router, Limits::of(9, 9, NonZeroU32::new(2)));
        for path in ["/page", "/api/v1/call"] {
            assert_eq!(ask(&router, path, "Bearer a").await.status(), 200);
        }
        for (path, kind) in [
            ("/page", "text/html"),
            ("/api/v1/call", "application/problem+json"),
        ] {
            let refused = ask(&router, path, "Bearer b").await;
            assert_eq!(refused.status(), 429, "another token helps nobody");
            assert_eq!(refused.headers()["retry-after"], "31");
            let answered = refused.headers()["content-type"].to_str().unwrap();
            assert!(answered.starts_with(kind), "{answered}");
        }
        let style = ask(&router, "/assets/app.css", "").await;
        assert_eq!(style.status(), 200);
    }

    #[test]
    fn streams_are_counted_while_they_are_open() {
        let limits = Limits::of(1, 1, None);
        let open = limits.open_stream().unwrap();
        assert_eq!(limits.open_stream().unwrap_err().status(), 503);
        drop(open);
        drop(limits.open_stream().unwrap());
    }
}
