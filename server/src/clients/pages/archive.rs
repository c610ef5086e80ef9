//! Archiving a client after a question, and taking it back.

use axum::extract::{Path, State};

use super::{client_id, path};
use crate::{
    accounts::Permission,
    app::App,
    clients::{archive_client, load_client, refuse_in_use, restore_client},
    http::{Flash, Form, PageResult, Place, Question, Visit, go_and_tell, go_to},
};

pub(super) async fn ask(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    visit.actor.require(Permission::ClientsManage)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let client = load_client(&mut tx, client_id(&id)?).await?;
    if let Err(error) = refuse_in_use(&mut tx, client.id).await {
        return go_and_tell(&visit, &path(client.id), error);
    }
    let question = Question {
        title: format!("Archive {}?", client.name),
        action: format!("/clients/{}/archive", client.id),
        back: path(client.id),
        effects: vec![
            "Nothing new can be made for this client, and no Pax8 company is mapped to it."
                .to_owned(),
            "Its invoices stay. It can be restored at any time.".to_owned(),
        ],
        accept: "Archive client",
        decline: "Keep it",
        danger: true,
    };
    question.ask(&visit, Place::Clients)
}

pub(super) async fn archive(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::ClientsManage)?;
    let (id, by, now) = (client_id(&id)?, visit.actor.by(), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match archive_client(&mut tx, &by, id, now).await {
        Ok(client) => {
            tx.commit().await?;
            let message = Flash::ok(format!("{} is archived.", client.name));
            Ok(go_to(&visit, &path(id), &[message]))
        }
        Err(error) => go_and_tell(&visit, &path(id), error),
    }
}

pub(super) async fn restore(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::ClientsManage)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    let client =
        restore_client(&mut tx, &visit.actor.by(), client_id(&id)?, app.clock.now()).await?;
    tx.commit().await?;
    let message = Flash::ok(format!("{} is active again.", client.name));
    Ok(go_to(&visit, &path(client.id), &[message]))
}
