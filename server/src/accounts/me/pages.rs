//! The page of one's own account, and switching between organizations.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use axum_extra::extract::CookieJar;
use secrecy::SecretString;

use super::{
    OwnSession, change_password, end_all_sessions, end_own_session, held_about, list_sessions,
    rename, switch_organization,
};
use crate::{
    accounts::{
        SessionSecret, Visitor,
        pages::begin,
        tokens::{TokenRow, Whose, list_tokens, token_rows},
    },
    app::App,
    error::{Error, Result},
    http::{
        ConfirmedForm, Fields, Flash, Form, Frame, Here, Moment, PageQuery, PageResult, Place,
        Refusals, Visit, go_to, html, html_refused, session_cookie,
    },
    ids::OrganizationId,
};

const PATH: &str = "/account";

/// The pages of one's own account.
pub fn routes() -> Router<App> {
    Router::new()
        .route(PATH, get(show))
        .route("/account/export", get(export))
        .route("/account/name", post(save_name))
        .route("/account/password", post(save_password))
        .route("/account/sessions/{handle}/end", post(end_session))
        .route("/account/sessions/end-all", post(end_all))
        .route("/switch-organization", post(switch))
}

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    frame: Frame,
    name: String,
    refusals: Refusals,
    second_factor: bool,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
}

struct SessionRow {
    handle: String,
    organization: String,
    device: String,
    address: Option<String>,
    began: Moment,
    seen: Moment,
    current: bool,
}

async fn show(State(app): State<App>, visit: Visit, Here(here): Here) -> PageResult {
    html(&page(&app, &visit, &here, None, Refusals::default()).await?)
}

/// A file with what is held about the one who asks.
async fn export(State(app): State<App>, visit: Visit) -> PageResult {
    let held = held_about(&app, &visit.actor).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"held-about-me.json\"",
        ),
    ];
    let text = serde_json::to_string_pretty(&held).map_err(Error::from)?;
    Ok((headers, text).into_response())
}

async fn save_name(
    State(app): State<App>,
    Here(here): Here,
    Form { visit, fields }: Form,
) -> PageResult {
    match rename(&app, &visit.actor, fields.text("name")).await {
        Ok(()) => Ok(go_to(&visit, PATH, &[Flash::ok("Your name was saved.")])),
        Err(error) => refused(&app, &visit, &here, Some(&fields), error).await,
    }
}

async fn save_password(
    State(app): State<App>,
    Here(here): Here,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    let typed = |name| SecretString::from(fields.raw(name));
    let (present, new) = (typed("present_password"), typed("password"));
    match change_password(&app, &visit.actor, &here, present, new).await {
        Ok((session, ended)) => {
            let text = match ended {
                0 => "Your password was changed.".to_owned(),
                1 => "Your password was changed. Your other session was signed out.".to_owned(),
                many => format!(
                    "Your password was changed. Your {many} other sessions were signed out."
                ),
            };
            let gone = go_to(&visit, PATH, &[Flash::ok(text)]);
            Ok(begin(&app, &session, gone))
        }
        Err(error) => refused(&app, &visit, &here, None, error).await,
    }
}

async fn end_session(
    State(app): State<App>,
    Path(handle): Path<String>,
    ConfirmedForm { visit, .. }: ConfirmedForm,
) -> PageResult {
    end_own_session(&app, &visit.actor, &handle).await?;
    Ok(go_to(
        &visit,
        PATH,
        &[Flash::ok("The session was signed out.")],
    ))
}

async fn end_all(
    State(app): State<App>,
    jar: CookieJar,
    ConfirmedForm { visit, .. }: ConfirmedForm,
) -> PageResult {
    end_all_sessions(&app, &visit.actor).await?;
    let jar = jar.remove(session_cookie(&app, String::new()));
    let message = Flash::ok("You are signed out everywhere.");
    Ok((jar, go_to(&visit, "/sign-in", &[message])).into_response())
}

async fn switch(
    State(app): State<App>,
    visitor: Visitor,
    Here(here): Here,
    Form { visit, fields }: Form,
) -> Result<Response, crate::http::PageError> {
    let there = OrganizationId::parse(fields.text("organization_id"));
    let there = there.ok_or(Error::NotFound("organization"))?;
    let (session, choice) = switch_organization(&app, &visit.actor, &visitor, &here, there).await?;
    let message = Flash::ok(format!("You are in {} now.", choice.name));
    Ok(begin(&app, &session, go_to(&visit, "/", &[message])))
}

async fn refused(
    app: &App,
    visit: &Visit,
    here: &SessionSecret,
    typed: Option<&Fields>,
    error: Error,
) -> PageResult {
    if error.field_errors().is_empty() {
        return Err(error.into());
    }
    html_refused(&page(app, visit, here, typed, Refusals::of(&error)).await?)
}

async fn page(
    app: &App,
    visit: &Visit,
    here: &SessionSecret,
    typed: Option<&Fields>,
    refusals: Refusals,
) -> Result<AccountPage> {
    let actor = &visit.actor;
    let zone = &actor.timezone;
    let row = |session: OwnSession| SessionRow {
        handle: session.handle(),
        began: Moment::new(session.began_at, zone),
        seen: Moment::new(session.seen_at, zone),
        current: session.is_of(here),
        device: match session.device {
            device if device.is_empty() => "A browser".to_owned(),
            device => device,
        },
        address: session.remote_address,
        organization: session.organization_name,
    };
    let sessions = list_sessions(app, actor).await?;
    let mut tx = app.database.read(actor.organization).await?;
    let latest = PageQuery {
        limit: Some(200),
        cursor: None,
    };
    let tokens = list_tokens(&mut tx, Whose::Of(actor.account), None, &latest).await?;
    Ok(AccountPage {
        frame: visit.frame(Place::Elsewhere, "Your account"),
        name: typed.map_or(actor.name.clone(), |typed| typed.text("name").to_owned()),
        refusals,
        second_factor: actor.second_factor,
        sessions: sessions.into_iter().map(row).collect(),
        tokens: token_rows(tokens.data, zone, &app.clock.now()),
    })
}
