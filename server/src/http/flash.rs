//! A short message on the next page, after a write.

use axum::http::HeaderMap;
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

const COOKIE: &str = "ascent_flash";

/// A short message. It says what was done, never a secret: the browser keeps it for a moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flash {
    /// `ok`, `warn` or `bad`.
    pub tone: String,
    /// The message.
    pub text: String,
}

impl Flash {
    /// Something was done.
    pub fn ok(text: impl Into<String>) -> Self {
        Self {
            tone: "ok".to_owned(),
            text: text.into(),
        }
    }

    /// Something was done, but look.
    pub fn warn(text: impl Into<String>) -> Self {
        Self {
            tone: "warn".to_owned(),
            text: text.into(),
        }
    }

    /// Something was not done.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: "bad".to_owned(),
            text: text.into(),
        }
    }

    /// The cookie that carries messages to the next page.
    pub(super) fn cookie(flashes: &[Self]) -> Cookie<'static> {
        let text = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(flashes).unwrap_or_default());
        Cookie::build((COOKIE, text))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .build()
    }

    /// The messages that came with a request.
    #[must_use]
    pub fn of_request(headers: &HeaderMap) -> Vec<Self> {
        let jar = CookieJar::from_headers(headers);
        let read = |cookie: &Cookie<'_>| {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(cookie.value()).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        jar.get(COOKIE).and_then(read).unwrap_or_default()
    }

    /// The `Set-Cookie` that forgets them, once shown.
    pub(super) const FORGET: &str = "ascent_flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";

    /// Whether a request brought messages.
    pub(super) fn came_with(headers: &HeaderMap) -> bool {
        CookieJar::from_headers(headers).get(COOKIE).is_some()
    }
}
