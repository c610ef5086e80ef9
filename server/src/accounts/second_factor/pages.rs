//! One's own second factor on pages.

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    PATH, SecondFactor, confirm_second_factor, find_second_factor, qr, renew_recovery_codes,
    set_up::{SetUp, show_again},
    set_up_second_factor, turn_off_second_factor,
};
use crate::{
    accounts::pages::begin,
    app::App,
    error::Error,
    http::{
        ConfirmedForm, Flash, Frame, Here, Moment, PageError, PageResult, Place, Refusals, Visit,
        go_and_tell, go_to, html, html_refused,
    },
};

/// The pages of one's own second factor.
pub fn routes() -> Router<App> {
    Router::new()
        .route(PATH, get(show).post(set_up))
        .route("/account/second-factor/confirm", post(confirm))
        .route("/account/second-factor/recovery-codes", post(renew))
        .route("/account/second-factor/turn-off", post(turn_off))
}

#[derive(Template)]
#[template(path = "accounts/second_factor.html")]
struct StatePage {
    frame: Frame,
    since: Option<Moment>,
    recovery_codes: i64,
    required: bool,
}

#[derive(Template)]
#[template(path = "accounts/second_factor_set_up.html")]
struct SetUpPage {
    frame: Frame,
    drawing: qr::Drawing,
    /// In groups of four, as it is typed.
    secret: String,
    address: String,
    refusals: Refusals,
}

#[derive(Template)]
#[template(path = "accounts/recovery_codes.html")]
struct RecoveryCodesPage {
    frame: Frame,
    codes: Vec<String>,
}

async fn show(State(app): State<App>, visit: Visit) -> PageResult {
    let SecondFactor {
        since,
        recovery_codes,
    } = find_second_factor(&app, &visit.actor).await?;
    html(&StatePage {
        since: since.map(|at| Moment::new(at, &visit.actor.timezone)),
        recovery_codes,
        required: visit.actor.second_factor_required,
        frame: visit.frame(Place::Elsewhere, "Second factor"),
    })
}

async fn set_up(State(app): State<App>, ConfirmedForm { visit, .. }: ConfirmedForm) -> PageResult {
    match set_up_second_factor(&app, &visit.actor).await {
        Ok(it) => html(&set_up_page(&visit, &it, Refusals::default())?),
        Err(error) => go_and_tell(&visit, PATH, error),
    }
}

async fn confirm(
    State(app): State<App>,
    Here(here): Here,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    match confirm_second_factor(&app, &visit.actor, &here, fields.text("code")).await {
        Ok((session, codes)) => {
            let frame = Frame {
                csrf_token: session.csrf_token.clone(),
                ..visit.frame(Place::Elsewhere, "Recovery codes")
            };
            Ok(begin(&app, &session, show_codes(frame, &codes)?))
        }
        Err(error) if error.field_errors().is_empty() => go_and_tell(&visit, PATH, error),
        Err(error) => {
            let it = show_again(&app, &visit.actor).await?;
            html_refused(&set_up_page(&visit, &it, Refusals::of(&error))?)
        }
    }
}

async fn renew(State(app): State<App>, ConfirmedForm { visit, .. }: ConfirmedForm) -> PageResult {
    match renew_recovery_codes(&app, &visit.actor).await {
        Ok(codes) => show_codes(visit.frame(Place::Elsewhere, "Recovery codes"), &codes),
        Err(error) => go_and_tell(&visit, PATH, error),
    }
}

async fn turn_off(
    State(app): State<App>,
    Here(here): Here,
    ConfirmedForm { visit, .. }: ConfirmedForm,
) -> PageResult {
    match turn_off_second_factor(&app, &visit.actor, &here).await {
        Ok(session) => {
            let message = Flash::ok("Your second factor is off.");
            Ok(begin(&app, &session, go_to(&visit, PATH, &[message])))
        }
        Err(error) => go_and_tell(&visit, PATH, error),
    }
}

fn show_codes(frame: Frame, codes: &[SecretString]) -> Result<Response, PageError> {
    html(&RecoveryCodesPage {
        frame,
        codes: codes
            .iter()
            .map(|it| it.expose_secret().to_owned())
            .collect(),
    })
}

fn set_up_page(visit: &Visit, it: &SetUp, refusals: Refusals) -> Result<SetUpPage, Error> {
    let letters: Vec<char> = it.secret.expose_secret().chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|it| it.iter().collect()).collect();
    Ok(SetUpPage {
        frame: visit.frame(Place::Elsewhere, "Set up a second factor"),
        drawing: qr::draw(&it.address)?,
        secret: groups.join(" "),
        address: it.address.expose_secret().to_owned(),
        refusals,
    })
}
