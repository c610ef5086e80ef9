//! The page behind the link of an invitation.

use askama::Template;
use axum::{
    Router,
    extract::{RawQuery, State},
    routing::get,
};
use secrecy::SecretString;

use super::{Invitee, Joining, accept_invitation, find_invitee, link::over};
use crate::{
    accounts::{Visitor, pages::enter},
    app::App,
    http::{Fields, PageResult, Refusals, html, html_refused},
};

/// The pages of people who are about to come in.
pub fn routes() -> Router<App> {
    Router::new().route("/invitation", get(show).post(accept))
}

#[derive(Template)]
#[template(path = "accounts/invitation.html")]
struct InvitationPage {
    invitee: Invitee,
    typed: Fields,
    refusals: Refusals,
}

async fn show(State(app): State<App>, RawQuery(query): RawQuery) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let code = query.text("code");
    let invitee = find_invitee(&app, code).await?;
    let invitee = invitee.ok_or_else(over)?;
    let typed = Fields::of([("code", code.to_owned()), ("name", invitee.name.clone())]);
    html(&InvitationPage {
        invitee,
        typed,
        refusals: Refusals::default(),
    })
}

async fn accept(State(app): State<App>, visitor: Visitor, typed: Fields) -> PageResult {
    let invitee = find_invitee(&app, typed.text("code")).await?;
    let invitee = invitee.ok_or_else(over)?;
    let joining = Joining {
        name: typed.text("name").to_owned(),
        present_password: SecretString::from(typed.raw("present_password")),
        code: typed.text("second_factor_code").to_owned(),
        password: SecretString::from(typed.raw("password")),
    };
    match accept_invitation(&app, &visitor, typed.text("code"), joining).await {
        Ok(session) => Ok(enter(&app, &session, "/")),
        Err(error) if !error.field_errors().is_empty() => html_refused(&InvitationPage {
            invitee,
            typed,
            refusals: Refusals::of(&error),
        }),
        Err(error) => Err(error.into()),
    }
}
