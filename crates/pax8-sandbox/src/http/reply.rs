//! From answers to bytes, and the faults that concern bytes.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures::stream;
use serde_json::json;

use super::answer::{Answer, Refusal};
use super::token;
use crate::config::UnauthorizedBody;
use crate::fault::{Place, RetryAfter, What};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const CHUNK: usize = 64 * 1024;

/// A response before it is sent.
pub(super) struct Reply {
    status: StatusCode,
    content_type: HeaderValue,
    retry_after: Option<HeaderValue>,
    body: Vec<u8>,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        // Values made of maps with text keys always become JSON.
        let body = answer.body.and_then(|body| serde_json::to_vec(&body).ok());
        Self {
            status: answer.status,
            content_type: JSON,
            retry_after: None,
            body: body.unwrap_or_default(),
        }
    }
}

/// The reply that takes the place of the right one, if the fault is of that sort.
pub(super) fn instead(what: &What, parts: &Parts, place: Place) -> Option<Reply> {
    let path = parts.uri.path();
    Some(match what {
        What::TooManyRequests { retry_after } => too_many(path, retry_after.as_ref()),
        What::ServerError { status } => html(StatusCode::from_u16(*status).ok()?),
        What::HtmlOk => html(StatusCode::OK),
        What::EmptyBody => Answer {
            status: StatusCode::OK,
            body: None,
        }
        .into(),
        What::Unauthorized if place == Place::Token => token::refused().into(),
        What::Unauthorized => token::unauthorized(UnauthorizedBody::OAuth, path).into(),
        What::Forbidden => Refusal::forbidden().answer(path).into(),
        What::NotFound => Refusal::not_found("Resource", path).answer(path).into(),
        What::OldError => {
            Answer::new(StatusCode::NOT_FOUND, json!({"errors": ["Not found"]})).into()
        }
        _ => return None,
    })
}

pub(super) fn too_many(path: &str, retry_after: Option<&RetryAfter>) -> Reply {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let refusal = Refusal::new(status, "TOO_MANY_REQUESTS", "Rate limit exceeded");
    let retry_after = retry_after.and_then(|after| match after {
        RetryAfter::Seconds(seconds) => Some(HeaderValue::from(*seconds)),
        RetryAfter::Text(text) => HeaderValue::from_str(text).ok(),
    });
    Reply {
        retry_after,
        ..refusal.answer(path).into()
    }
}

fn html(status: StatusCode) -> Reply {
    let body = format!("<html><head><title>{status}</title></head><body>{status}</body></html>");
    Reply {
        status,
        content_type: HTML,
        retry_after: None,
        body: body.into_bytes(),
    }
}

impl Reply {
    pub(super) fn into_response(self, struck: &[What]) -> Response {
        let length = self.body.len();
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.content_type);
        if let Some(after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, after);
        }
        let oversized = struck.iter().find_map(|what| match what {
            What::OversizedBody { bytes } => Some(*bytes),
            _ => None,
        });
        *response.body_mut() = if let Some(bytes) = oversized {
            padded(bytes)
        } else if struck.contains(&What::CutBody) {
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
            cut(self.body)
        } else {
            Body::from(self.body)
        };
        response
    }
}

/// The first half, then a broken connection.
fn cut(mut body: Vec<u8>) -> Body {
    body.truncate(body.len() / 2);
    let parts = stream::unfold(Some(body), |half| async move {
        match half {
            Some(half) if !half.is_empty() => Some((Ok(Bytes::from(half)), Some(Vec::new()))),
            Some(_) => {
                // The first half should have left before the connection breaks.
                tokio::time::sleep(Duration::from_millis(5)).await;
                Some((Err(io::Error::other("cut by a fault")), None))
            }
            None => None,
        }
    });
    Body::from_stream(parts)
}

/// JSON with nothing but one long text.
fn padded(bytes: u64) -> Body {
    let chunks = bytes.div_ceil(u64::try_from(CHUNK).unwrap_or(1));
    let chunk = Bytes::from(vec![b'x'; CHUNK]);
    let parts = stream::unfold(0, move |sent| {
        let part = match sent {
            0 => Some(Bytes::from_static(b"{\"padding\":\"")),
            _ if sent <= chunks => Some(chunk.clone()),
            _ if sent == chunks + 1 => Some(Bytes::from_static(b"\"}")),
            _ => None,
        };
        async move { part.map(|part| (Ok::<_, io::Error>(part), sent + 1)) }
    });
    Body::from_stream(parts)
}
