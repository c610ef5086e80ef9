//! Tokens on pages: as rows, made with a form, shown once, revoked after a question.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use secrecy::ExposeSecret as _;

use super::{ApiToken, NewToken, create_token, find_revocable, revoke_token};
use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    http::{
        ConfirmedForm, Fields, Flash, Form, Frame, Moment, PageResult, Place, Question, Refusals,
        Visit, filters, go_to, html, html_refused,
    },
    ids::ApiTokenId,
};

/// The pages of tokens: of one's own account, and of everybody's in the settings.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/account/tokens/new", get(new).post(create))
        .route("/account/tokens/{id}/revoke", get(ask_own).post(revoke_own))
        .route(
            "/admin/settings/tokens/{id}/revoke",
            get(ask_any).post(revoke_any),
        )
}

const OWN: &str = "/account";
const EVERYBODYS: &str = "/admin/settings/tokens";

/// A token as a list shows it.
pub struct TokenRow {
    /// Its id.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// Its last characters.
    pub hint: String,
    /// Whose it is.
    pub owner: String,
    /// What it may do.
    pub scope: String,
    /// When it was made.
    pub created: String,
    /// When it was last used, if ever.
    pub used: Option<Moment>,
    /// When it ends, if ever.
    pub expires: Option<String>,
    /// Whether it works no more.
    pub expired: bool,
}

/// Tokens as a list shows them.
#[must_use]
pub fn token_rows(tokens: Vec<ApiToken>, zone: &TimeZone, now: &Timestamp) -> Vec<TokenRow> {
    let day = |at: &Timestamp| filters::day(&at.to_zoned_datetime(zone.clone()).date());
    let row = |token: ApiToken| TokenRow {
        id: token.id,
        scope: scope_in_words(&token),
        created: day(&token.created_at),
        used: token.last_used_at.map(|at| Moment::new(at, zone)),
        expires: token.expires_at.as_ref().map(day),
        expired: token.has_expired(now),
        owner: token.owner.email,
        name: token.name,
        hint: token.hint,
    };
    tokens.into_iter().map(row).collect()
}

/// What a token may do, in words.
fn scope_in_words(token: &ApiToken) -> String {
    let what = match &token.permissions {
        None if token.read_only => return "read everything that its owner sees".to_owned(),
        None => return "everything that its owner may".to_owned(),
        Some(names) if names.is_empty() => "see what every member sees".to_owned(),
        Some(names) => {
            let known = names.iter().filter_map(|name| Permission::parse(name));
            let labels: Vec<String> = known.map(|it| it.label().to_lowercase()).collect();
            labels.join(", ")
        }
    };
    if token.read_only {
        format!("{what}, reading only")
    } else {
        what
    }
}

/// How long a token can be told to work: the field's value, in days, and its words.
const LIFETIMES: [(&str, &str); 4] = [
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "A year"),
    ("", "Until it is revoked"),
];

#[derive(Template)]
#[template(path = "accounts/token_form.html")]
struct TokenForm {
    frame: Frame,
    typed: Fields,
    refusals: Refusals,
    /// What the visitor may give.
    permissions: Vec<Permission>,
}

#[derive(Template)]
#[template(path = "accounts/shown_once.html")]
pub(crate) struct ShownOnce {
    pub frame: Frame,
    pub crumb: (&'static str, &'static str),
    pub lead: String,
    pub notice: &'static str,
    pub secret: String,
    pub done: &'static str,
}

async fn new(visit: Visit) -> PageResult {
    let typed = Fields::of([("lifetime", "90".to_owned()), ("scope", "all".to_owned())]);
    html(&TokenForm {
        frame: visit.frame(Place::Elsewhere, "New API token"),
        permissions: visit.actor.permissions.iter().collect(),
        typed,
        refusals: Refusals::default(),
    })
}

async fn create(
    State(app): State<App>,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    let days = fields.text("lifetime").parse::<i64>().ok();
    let end =
        days.map(|days| app.clock.now() + SignedDuration::from_hours(days.clamp(1, 3650) * 24));
    let new = NewToken {
        name: fields.text("name").to_owned(),
        expires_at: end,
        read_only: fields.is_on("read_only"),
        permissions: (fields.text("scope") == "chosen").then(|| {
            let chosen = fields.all("permission").into_iter();
            chosen.map(str::to_owned).collect()
        }),
    };
    let mut tx = app.database.write(visit.actor.organization).await?;
    match create_token(&mut tx, &app, &visit.actor, &new).await {
        Ok((token, secret)) => {
            tx.commit().await?;
            html(&ShownOnce {
                frame: visit.frame(Place::Elsewhere, "New API token"),
                crumb: (OWN, "Your account"),
                lead: format!(
                    "{} works in {}. It may: {}.",
                    token.name,
                    visit.actor.organization_name,
                    scope_in_words(&token)
                ),
                notice: "Copy this token now. It is not shown again.",
                secret: secret.expose_secret().to_owned(),
                done: OWN,
            })
        }
        Err(error) if error.field_errors().is_empty() => Err(error.into()),
        Err(error) => html_refused(&TokenForm {
            frame: visit.frame(Place::Elsewhere, "New API token"),
            permissions: visit.actor.permissions.iter().collect(),
            typed: fields,
            refusals: Refusals::of(&error),
        }),
    }
}

async fn ask_own(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> PageResult {
    ask(&app, &visit, &id, OWN, Place::Elsewhere).await
}

async fn revoke_own(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    revoke(&app, &visit, &id, OWN).await
}

async fn ask_any(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> PageResult {
    visit.actor.require(Permission::SettingsManage)?;
    ask(&app, &visit, &id, EVERYBODYS, Place::Settings).await
}

async fn revoke_any(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::SettingsManage)?;
    revoke(&app, &visit, &id, EVERYBODYS).await
}

async fn ask(app: &App, visit: &Visit, id: &str, back: &str, place: Place) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let token = find_revocable(&mut tx, &visit.actor, token_id(id)?).await?;
    let prefix = if back == OWN { "/account/tokens" } else { back };
    let question = Question {
        title: format!("Revoke {}?", token.name),
        action: format!("{prefix}/{}/revoke", token.id),
        back: back.to_owned(),
        effects: vec![
            "Whatever uses this token is refused from now on.".to_owned(),
            format!(
                "It ends in {} and belongs to {}.",
                token.hint, token.owner.email
            ),
        ],
        accept: "Revoke token",
        decline: "Keep it",
        danger: true,
    };
    question.ask(visit, place)
}

async fn revoke(app: &App, visit: &Visit, id: &str, back: &str) -> PageResult {
    let mut tx = app.database.write(visit.actor.organization).await?;
    let token = revoke_token(&mut tx, &visit.actor, token_id(id)?, app.clock.now()).await?;
    tx.commit().await?;
    let message = Flash::ok(format!("{} was revoked.", token.name));
    Ok(go_to(visit, back, &[message]))
}

fn token_id(id: &str) -> Result<ApiTokenId> {
    ApiTokenId::parse(id).ok_or(Error::NotFound("token"))
}
