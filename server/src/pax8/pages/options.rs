//! The card `Sync Options`: one switch, saved at once.

use askama::Template;
use axum::extract::State;

use super::filter::PAGE;
use crate::{
    accounts::Actor,
    app::App,
    http::{Flash, Form, PageResult, go_to, html_parts},
    pax8::connection::set_auto_map,
};

#[derive(Template)]
#[template(path = "pax8/options.html")]
pub(super) struct OptionsCard {
    csrf_token: String,
    auto_map: bool,
}

impl OptionsCard {
    pub(super) fn new(actor: &Actor, auto_map: bool) -> Self {
        Self {
            csrf_token: actor.csrf_token.clone(),
            auto_map,
        }
    }
}

/// `POST /admin/integrations/pax8/options`
pub(super) async fn save(State(app): State<App>, form: Form) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let on = form.fields.is_on("auto_map");
    let connection = set_auto_map(&app, &actor.by(), actor.organization, on).await?;
    let flash = Flash::ok(if connection.auto_map {
        "Companies will be mapped automatically at each sync."
    } else {
        "Companies will no longer be mapped automatically."
    });
    if form.visit.fragment {
        return html_parts(&[&OptionsCard::new(actor, connection.auto_map)], &[flash]);
    }
    Ok(go_to(&form.visit, PAGE, &[flash]))
}
