//! The logo on the general page: chosen, shown, removed.

use axum::extract::State;

use super::{gate, settings};
use crate::{
    app::App,
    http::{Flash, Form, PageResult, Place, Question, Refusals, Upload, Visit, go_to},
    organizations::{
        load_logo,
        logo::{read_logo, remove_logo, set_logo},
    },
};

const PAGE: &str = "/admin/settings";

pub(super) async fn save(State(app): State<App>, Upload { visit, file }: Upload) -> PageResult {
    gate(&visit)?;
    let logo = match read_logo(file).await {
        Ok(logo) => logo,
        Err(error) if error.field_errors().is_empty() => return Err(error.into()),
        Err(error) => {
            let refusals = Refusals::of(&error);
            return settings::general_refused(&app, &visit, refusals).await;
        }
    };
    let mut tx = app.database.write(visit.actor.organization).await?;
    set_logo(&mut tx, &visit.actor.by(), &logo, app.clock.now()).await?;
    tx.commit().await?;
    let message = Flash::ok("The logo was saved. Invoices issued from now on have it.");
    Ok(go_to(&visit, PAGE, &[message]))
}

pub(super) async fn ask_remove(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    if load_logo(&mut tx).await?.is_none() {
        return Ok(go_to(&visit, PAGE, &[]));
    }
    let question = Question {
        title: "Remove the logo?".to_owned(),
        action: "/admin/settings/logo/remove".to_owned(),
        back: PAGE.to_owned(),
        effects: vec![
            "Invoices issued from now on have no logo.".to_owned(),
            "Those that were issued already keep it.".to_owned(),
        ],
        accept: "Remove logo",
        decline: "Keep it",
        danger: true,
    };
    question.ask(&visit, Place::Settings)
}

pub(super) async fn remove(State(app): State<App>, Form { visit, .. }: Form) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    remove_logo(&mut tx, &visit.actor.by(), app.clock.now()).await?;
    tx.commit().await?;
    let message = Flash::ok("The logo was removed.");
    Ok(go_to(&visit, PAGE, &[message]))
}
