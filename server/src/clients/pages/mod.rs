//! The pages of clients: list, client, form, and the choices of a search box.

mod archive;
mod form;
mod list;
mod show;

use axum::{
    Router,
    routing::{get, post},
};

use crate::{
    app::App,
    error::{Error, Result},
    ids::ClientId,
};

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/clients", get(list::show))
        .route("/clients/options", get(list::options))
        .route("/clients/new", get(form::new).post(form::create))
        .route("/clients/{id}", get(show::show))
        .route("/clients/{id}/edit", get(form::edit).post(form::change))
        .route(
            "/clients/{id}/archive",
            get(archive::ask).post(archive::archive),
        )
        .route("/clients/{id}/restore", post(archive::restore))
}

fn client_id(id: &str) -> Result<ClientId> {
    ClientId::parse(id).ok_or(Error::NotFound("client"))
}

fn path(id: ClientId) -> String {
    format!("/clients/{id}")
}
