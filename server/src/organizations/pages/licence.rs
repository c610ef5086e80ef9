//! What the organization is licensed for.

use askama::Template;
use axum::extract::State;

use super::{TABS, gate};
use crate::{
    app::App,
    http::{Frame, PageResult, Place, Visit, html},
    organizations::{Licence, load_licence},
};

#[derive(Template)]
#[template(path = "settings/licence.html")]
struct LicencePage {
    frame: Frame,
    tab: &'static str,
    licence: Licence,
}

pub(super) async fn show(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    html(&LicencePage {
        frame: visit.frame(Place::Settings, "Org Settings"),
        tab: "/admin/settings/licence",
        licence: load_licence(&mut tx).await?,
    })
}
