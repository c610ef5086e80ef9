//! The pages in front of the door: signing in and out, and the first run.

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::CookieJar;
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    By, Session, SignIn, Visitor, choose_at_sign_in, end_session, finish_sign_in, me, people_pages,
    second_factor, sign_in, tokens, users,
};
use crate::{
    app::App,
    error::{Error, Result},
    http::{
        Fields, Form, PageResult, Refusals, browser_cookies, html, html_refused, session_cookie,
        session_of,
    },
    organizations::{self, NewOrganization, create_organization},
};

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(show_sign_in).post(submit_sign_in))
        .route("/sign-in/code", post(submit_code))
        .route("/sign-in/password", post(submit_password))
        .route("/sign-out", post(sign_out))
        .route("/first-run", get(show_first_run).post(submit_first_run))
        .merge(users::routes())
        .merge(me::routes())
        .merge(second_factor::routes())
        .merge(tokens::routes())
        .merge(people_pages::routes())
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage<'a> {
    email: &'a str,
    next: &'a str,
    refusal: Option<String>,
}

#[derive(Template)]
#[template(path = "accounts/sign_in_code.html")]
struct CodePage<'a> {
    step: &'a str,
    next: &'a str,
    refusals: Refusals,
}

#[derive(Template)]
#[template(path = "accounts/sign_in_password.html")]
struct PasswordPage<'a> {
    step: &'a str,
    next: &'a str,
    refusals: Refusals,
}

#[derive(Template)]
#[template(path = "accounts/first_run.html")]
struct FirstRunPage<'a> {
    typed: &'a Fields,
    timezone: &'a str,
    zones: Vec<String>,
    refusals: Refusals,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn show_sign_in(State(app): State<App>, Query(Next { next }): Query<Next>) -> PageResult {
    if nobody_yet(&app).await? {
        return Ok(Redirect::to("/first-run").into_response());
    }
    html(&SignInPage {
        email: "",
        next: &next,
        refusal: None,
    })
}

async fn submit_sign_in(
    State(app): State<App>,
    visitor: Visitor,
    jar: CookieJar,
    fields: Fields,
) -> PageResult {
    let (email, next) = (fields.text("email"), fields.text("next"));
    let password = SecretString::from(fields.raw("password"));
    let before = session_of(&app, &jar);
    match sign_in(&app, &visitor, before.as_ref(), email, password).await {
        Ok(come) => go_on(&app, &come, next),
        Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            html_refused(&SignInPage {
                email,
                next,
                refusal: Some(error.to_string()),
            })
        }
        Err(error) => Err(error.into()),
    }
}

async fn submit_code(
    State(app): State<App>,
    visitor: Visitor,
    jar: CookieJar,
    fields: Fields,
) -> PageResult {
    let (step, next, code) = (
        fields.text("step"),
        fields.text("next"),
        fields.text("code"),
    );
    let before = session_of(&app, &jar);
    match finish_sign_in(&app, &visitor, before.as_ref(), step, code).await {
        Ok(come) => go_on(&app, &come, next),
        Err(error) if !error.field_errors().is_empty() => html_refused(&CodePage {
            step,
            next,
            refusals: Refusals::of(&error),
        }),
        Err(error) => Err(error.into()),
    }
}

async fn submit_password(
    State(app): State<App>,
    visitor: Visitor,
    jar: CookieJar,
    fields: Fields,
) -> PageResult {
    let (step, next) = (fields.text("step"), fields.text("next"));
    let new = SecretString::from(fields.raw("password"));
    let before = session_of(&app, &jar);
    match choose_at_sign_in(&app, &visitor, before.as_ref(), step, new).await {
        Ok(session) => Ok(enter(&app, &session, own_path(next))),
        Err(error) if !error.field_errors().is_empty() => html_refused(&PasswordPage {
            step,
            next,
            refusals: Refusals::of(&error),
        }),
        Err(error) => Err(error.into()),
    }
}

