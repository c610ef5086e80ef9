//! How members prove who they are.

use askama::Template;
use axum::extract::State;

use super::{
    TABS,
    form::{Present, Refused, save},
    gate,
};
use crate::{
    app::App,
    http::{
        ConfirmedForm, Fields, Flash, Frame, PageResult, Place, Visit, go_to, html, html_conflict,
    },
};

const PATH: &str = "/admin/settings/security";

#[derive(Template)]
#[template(path = "settings/security.html")]
struct SecurityPage {
    frame: Frame,
    tab: &'static str,
    typed: Fields,
    notice: Option<String>,
    version: i64,
    /// The visitor has a second factor of their own.
    has_second_factor: bool,
}

pub(super) async fn show(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let required = present.organization.second_factor_required;
    let on = if required { "true" } else { "" }.to_owned();
    let typed = Fields::of([("second_factor_required", on)]);
    html(&page(&visit, &present, typed))
}

pub(super) async fn save_security(
    State(app): State<App>,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let mut it = present.details();
    it.second_factor_required = fields.is_on("second_factor_required");
    let refused = save(&mut tx, &visit, &fields, &it, app.clock.now()).await?;
    let Some(Refused { notice, .. }) = refused else {
        tx.commit().await?;
        let message = Flash::ok("The settings were saved.");
        return Ok(go_to(&visit, PATH, &[message]));
    };
    let mut page = page(&visit, &present, fields);
    page.notice = notice;
    html_conflict(&page)
}

fn page(visit: &Visit, present: &Present, typed: Fields) -> SecurityPage {
    SecurityPage {
        frame: visit.frame(Place::Settings, "Org Settings"),
        tab: PATH,
        typed,
        notice: None,
        version: present.organization.version,
        has_second_factor: visit.actor.second_factor,
    }
}
