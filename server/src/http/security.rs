//! What browsers are told to refuse on our behalf, on every answer.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{Flash, PageError};
use crate::{app::App, error::Error};

/// Only our own script, style and pictures; no frame around us; forms go nowhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds the security headers, and forgets messages that a page has shown.
pub(super) async fn harden(State(app): State<App>, request: Request, next: Next) -> Response {
    let had_flash = Flash::came_with(request.headers());
    let whole_page = !request.headers().contains_key("x-fragment");
    let mut response = next.run(request).await;
    let shown = had_flash && whole_page && is_page(&response);
    let is_as_before = response.status() == StatusCode::NOT_MODIFIED;
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
    if !is_as_before {
        // What may be kept says so itself.
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    if app.settings.is_https() {
        // For a year, renewed with every answer. What runs at subdomains is for the operator to answer for.
        let only_https = match app.settings.hsts_subdomains {
            true => "max-age=31536000; includeSubDomains",
            false => "max-age=31536000",
        };
        let only_https = HeaderValue::from_static(only_https);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, only_https);
    }
    if shown {
        headers.append(header::SET_COOKIE, HeaderValue::from_static(Flash::FORGET));
    }
    response
}

/// Refuses forms that a page of another site sent. Where somebody is signed in their forms carry a token as well; the pages
/// in front of the door have only this.
pub(super) async fn refuse_foreign_forms(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::POST && is_foreign(request.headers(), &app.settings.public_url) {
        let detail =
            "This form came from another site. Open the page in Ascent and send it from there.";
        return PageError::from(Error::conflict("foreign_form", detail)).into_response();
    }
    next.run(request).await
}

/// Browsers say where a form comes from in one of two headers; programs say nothing.
fn is_foreign(headers: &HeaderMap, public_url: &str) -> bool {
    let said = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    if let Some(site) = said("sec-fetch-site") {
        return !matches!(site, b"same-origin" | b"none");
    }
    let Some(origin) = said("origin") else {
        return false;
    };
    let host = said("host").unwrap_or_default();
    let is_host = ["http://", "https://"]
        .iter()
        .any(|scheme| origin.strip_prefix(scheme.as_bytes()) == Some(host));
    !is_host && origin != public_url.as_bytes()
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    !response.status().is_redirection()
        && kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        is_foreign(&headers.collect(), "https://ascent.example")
    }

    #[test]
    fn a_form_is_known_by_where_its_browser_says_that_it_is_from() {
        for ours in [
            &[][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("sec-fetch-site", "none")],
            &[
                ("origin", "http://10.0.0.7:8080"),
                ("host", "10.0.0.7:8080"),
            ],
            &[
                ("origin", "https://ascent.example"),
                ("host", "127.0.0.1:8080"),
            ],
        ] {
            assert!(!foreign(ours), "{ours:?}");
        }
        for theirs in [
            &[("sec-fetch-site", "cross-site")][..],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://ascent.example"),
            ],
            &[
                ("origin", "https://evil.example"),
                ("host", "10.0.0.7:8080"),
            ],
            &[("origin", "null"), ("host", "10.0.0.7:8080")],
        ] {
            assert!(foreign(theirs), "{theirs:?}");
        }
    }
}
