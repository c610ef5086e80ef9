//! Who is asking: taken from the session's cookie or the bearer token before a handler runs.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;

use super::{Flash, PageError, Problem, RemoteAddress, follow::Asker};
use crate::{
    accounts::{
        Actor, SessionSecret, find_session, find_token,
        me::{OrganizationChoice, list_elsewhere},
        second_factor,
    },
    app::App,
    error::{Error, Result},
};

/// The name of the session's cookie over plain http.
pub const SESSION_COOKIE: &str = "ascent_session";
/// And over https: browsers take one of this prefix only from this very host, and only over https.
const HOST_SESSION_COOKIE: &str = "__Host-ascent_session";
/// Whichever of them it is.
pub(super) const SESSION_COOKIES: [&str; 2] = [SESSION_COOKIE, HOST_SESSION_COOKIE];
/// Where a browser's API call carries the token that a form carries in a field.
const CSRF_HEADER: &str = "x-csrf-token";
/// Marks a request of the page's script for a part of a page.
pub(super) const FRAGMENT_HEADER: &str = "x-fragment";

/// The actor of an API call.
pub struct ApiActor(pub Actor);
/// The actor whom admission let through, kept with the request.
#[derive(Clone)]
pub(super) struct Admitted(pub Actor);
/// Somebody's visit to a page.
pub struct Visit {
    /// Who came.
    pub actor: Actor,
    /// Messages of what they did just before.
    pub flashes: Vec<Flash>,
    /// Whether the page's script asks for a part to put in place, not for a whole page.
    pub fragment: bool,
    /// Other organizations that the account works for; not looked up for a part of a page.
    pub elsewhere: Vec<OrganizationChoice>,
}
/// The actor of an API call of the Pax8 integration: Admin area, permission and licence are there.
pub struct Pax8Actor(pub Actor);
/// A visit to a page of the Admin area.
pub struct AdminVisit(pub Visit);
/// A visit to a page of the Pax8 integration: Admin area, permission and licence are there.
pub struct Pax8Visit(pub Visit);

/// The cookie that holds a session's secret.
#[must_use]
pub fn session_cookie(app: &App, secret: String) -> Cookie<'static> {
    Cookie::build((session_cookie_name(app), secret))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.settings.is_https())
        .build()
}

/// The session that a browser's cookie names.
#[must_use]
pub fn session_of(app: &App, jar: &CookieJar) -> Option<SessionSecret> {
    let cookie = jar.get(session_cookie_name(app)).map(Cookie::value);
    cookie.and_then(SessionSecret::from_cookie)
}

fn session_cookie_name(app: &App) -> &'static str {
    match app.settings.is_https() {
        true => HOST_SESSION_COOKIE,
        false => SESSION_COOKIE,
    }
}

impl FromRequestParts<App> for ApiActor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(Admitted(actor)) = parts.extensions.get() {
            return Ok(Self(actor.clone()));
        }
        let actor = match bearer(parts)? {
            Some(token) => find_token(app, &token).await?,
            None => {
                let actor = from_cookie(&parts.headers, app).await?;
                if let Some(actor) = &actor {
                    refuse_forged(parts, actor)?;
                }
                actor
            }
        };
        Ok(Self(located(actor.ok_or(Error::NotSignedIn)?, parts)))
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let Some(actor) = from_cookie(&parts.headers, app).await? else {
            return Err(PageError::sign_in_first(parts));
        };
        let setting_up = parts.uri.path().starts_with(second_factor::PATH);
        if actor.has_to_set_up_second_factor() && !setting_up && parts.uri.path() != "/sign-out" {
            return Err(Error::SecondFactorRequired.into());
        }
        let fragment = parts.headers.contains_key(FRAGMENT_HEADER);
        let elsewhere = if fragment || parts.method != Method::GET {
            Vec::new()
        } else {
            list_elsewhere(app, &actor).await?
        };
        Ok(Self {
            actor: located(actor, parts),
            flashes: Flash::of_request(&parts.headers),
            fragment,
            elsewhere,
        })
    }
}

impl FromRequestParts<App> for Pax8Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let ApiActor(actor) = ApiActor::from_request_parts(parts, app).await?;
        actor.require_pax8()?;
        Ok(Self(actor))
    }
}

impl FromRequestParts<App> for AdminVisit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let visit = Visit::from_request_parts(parts, app).await?;
        visit.actor.require_admin_area()?;
        Ok(Self(visit))
    }
}

impl FromRequestParts<App> for Pax8Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let visit = Visit::from_request_parts(parts, app).await?;
        visit.actor.require_pax8()?;
        Ok(Self(visit))
    }
}

fn bearer(parts: &Parts) -> Result<Option<SecretString>> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value
        .to_str()
        .ok()
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or(Error::NotSignedIn)?;
    Ok(Some(SecretString::from(token.trim().to_owned())))
}

/// Who the session's cookie belongs to, if it lives.
pub(super) async fn from_cookie(headers: &HeaderMap, app: &App) -> Result<Option<Actor>> {
    match session_of(app, &CookieJar::from_headers(headers)) {
        Some(secret) => find_session(app, &secret).await,
        None => Ok(None),
    }
}

/// A browser sends the cookie along with whatever another site makes it send; the header it does not.
fn refuse_forged(parts: &Parts, actor: &Actor) -> Result<()> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let sent = parts
        .headers
        .get(CSRF_HEADER)
        .map(|value| value.as_bytes())
        .unwrap_or_default();
    check_csrf(sent, actor)
}

/// Compares what came with a write to what the session was given.
pub(super) fn check_csrf(sent: &[u8], actor: &Actor) -> Result<()> {
    let same: bool = sent.ct_eq(actor.csrf_token.as_bytes()).into();
    if same && !actor.csrf_token.is_empty() {
        Ok(())
    } else {
        Err(Error::conflict(
            "stale_form",
            "This page is out of date. Load it again and repeat what you did.",
        ))
    }
}

fn located(mut actor: Actor, parts: &Parts) -> Actor {
    let address = parts.extensions.get::<RemoteAddress>();
    actor.remote_address = address.and_then(|it| it.0).map(|it| it.to_string());
    Asker::tell(&parts.extensions, &actor);
    actor
}
