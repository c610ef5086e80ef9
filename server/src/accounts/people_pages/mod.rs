//! Roles & Permissions: who belongs to the organization, what they may do, and the roles that say so.

mod invite;
mod list;
mod member;
mod role;
mod second_factor;

use axum::{
    Router,
    routing::{get, post},
};

use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    http::Visit,
    ids::{AccountId, CustomRoleId},
};

const PATH: &str = "/admin/roles";

/// The pages of people and roles.
pub fn routes() -> Router<App> {
    Router::new()
        .route(PATH, get(list::show))
        .route("/admin/roles/invite", get(invite::new).post(invite::invite))
        .route(
            "/admin/roles/members/{id}",
            get(member::edit).post(member::change),
        )
        .route(
            "/admin/roles/members/{id}/remove",
            get(member::ask).post(member::remove),
        )
        .route("/admin/roles/members/{id}/invitation", post(invite::renew))
        .route(
            "/admin/roles/members/{id}/second-factor",
            get(second_factor::ask).post(second_factor::reset),
        )
        .route("/admin/roles/new", get(role::new).post(role::create))
        .route("/admin/roles/{id}", get(role::edit).post(role::change))
        .route(
            "/admin/roles/{id}/delete",
            get(role::ask).post(role::delete),
        )
}

/// Goes on only for those who may manage people and roles.
fn gate(visit: &Visit) -> Result<()> {
    visit.actor.require(Permission::RolesManage)
}

fn user_id(id: &str) -> Result<AccountId> {
    AccountId::parse(id).ok_or(Error::NotFound("user"))
}

fn role_id(id: &str) -> Result<CustomRoleId> {
    CustomRoleId::parse(id).ok_or(Error::NotFound("role"))
}
