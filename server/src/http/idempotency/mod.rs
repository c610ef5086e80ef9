//! `Idempotency-Key`: a POST that is sent again answers what it answered the first time, and does nothing twice.
//!
//! - The attempt is recorded before the work begins, and the answer after it. A process that ends in between leaves an attempt
//!   without an answer: what came of it is not known, and the key says so instead of doing the work again.
//! - A key belongs to one user of one organization, and to one request: method, path and body.
//! - Answers are sealed like stored credentials, for one may hold a secret that is shown once. So is the request's digest.
//! - What did not get to a decision (401, 403, 429, failures of ours) is not kept, and the key is free again.

mod store;

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
};

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
/// How long a request is taken to be at work. One that takes longer still stores its answer.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
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
    let work = async move {
        let response = next.run(request).await;
        keep(&app, &keyed, response).await
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => Problem(error).into_response(),
        Err(panicked) => Problem(Error::internal(panicked)).into_response(),
    }
}

/// Stores the answer of a decision, and frees the key where there was none.
async fn keep(app: &App, keyed: &Keyed, response: Response) -> Result<Response> {
    if !is_decision(response.status()) {
        store::release(app, keyed).await?;
        return Ok(response);
    }
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

fn is_decision(status: StatusCode) -> bool {
    let undecided = [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    status.is_success() || status.is_client_error() && !undecided.contains(&status)
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
    fn only_decisions_are_kept() {
        for (status, decided) in [
            (201, true),
            (204, true),
            (404, true),
            (409, true),
            (422, true),
        ]
        .into_iter()
        .chain([
            (401, false),
            (403, false),
            (429, false),
            (500, false),
            (503, false),
        ]) {
            assert_eq!(
                is_decision(StatusCode::from_u16(status).unwrap()),
                decided,
                "{status}"
            );
        }
    }
}
