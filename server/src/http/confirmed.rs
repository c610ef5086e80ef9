//! Forms whose sender has to have confirmed lately that it is still them: where not, they are asked, and what they typed goes on.
//!
//! What was typed waits in the page that asks, sealed for this session and this address: a password in it can be read by nobody,
//! and sent by nobody else.

use std::convert::Infallible;

use askama::Template;
use axum::{
    extract::{FromRequest, FromRequestParts, OriginalUri, Request},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Fields, Form, Frame, PageError, Place, Problem, Refusals, Visit, html_refused, session_of,
};
use crate::{
    accounts::{SessionSecret, confirm},
    app::App,
    error::{Error, Result},
};

/// The field in which what was typed waits.
const HELD: &str = "held";

/// The session that a request came with.
pub struct Here(pub SessionSecret);

/// A form of somebody who has confirmed lately that it is still them.
pub struct ConfirmedForm {
    /// Who sent it, and how.
    pub visit: Visit,
    /// What it says.
    pub fields: Fields,
}

/// Why a form does not go on: they are asked first, or it is refused.
pub struct Unconfirmed(Response);

#[derive(Template)]
#[template(path = "accounts/confirm_page.html")]
struct ConfirmPage {
    frame: Frame,
    question: Confirmation,
}

#[derive(Template)]
#[template(path = "accounts/confirm_dialog.html")]
struct ConfirmDialog {
    csrf_token: String,
    question: Confirmation,
}

/// What is asked before a form goes on.
struct Confirmation {
    action: String,
    held: String,
    email: String,
    code: bool,
    refusals: Refusals,
}

impl FromRequestParts<App> for Here {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let here = session_of(app, &CookieJar::from_headers(&parts.headers));
        Ok(Self(here.ok_or(Error::NotSignedIn)?))
    }
}

impl FromRequest<App> for ConfirmedForm {
    type Rejection = Unconfirmed;

    async fn from_request(request: Request, app: &App) -> Result<Self, Unconfirmed> {
        let (mut parts, body) = request.into_parts();
        // Slices have their pages below a path of their own, which their routes do not see.
        let OriginalUri(whole) = OriginalUri::from_request_parts(&mut parts, app).await?;
        let path = whole.path().to_owned();
        let here = session_of(app, &CookieJar::from_headers(&parts.headers));
        let request = Request::from_parts(parts, body);
        let Form { visit, fields } = Form::from_request(request, app).await?;
        let here = here.ok_or(Error::NotSignedIn)?;
        let context = format!("form of session {} to {path}", here.digest());
        let Some(held) = fields.optional(HELD) else {
            if visit.actor.has_confirmed(app.clock.now()) {
                return Ok(Self { visit, fields });
            }
            let sealed = app.vault.seal(&context, &fields.encoded());
            let sealed = sealed.map_err(Error::internal)?;
            return Err(ask(&visit, path, sealed, Refusals::default()));
        };
        let typed = app.vault.open(&context, &held).map_err(|_| stale())?;
        let password = SecretString::from(fields.raw("confirm_password"));
        let code = fields.text("confirm_code");
        match confirm(app, &visit.actor, &here, password, code).await {
            Ok(()) => Ok(Self {
                visit,
                fields: Fields::parse(typed.expose_secret().as_bytes()),
            }),
            Err(error) if error.field_errors().is_empty() => Err(error.into()),
            Err(error) => Err(ask(&visit, path, held, Refusals::of(&error))),
        }
    }
}

/// The question, over the page or as a page of its own.
fn ask(visit: &Visit, action: String, held: String, refusals: Refusals) -> Unconfirmed {
    let question = Confirmation {
        action,
        held,
        email: visit.actor.email.clone(),
        code: visit.actor.second_factor,
        refusals,
    };
    let asked = if visit.fragment {
        html_refused(&ConfirmDialog {
            csrf_token: visit.actor.csrf_token.clone(),
            question,
        })
    } else {
        html_refused(&ConfirmPage {
            frame: visit.frame(Place::Elsewhere, "Confirm that it is you"),
            question,
        })
    };
    Unconfirmed(asked.into_response())
}

fn stale() -> Error {
    Error::conflict(
        "stale_form",
        "This page is out of date. Load it again and repeat what you did.",
    )
}

impl From<Infallible> for Unconfirmed {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<PageError> for Unconfirmed {
    fn from(error: PageError) -> Self {
        Self(error.into_response())
    }
}

impl From<Error> for Unconfirmed {
    fn from(error: Error) -> Self {
        PageError::from(error).into()
    }
}

impl IntoResponse for Unconfirmed {
    fn into_response(self) -> Response {
        self.0
    }
}
