//! `Idempotency-Key`: a POST that is sent again answers what it answered the first time, and does nothing twice.
//!
//! - The attempt is recorded before the work begins, and the answer after it. A process that ends in between leaves an attempt
//!   without an answer: what came of it is not known, and the key says so instead of doing the work again.
//! - A key belongs to one user of one organization, and to one request: method, path and body.
//! - Answers are sealed like stored credentials, for one may hold a secret that is shown once. So is the request's digest.
//! - What did not get to the work (401, 403, 415, 429) is not kept, and the key is free again.
//! - A failure (5xx) may have come after a part of the work, or after all of it: its outcome is not known either.

mod store;

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest as _, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;

use super::{Problem, actor::Admitted};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
    request_id::{RequestId, carry_on},
};

pub use store::RESEALER;

/// The header that carries the key.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Marks an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The code of the refusal of a second request while the first is at work.
pub(super) const IN_USE: &str = "idempotency_key_in_use";

/// The longest key, in characters.
const LONGEST_KEY: usize = 255;
/// The longest answer that is kept, in bytes; ours are far shorter.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;
/// How long a request is taken to be at work after its process was last heard of.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// Between two signs of a process that a request is at work.
const RENEWAL: Duration = Duration::from_secs(30);
/// Answers are kept this long.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The name of the schedule that forgets what is old.
pub const SCHEDULE: &str = "idempotency.forget";
/// Seconds between two looks for what is old.
const LOOK: i64 = 15 * 60;

/// A request with a key.
#[derive(Clone)]
struct Keyed {
    organization: OrganizationId,
    account: AccountId,
    key: String,
    digest: String,
}

/// An answer as it is kept.
struct Kept {
    status: StatusCode,
    content_type: Option<String>,
    body: String,
}

/// Does a request with a key once.
pub(super) async fn once(app: App, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match begin(&app, request).await {
        Ok(Begun::New(keyed, request)) => to_its_end(app, keyed, *request, next).await,
        Ok(Begun::Known(kept)) => replay(kept),
        Err(error) => Problem(error).into_response(),
    }
}

enum Begun {
    New(Keyed, Box<Request>),
    Known(Kept),
}

async fn begin(app: &App, request: Request) -> Result<Begun> {
    let key = key(request.headers())?;
    let (parts, body) = request.into_parts();
    let Some(Admitted(actor)) = parts.extensions.get::<Admitted>().cloned() else {
        return Err(Error::NotSignedIn);
    };
    let whole = Request::from_parts(parts.clone(), body);
    let body = Bytes::from_request(whole, app)
        .await
        .map_err(|error| Error::Unreadable(format!("The body cannot be read: {error}")))?;
    let path = parts.uri.path_and_query().map_or("", |it| it.as_str());
    let keyed = Keyed::new(&actor, key, digest(&parts.method, path, &body));
    Ok(match store::claim(app, &keyed).await? {
        Some(kept) => Begun::Known(kept),
        None => {
            let request = Request::from_parts(parts, Body::from(body));
            Begun::New(keyed, Box::new(request))
        }
    })
}

impl Keyed {
    fn new(actor: &Actor, key: String, digest: String) -> Self {
        Self {
            organization: actor.organization,
            account: actor.account,
            key,
            digest,
        }
    }
}

fn key(headers: &HeaderMap) -> Result<String> {
    let bytes = headers
        .get(KEY)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    let visible = bytes.iter().all(u8::is_ascii_graphic);
    if bytes.is_empty() || bytes.len() > LONGEST_KEY || !visible {
        return Err(Error::refused(
            "invalid_idempotency_key",
            "Use 1 to 255 visible ASCII characters without spaces as the Idempotency-Key, such as a UUID.",
        ));
    }
    Ok(bytes.iter().map(|byte| char::from(*byte)).collect())
}

fn digest(method: &Method, path: &str, body: &[u8]) -> String {
    let mut digest = Sha256::new();
    for part in [method.as_str().as_bytes(), path.as_bytes(), body] {
        // The length before each part keeps the parts apart.
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    let digest = digest.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Works in a task of its own, so that the answer is kept although the one who asked has gone.
async fn to_its_end(app: App, keyed: Keyed, request: Request, next: Next) -> Response {
    let (app_after, keyed_after) = (app.clone(), keyed.clone());
    let work = async move {
        let response = tokio::select! {
            response = next.run(request) => response,
            never = stay_at_work(&app, &keyed) => match never {},
        };
        conclude(&app, &keyed, response).await
    };
    match tokio::spawn(carry_on(RequestId::current(), work.in_current_span())).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => Problem(error).into_response(),
        Err(panicked) => {
            end(&app_after, &keyed_after).await;
            Problem(Error::internal(panicked)).into_response()
        }
    }
}

/// Says again and again that the request is at work.
async fn stay_at_work(app: &App, keyed: &Keyed) -> Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = store::renew(app, keyed).await {
            tracing::warn!(error = ?error, "the lease of an idempotency key could not be renewed");
        }
    }
}

