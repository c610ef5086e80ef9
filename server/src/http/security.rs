//! What browsers are told to refuse on our behalf, on every answer.

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::Flash;

/// Only our own script, style and pictures; no frame around us; forms go nowhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds the security headers, and forgets messages that a page has shown.
pub(super) async fn harden(request: Request, next: Next) -> Response {
    let had_flash = Flash::came_with(request.headers());
    let whole_page = !request.headers().contains_key("x-fragment");
    let mut response = next.run(request).await;
    let shown = had_flash && whole_page && is_page(&response);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    if shown {
        headers.append(header::SET_COOKIE, HeaderValue::from_static(Flash::FORGET));
    }
    response
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    !response.status().is_redirection()
        && kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}
