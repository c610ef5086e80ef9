//! Org Settings: a page for each subject, in tabs.

mod form;
mod licence;
mod lines;
mod logo;
mod mail;
mod security;
mod settings;
mod taxes;
mod tokens;

use axum::{
    Router,
    routing::{get, post},
};

use crate::{
    accounts::Permission,
    app::App,
    error::Result,
    http::{Upload, Visit},
};

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route(
            "/admin/settings",
            get(settings::general).post(settings::save_general),
        )
        .route("/admin/settings/logo", Upload::at(post(logo::save)))
        .route(
            "/admin/settings/logo/remove",
            get(logo::ask_remove).post(logo::remove),
        )
        .route(
            "/admin/settings/numbers",
            get(settings::numbers).post(settings::save_numbers),
        )
        .route(
            "/admin/settings/lines",
            get(lines::show).post(lines::save_lines),
        )
        .route(
            "/admin/settings/mail",
            get(mail::show).post(mail::save_mail),
        )
        .route("/admin/settings/taxes", get(taxes::show).post(taxes::save))
        .route(
            "/admin/settings/security",
            get(security::show).post(security::save_security),
        )
        .route("/admin/settings/tokens", get(tokens::show))
        .route("/admin/settings/licence", get(licence::show))
}

/// The tabs: path and words.
pub const TABS: [(&str, &str); 9] = [
    ("/admin/settings", "General"),
    ("/admin/settings/numbers", "Invoice numbering"),
    ("/admin/settings/lines", "Invoice lines"),
    ("/admin/settings/mail", "E-mail"),
    ("/admin/settings/taxes", "Tax rates"),
    ("/admin/settings/alerts", "Alerts"),
    ("/admin/settings/security", "Security"),
    ("/admin/settings/tokens", "API tokens"),
    ("/admin/settings/licence", "Licence"),
];

/// Goes on only for those who may manage the settings.
fn gate(visit: &Visit) -> Result<()> {
    visit.actor.require(Permission::SettingsManage)
}
