//! The page with the cards.

use askama::Template;
use axum::{Router, extract::State, routing::get};

use crate::{
    accounts::{PAX8_FEATURE, Permission},
    app::App,
    http::{AdminVisit, Frame, Moment, PageResult, Place, html},
    pax8::connection::{ConnectionStatus, find_connection},
};

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new().route("/admin/integrations", get(show))
}

#[derive(Template)]
#[template(path = "integrations/page.html")]
struct IntegrationsPage {
    frame: Frame,
    licensed: bool,
    pax8: ConnectionStatus,
    last_sync: Option<Moment>,
}

async fn show(State(app): State<App>, AdminVisit(visit): AdminVisit) -> PageResult {
    let actor = &visit.actor;
    actor.require(Permission::IntegrationsManage)?;
    let mut tx = app.database.read(actor.organization).await?;
    let connection = find_connection(&mut tx).await?;
    html(&IntegrationsPage {
        frame: visit.frame(Place::Integrations, "Integrations"),
        licensed: actor.has_feature(PAX8_FEATURE),
        pax8: ConnectionStatus::of(connection.as_ref()),
        last_sync: connection
            .and_then(|it| it.last_sync_at)
            .map(|at| Moment::new(at, &actor.timezone)),
    })
}
