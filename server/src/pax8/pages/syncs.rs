//! Asking for a sync: of everything, or of one company.

use axum::{extract::State, http::HeaderMap};

use super::{
    company::{CompanyRow, company_id},
    filter::{Filter, PAGE},
    status::StatusCard,
};
use crate::{
    app::App,
    error::Result,
    http::{Flash, Form, PageResult, go_to, html_parts},
    pax8::{
        connection::find_connection,
        sync::{Scope, Sync, Trigger, request_sync},
    },
};

/// `POST /admin/integrations/pax8/syncs`
pub(super) async fn request(State(app): State<App>, headers: HeaderMap, form: Form) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let scope = scope(form.fields.text("company_id"))?;
    let (sync, joined) = request_sync(
        &app,
        &actor.by(),
        actor.organization,
        scope,
        Trigger::Manual,
    )
    .await?;
    let flashes: &[Flash] = &match joined {
        true => vec![Flash::ok("A sync is under way already; this is it.")],
        false => Vec::new(),
    };
    if !form.visit.fragment {
        let started = [Flash::ok(started(scope))];
        let flashes = if joined { flashes } else { &started };
        return Ok(go_to(&form.visit, &back(scope), flashes));
    }
    show(&app, &form, &headers, sync, flashes).await
}

async fn show(
    app: &App,
    form: &Form,
    headers: &HeaderMap,
    sync: Sync,
    flashes: &[Flash],
) -> PageResult {
    let actor = &form.visit.actor;
    let mut tx = app.database.read(actor.organization).await?;
    match sync.scope {
        Scope::Full => {
            let connection = find_connection(&mut tx).await?;
            let card = StatusCard::load(&mut tx, actor, connection.as_ref(), Some(sync)).await?;
            html_parts(&[&card], flashes)
        }
        Scope::Company(id) => {
            let filter = Filter::of_asking_page(headers);
            let mut row = CompanyRow::load(&mut tx, actor, id, &filter, app.clock.now()).await?;
            row.running = Some(sync.id.to_string());
            html_parts(&[&row], flashes)
        }
    }
}

fn scope(company: &str) -> Result<Scope> {
    if company.is_empty() {
        return Ok(Scope::Full);
    }
    Ok(Scope::Company(company_id(company)?))
}

/// What is said where no script shows the progress.
fn started(scope: Scope) -> &'static str {
    match scope {
        Scope::Full => "The sync has started. Load this page again to see how far it is.",
        Scope::Company(_) => {
            "The company is being refreshed. Load this page again in a moment to see what changed."
        }
    }
}

fn back(scope: Scope) -> String {
    match scope {
        Scope::Full => PAGE.to_owned(),
        Scope::Company(id) => {
            let id = id.to_string();
            format!("{}#company-{id}", Filter::default().opening(&id).url())
        }
    }
}