/// In, or the page that asks for what is still needed.
fn go_on(app: &App, come: &SignIn, next: &str) -> PageResult {
    let refusals = Refusals::default();
    match come {
        SignIn::Entered(session) => Ok(enter(app, session, own_path(next))),
        SignIn::NeedsCode(step) => html(&CodePage {
            step,
            next,
            refusals,
        }),
        SignIn::NeedsPassword(step) => html(&PasswordPage {
            step,
            next,
            refusals,
        }),
    }
}

async fn sign_out(State(app): State<App>, jar: CookieJar, _: Form) -> PageResult {
    if let Some(secret) = session_of(&app, &jar) {
        end_session(&app, &secret).await?;
    }
    let jar = jar.remove(session_cookie(&app, String::new()));
    Ok((jar, Redirect::to("/sign-in")).into_response())
}

async fn show_first_run(State(app): State<App>) -> PageResult {
    refuse_second_run(&app).await?;
    first_run_page(&Fields::default(), Refusals::default())
}

async fn submit_first_run(State(app): State<App>, visitor: Visitor, fields: Fields) -> PageResult {
    refuse_second_run(&app).await?;
    let password = SecretString::from(fields.raw("password"));
    let new = NewOrganization {
        name: fields.text("organization").to_owned(),
        owner_name: fields.text("name").to_owned(),
        owner_email: fields.text("email").to_owned(),
        owner_password: password.clone(),
        password_given: false,
        currency: fields.text("currency").to_owned(),
        timezone: fields.text("timezone").to_owned(),
        features: vec![super::PAX8_FEATURE.to_owned()],
    };
    let by = By {
        name: fields.text("email").to_owned(),
        ..By::job()
    };
    match create_organization(&app, new, &by).await {
        Ok(_) => {
            let email = fields.text("email");
            let come = sign_in(&app, &visitor, None, email, password).await?;
            go_on(&app, &come, "/")
        }
        Err(error) if !error.field_errors().is_empty() => {
            first_run_page(&fields, Refusals::of(&error))
        }
        Err(error) => Err(error.into()),
    }
}

fn first_run_page(typed: &Fields, refusals: Refusals) -> PageResult {
    let zones = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .collect();
    let timezone = Some(typed.text("timezone"))
        .filter(|zone| !zone.is_empty())
        .unwrap_or("UTC");
    let refused = !refusals.is_empty();
    let page = FirstRunPage {
        typed,
        timezone,
        zones,
        refusals,
    };
    if refused {
        html_refused(&page)
    } else {
        html(&page)
    }
}

/// A browser that has just signed in.
pub(super) fn enter(app: &App, session: &Session, path: &str) -> Response {
    begin(app, session, Redirect::to(path))
}

/// An answer with which a session begins or gets another secret.
pub(super) fn begin(app: &App, session: &Session, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let opens = session_cookie(app, session.secret.as_cookie()).to_string();
    let known = session.browser.as_ref();
    let known = known.map(|secret| browser_cookies(app, secret));
    for cookie in [opens].into_iter().chain(known.into_iter().flatten()) {
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Where to go on: a path of ours, never another site.
fn own_path(next: &str) -> &str {
    // Browsers drop control characters, so that "/<tab>/" would become "//".
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(|c: char| c == '\\' || c.is_control());
    if ours { next } else { "/" }
}

async fn nobody_yet(app: &App) -> Result<bool> {
    let mut tx = app.database.system_read().await?;
    Ok(organizations::list_organizations(&mut tx).await?.is_empty())
}

async fn refuse_second_run(app: &App) -> Result<()> {
    if nobody_yet(app).await? {
        Ok(())
    } else {
        Err(Error::NotFound("page"))
    }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn signing_in_leads_to_pages_of_ours_only() {
        assert_eq!(
            own_path("/admin/integrations/pax8?q=a"),
            "/admin/integrations/pax8?q=a"
        );
        for elsewhere in [
            "https://example.com",
            "//example.com",
            "/\\example.com",
            "/\t/example.com",
            "/\u{0}/example.com",
            "/\r\n/example.com",
            "",
            "javascript:alert(1)",
        ] {
            assert_eq!(own_path(elsewhere), "/");
        }
    }
}
