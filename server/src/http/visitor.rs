//! Somebody at the door, as their request shows them, and the cookie by which their browser is known again.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use axum_extra::extract::CookieJar;

use super::RemoteAddress;
use crate::{
    accounts::{BROWSER_LIFETIME, Visitor, device},
    app::App,
};

const COOKIE: &str = "ascent_browser";
/// A longer one was not made by us.
const LONGEST: usize = 64;

/// Where people come in, and so where a browser says which it is.
const DOORS: [&str; 2] = ["/sign-in", "/invitation"];

/// The `Set-Cookie` of each door by which a browser is known again. They open nothing.
#[must_use]
pub fn browser_cookies(app: &App, secret: &str) -> [String; 2] {
    let secure = match app.settings.is_https() {
        true => "; Secure",
        false => "",
    };
    let age = BROWSER_LIFETIME.as_secs();
    DOORS.map(|door| {
        format!("{COOKIE}={secret}; Path={door}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
    })
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let RemoteAddress(remote) = RemoteAddress::from_request_parts(parts, state).await?;
        let said = parts.headers.get(header::USER_AGENT);
        let jar = CookieJar::from_headers(&parts.headers);
        let browser = jar.get(COOKIE).map(|cookie| cookie.value().to_owned());
        Ok(Self {
            remote,
            device: said
                .and_then(|it| it.to_str().ok())
                .map(device)
                .unwrap_or_default(),
            browser: browser.filter(|secret| (1..=LONGEST).contains(&secret.len())),
        })
    }
}
