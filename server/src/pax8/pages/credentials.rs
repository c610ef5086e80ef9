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
        Fields, Flash, Form, Moment, PageResult, Visit, go_to, html, html_parts,
        html_parts_refused, html_refused,
    },
    pax8::connection::{
        self, Connection, ConnectionChange, CredentialTest, TypedCredentials, test_credentials,
    },
};

#[derive(Template)]
#[template(path = "pax8/credentials.html")]
pub(super) struct CredentialsCard {
    csrf_token: String,
    stored: bool,
    client_id_hint: String,
    /// As typed before; the secret has no such field.
    client_id: String,
    result: Outcome,
}

/// What a test or a refused connection said, above the fields: the only part that the page's script replaces, so that
/// what was typed stays in the browser.
#[derive(Default, Template)]
#[template(path = "pax8/credentials_result.html")]
pub(super) struct Outcome {
    notice: Option<Notice>,
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
        }
    }
}

impl Outcome {
    fn new(good: bool, text: String) -> Self {
        Self {
            notice: Some(Notice { good, text }),
        }
    }
}

/// `POST /admin/integrations/pax8/credentials`
pub(super) async fn connect(State(app): State<App>, form: Form) -> PageResult {
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
            show(&app, &form, Outcome::new(false, detail), true).await
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
            let text = sentences(&error);
            show(app, form, Outcome::new(false, text), true).await
        }
        _ => Err(error.into()),
    }
}

fn sentences(error: &Error) -> String {
    match error.field_errors() {
        [] => error.to_string(),
        fields => {
            let messages: Vec<_> = fields.iter().map(|field| field.message.as_str()).collect();
            messages.join(" ")
        }
    }
}

async fn show(app: &App, form: &Form, outcome: Outcome, refusal: bool) -> PageResult {
    if form.visit.fragment {
        return if refusal {
            html_parts_refused(&[&outcome])
        } else {
            html_parts(&[&outcome], &[])
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
    page.credentials.result = outcome;
    Ok(page)
}
