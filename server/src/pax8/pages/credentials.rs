//! The card `API Credentials`: test, connect, replace.

use askama::Template;
use axum::{extract::State, http::StatusCode};

use super::{
    filter::{Filter, PAGE},
    page::Page,
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    http::{
        ConfirmedForm, Fields, Flash, Form, Moment, PageResult, Refusals, Visit, go_to, html,
        html_parts, html_parts_refused, html_refused,
    },
    pax8::connection::{
        self, Connection, ConnectionChange, CredentialTest, TypedCredentials, test_credentials,
    },
};

/// The fields, by their ids on the page.
const CLIENT_ID: &str = "client-id";
const CLIENT_SECRET: &str = "client-secret";

#[derive(Template)]
#[template(path = "pax8/credentials.html")]
pub(super) struct CredentialsCard {
    csrf_token: String,
    stored: bool,
    client_id_hint: String,
    /// As typed before; the secret has no such field.
    client_id: String,
    result: Outcome,
    at_client_id: FieldNote,
    at_client_secret: FieldNote,
}

/// What a test or a refused connection said, above the fields: the only part that the page's script replaces, so that
/// what was typed stays in the browser.
#[derive(Default, Template)]
#[template(path = "pax8/credentials_result.html")]
pub(super) struct Outcome {
    notice: Option<Notice>,
    /// What was refused of each field.
    refusals: Refusals,
    /// The fields that were refused, or are together.
    invalid: &'static str,
}

/// What was refused of a field, below it.
#[derive(Default, Template)]
#[template(path = "pax8/credentials_field.html")]
struct FieldNote {
    field: &'static str,
    message: Option<String>,
}

struct Notice {
    good: bool,
    text: String,
}

impl CredentialsCard {
    pub(super) fn new(actor: &Actor, connection: Option<&Connection>) -> Self {
        let hint = connection.map(|it| it.client_id_hint.trim_start_matches('…').to_owned());
        Self {
            csrf_token: actor.csrf_token.clone(),
            stored: connection.is_some(),
            client_id_hint: hint.unwrap_or_default(),
            client_id: String::new(),
            result: Outcome::default(),
            at_client_id: Outcome::default().at(CLIENT_ID),
            at_client_secret: Outcome::default().at(CLIENT_SECRET),
        }
    }
}

impl CredentialsCard {
    fn is_invalid(&self, field: &str) -> bool {
        self.result.invalid.split(' ').any(|it| it == field)
    }
}

impl Outcome {
    fn new(good: bool, text: String) -> Self {
        Self {
            notice: Some(Notice { good, text }),
            ..Self::default()
        }
    }

    /// Pax8 did not accept the two fields together.
    fn rejected(text: String) -> Self {
        Self {
            invalid: "client-id client-secret",
            ..Self::new(false, text)
        }
    }

    /// What a refusal says: at the fields that it is about, or of both where Pax8 did not accept them.
    fn refused(error: &Error) -> Self {
        let refusals = Refusals::of(error);
        let at = |field| refusals.at(field).is_some();
        let invalid = match (at("client_id"), at("client_secret")) {
            (true, true) => "client-id client-secret",
            (true, false) => CLIENT_ID,
            (false, true) => CLIENT_SECRET,
            (false, false) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
                return Self::rejected(error.to_string());
            }
            (false, false) => return Self::new(false, error.to_string()),
        };
        let text = "Nothing was sent to Pax8: look at what stands below the fields.".to_owned();
        Self {
            refusals,
            invalid,
            ..Self::new(false, text)
        }
    }

    fn at(&self, field: &'static str) -> FieldNote {
        let message = self.refusals.at(&field.replace('-', "_"));
        FieldNote {
            field,
            message: message.map(str::to_owned),
        }
    }
}

/// `POST /admin/integrations/pax8/credentials`
pub(super) async fn connect(
    State(app): State<App>,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    let form = Form { visit, fields };
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let change = ConnectionChange {
        credentials: typed(&form.fields),
        auto_map: None,
        active: Some(true),
    };
    let blank = change.credentials.is_blank();
    let mut tx = app.database.read(actor.organization).await?;
    let before = connection::find_connection(&mut tx).await?;
    drop(tx);
    match connection::connect(&app, &actor.by(), actor.organization, change).await {
        Ok(after) if blank => {
            let flash = match before {
                Some(before) if !before.active => Flash::ok(used_again(&after, actor, &app)),
                _ => Flash::ok("The stored credentials are kept."),
            };
            Ok(go_to(&form.visit, PAGE, &[flash]))
        }
        Ok(_) => Ok(go_to(
            &form.visit,
            PAGE,
            &[Flash::ok("Pax8 is connected. The first sync has started.")],
        )),
        Err(error) => refused(&app, &form, error).await,
    }
}

fn used_again(connection: &Connection, actor: &Actor, app: &App) -> String {
    let next = connection.next_sync_at;
    if next <= app.clock.now() {
        return "Pax8 is used again; the next sync starts at once.".to_owned();
    }
    let next = Moment::new(next, &actor.timezone).text;
    format!("Pax8 is used again; next sync at {next}.")
}

/// `POST /admin/integrations/pax8/credential-tests`
pub(super) async fn test(State(app): State<App>, form: Form) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    match test_credentials(&app, actor.organization, typed(&form.fields)).await {
        Ok(CredentialTest { ok: true, detail }) => {
            let outcome = Outcome::new(true, format!("{detail} Nothing has been saved."));
            show(&app, &form, outcome, false).await
        }
        Ok(CredentialTest { detail, .. }) => {
            show(&app, &form, Outcome::rejected(detail), true).await
        }
        Err(error) => refused(&app, &form, error).await,
    }
}

fn typed(fields: &Fields) -> TypedCredentials {
    TypedCredentials::new(
        Some(fields.raw("client_id")),
        Some(fields.raw("client_secret")),
    )
}

/// Answers a refusal that the person can do something about; other errors go on.
async fn refused(app: &App, form: &Form, error: Error) -> PageResult {
    match error.status() {
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::SERVICE_UNAVAILABLE => {
            show(app, form, Outcome::refused(&error), true).await
        }
        _ => Err(error.into()),
    }
}

async fn show(app: &App, form: &Form, outcome: Outcome, refusal: bool) -> PageResult {
    if form.visit.fragment {
        let (id, secret) = (outcome.at(CLIENT_ID), outcome.at(CLIENT_SECRET));
        return if refusal {
            html_parts_refused(&[&id, &secret, &outcome])
        } else {
            html_parts(&[&id, &secret, &outcome], &[])
        };
    }
    let page = filled(app, &form.visit, &form.fields, outcome).await?;
    if refusal {
        html_refused(&page)
    } else {
        html(&page)
    }
}

/// The whole page, with the Client ID as it was typed and never the secret.
async fn filled(app: &App, visit: &Visit, fields: &Fields, outcome: Outcome) -> Result<Page> {
    let mut page = Page::load(app, visit, &Filter::default()).await?;
    page.credentials.client_id = fields.text("client_id").to_owned();
    page.credentials.at_client_id = outcome.at(CLIENT_ID);
    page.credentials.at_client_secret = outcome.at(CLIENT_SECRET);
    page.credentials.result = outcome;
    Ok(page)
}