/// What an answer says about the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Done, or refused for good: to be answered again.
    Decided,
    /// Turned away before it began: the key is free.
    NotBegun,
    /// Failed somewhere: perhaps a part of it is done.
    Unknown,
}

impl Outcome {
    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::TOO_MANY_REQUESTS => Self::NotBegun,
            status if status.is_server_error() => Self::Unknown,
            _ => Self::Decided,
        }
    }
}

/// Stores the answer of a decision, frees the key where the work did not begin, and ends the attempt where it failed.
async fn conclude(app: &App, keyed: &Keyed, response: Response) -> Result<Response> {
    match Outcome::of(response.status()) {
        Outcome::Decided => keep(app, keyed, response).await,
        Outcome::NotBegun => {
            if let Err(error) = store::release(app, keyed).await {
                tracing::error!(error = ?error, "an idempotency key could not be freed");
            }
            Ok(response)
        }
        Outcome::Unknown => {
            end(app, keyed).await;
            Ok(response)
        }
    }
}

/// The request is not at work any more, and there is no answer to keep.
async fn end(app: &App, keyed: &Keyed) {
    if let Err(error) = store::end(app, keyed).await {
        // The lease runs out by itself.
        tracing::error!(error = ?error, "an idempotent attempt could not be ended");
    }
}

async fn keep(app: &App, keyed: &Keyed, response: Response) -> Result<Response> {
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, LONGEST_ANSWER).await;
    let body = body.map_err(Error::internal)?;
    let content_type = parts.headers.get(header::CONTENT_TYPE);
    let kept = Kept {
        status: parts.status,
        content_type: content_type
            .and_then(|it| it.to_str().ok())
            .map(str::to_owned),
        body: String::from_utf8(body.to_vec()).map_err(Error::internal)?,
    };
    if let Err(error) = store::answer(app, keyed, &kept).await {
        // The work is done and its answer right; a retry will be told that the outcome is not known.
        tracing::error!(error = ?error, "an answer could not be kept for its idempotency key");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replay(kept: Kept) -> Response {
    let mut response = (kept.status, kept.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    let content_type = kept.content_type.as_deref().map(HeaderValue::from_str);
    if let Some(Ok(content_type)) = content_type {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Forgets answers that are a day old. The clock is looked at every few seconds; this looks four times an hour.
///
/// # Errors
/// When the database is gone.
pub async fn forget_old(app: App) -> Result<()> {
    let now: Timestamp = app.clock.now();
    if now.as_second().rem_euclid(LOOK) >= 10 {
        return Ok(());
    }
    store::delete_before(&app, now - KEPT).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(text: &[u8]) -> Result<String> {
        let value = HeaderValue::from_bytes(text).unwrap();
        key(&HeaderMap::from_iter([(KEY, value)]))
    }

    #[test]
    fn a_key_is_visible_ascii() {
        assert_eq!(keyed(b"3f0c!~").unwrap(), "3f0c!~");
        assert!(keyed(&[b'k'; LONGEST_KEY]).is_ok());
        for text in [
            &b""[..],
            b"a b",
            b"a\tb",
            "ä".as_bytes(),
            &[b'k'; LONGEST_KEY + 1],
        ] {
            assert_eq!(keyed(text).unwrap_err().code(), "invalid_idempotency_key");
        }
    }

    #[test]
    fn a_digest_keeps_the_parts_of_a_request_apart() {
        let of = |path, body: &str| digest(&Method::POST, path, body.as_bytes());
        assert_eq!(of("/a", "b"), of("/a", "b"));
        assert_ne!(of("/a", "b"), of("/ab", ""));
        assert_ne!(of("/a", "b"), of("/a", "c"));
    }

    #[test]
    fn a_failure_is_neither_a_decision_nor_frees_the_key() {
        for (outcome, statuses) in [
            (Outcome::Decided, &[201, 204, 303, 404, 409, 422][..]),
            (Outcome::NotBegun, &[401, 403, 415, 429]),
            (Outcome::Unknown, &[500, 502, 503]),
        ] {
            for status in statuses {
                let status = StatusCode::from_u16(*status).unwrap();
                assert_eq!(Outcome::of(status), outcome, "{status}");
            }
        }
    }
}
