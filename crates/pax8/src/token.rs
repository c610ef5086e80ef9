//! The access token: one for all callers, renewed before it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Error;
use crate::config::RetryPolicy;
use crate::reply::Reply;
use crate::request::Request;
use crate::retry::{Attempts, Fault};
use crate::transport::Transport;

const SCHEME: &str = "Bearer ";

/// A token is renewed this long before its end, or at nine tenths of a short life.
const MARGIN: Duration = Duration::from_secs(300);

/// The life of a token whose answer does not say. Pax8 gives a day.
const UNSTATED_LIFE: Duration = Duration::from_secs(3600);

/// A token that goes into the `Authorization` header and nowhere else.
#[derive(Clone)]
pub(crate) struct AccessToken {
    header: HeaderValue,
    use_until: Instant,
    serial: u64,
}

impl AccessToken {
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The token itself, to keep it out of error texts.
    pub(crate) fn text(&self) -> &str {
        let header = self.header.to_str().unwrap_or_default();
        header.strip_prefix(SCHEME).unwrap_or(header)
    }
}

/// Holds the token. The lock is held while a token is asked for, so that
/// callers who need one at the same time share one request and its outcome.
pub(crate) struct Tokens {
    state: Mutex<State>,
    /// Requests for a token that have ended, well or badly.
    asked: AtomicU64,
}

#[derive(Default)]
struct State {
    token: Option<Arc<AccessToken>>,
    refusal: Option<Error>,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::default(),
            asked: AtomicU64::new(0),
        }
    }

    /// A token that is good for a while: the one at hand or a new one.
    pub(crate) async fn current(
        &self,
        transport: &Transport,
        retry: &RetryPolicy,
    ) -> Result<Arc<AccessToken>, Error> {
        let asked_before = self.asked.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(token) = &state.token
            && Instant::now() < token.use_until
        {
            return Ok(Arc::clone(token));
        }
        let asked = self.asked.load(Ordering::Acquire);
        if asked != asked_before
            && let Some(refusal) = &state.refusal
        {
            // Somebody else asked while this caller waited for the lock.
            return Err(refusal.clone());
        }
        let outcome = ask(transport, retry, asked + 1).await.map(Arc::new);
        state.token = outcome.as_ref().ok().cloned();
        state.refusal = outcome.as_ref().err().cloned();
        self.asked.store(asked + 1, Ordering::Release);
        outcome
    }

    /// Forgets `refused`, unless another caller has replaced it already.
    pub(crate) async fn discard(&self, refused: &AccessToken) {
        let mut state = self.state.lock().await;
        if state
            .token
            .as_ref()
            .is_some_and(|token| token.serial == refused.serial)
        {
            state.token = None;
        }
    }

    /// Forgets whatever token there is.
    pub(crate) async fn clear(&self) {
        self.state.lock().await.token = None;
    }
}

async fn ask(
    transport: &Transport,
    retry: &RetryPolicy,
    serial: u64,
) -> Result<AccessToken, Error> {
    let mut attempts = Attempts::new(retry, &transport.counter);
    loop {
        let outcome = match transport.send(&Request::token(), None).await {
            Ok(reply) => read(reply, serial, transport),
            Err(fault) => Err(fault.map(Error::token_unavailable)),
        };
        match outcome {
            Ok(token) => return Ok(token),
            Err(fault) => attempts.wait(fault).await?,
        }
    }
}

fn read(reply: Reply, serial: u64, transport: &Transport) -> Result<AccessToken, Fault> {
    let received = Instant::now();
    let secrets = transport.secrets(None);
    match reply.status {
        // A web page comes from a proxy or firewall, which knows nothing of credentials.
        400 | 401 | 403 if !reply.is_web_page() => Err(Fault::last(Error::CredentialsRejected {
            status: reply.status,
            reason: reply.problem(&secrets).map(|problem| problem.to_string()),
        })),
        200..300 => parse(&reply, serial, received)
            .ok_or_else(|| Fault::garbled(Error::token_unavailable(unreadable(&reply)))),
        _ => Err(reply.into_fault(&secrets).map(Error::token_unavailable)),
    }
}

fn parse(reply: &Reply, serial: u64, received: Instant) -> Option<AccessToken> {
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    let text = body
        .get("access_token")?
        .as_str()
        .filter(|text| !text.is_empty())?;
    let mut header = HeaderValue::from_str(&format!("{SCHEME}{text}")).ok()?;
    header.set_sensitive(true);
    let life = body
        .get("expires_in")
        .and_then(seconds)
        .map_or(UNSTATED_LIFE, Duration::from_secs);
    Some(AccessToken {
        header,
        use_until: received.checked_add(usable(life)).unwrap_or(received),
        serial,
    })
}

fn seconds(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    }
}

fn usable(life: Duration) -> Duration {
    life.saturating_sub(MARGIN.min(life / 10))
}

/// Says nothing of the body: it may hold a token.
fn unreadable(reply: &Reply) -> Error {
    Error::Protocol {
        path: reply.path.clone(),
        reason: "the answer holds no access token".to_owned(),
        excerpt: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(body: &str) -> Reply {
        Reply {
            path: "/v1/token".to_owned(),
            status: 200,
            retry_after: None,
            body: body.as_bytes().to_vec(),
        }
    }

    fn life(body: &str) -> Option<Duration> {
        let now = Instant::now();
        parse(&reply(body), 1, now).map(|token| token.use_until - now)
    }

    #[tokio::test]
    async fn a_token_is_used_until_shortly_before_its_end() {
        let day = r#"{"access_token":"t","expires_in":86400,"token_type":"Bearer"}"#;
        assert_eq!(life(day), Some(Duration::from_secs(86_400 - 300)));
        let text = r#"{"access_token":"t","expires_in":"60"}"#;
        assert_eq!(life(text), Some(Duration::from_secs(54)));
        assert_eq!(
            life(r#"{"access_token":"t"}"#),
            Some(Duration::from_secs(3300))
        );
        assert_eq!(
            life(r#"{"access_token":"t","expires_in":0}"#),
            Some(Duration::ZERO)
        );
    }

    #[tokio::test]
    async fn an_answer_without_a_usable_token_is_none() {
        for body in [
            "",
            "<html>",
            "{}",
            "[]",
            r#"{"access_token":""}"#,
            r#"{"access_token":5}"#,
            "{\"access_token\":\"a\\nb\"}",
        ] {
            assert!(life(body).is_none(), "{body}");
        }
    }
}
