//! The pages of the Pax8 integration: `/admin/integrations/pax8` with its four cards, and the dialogs they open.
//!
//! - One file per card or dialog; each calls the verbs of its neighbours and owns no rule.
//! - Every form and link works without the page's script; with it, only the part that changed is sent.
//! - A typed secret never comes back, and a stored one is never shown.

mod accept;
mod billing;
mod changes;
mod companies;
mod company;
mod confirm;
mod counts;
mod credentials;
mod decisions;
mod disconnect;
mod end_link;
mod filter;
mod held;
mod map_all;
mod mapping;
mod options;
mod page;
mod parts;
mod preview;
mod row;
mod status;
mod subscriptions;
mod syncs;
mod typed;

pub use held::{Accept, end_url};

use axum::{
    Router,
    routing::{get, post},
};

use crate::app::App;

pub(crate) use filter::company_page;

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new().nest(
        filter::PAGE,
        Router::new()
            .route("/", get(page::show))
            .route("/status", get(status::show))
            .route("/syncs", post(syncs::request))
            .route("/syncs/{sync}/changes", get(changes::of_sync))
            .route("/credentials", post(credentials::connect))
            .route("/credential-tests", post(credentials::test))
            .route("/options", post(options::save))
            .route("/subscriptions", get(decisions::show))
            .route(
                "/disconnect",
                get(disconnect::ask).post(disconnect::confirmed),
            )
            .merge(company_routes())
            .merge(subscription_routes()),
    )
}

fn company_routes() -> Router<App> {
    Router::new()
        .route(
            "/companies/mappings",
            get(map_all::show).post(map_all::confirmed),
        )
        .route("/companies/{company}", get(company::show))
        .route(
            "/companies/{company}/subscriptions",
            get(company::subscriptions),
        )
        .route(
            "/companies/{company}/mapping",
            get(mapping::choose).post(mapping::map),
        )
        .route(
            "/companies/{company}/unlink",
            get(mapping::ask_unlink).post(mapping::unlink),
        )
}

fn subscription_routes() -> Router<App> {
    Router::new()
        .route(
            "/subscriptions/{subscription}/billing",
            get(billing::show).post(billing::save),
        )
        .route(
            "/subscriptions/{subscription}/billing/preview",
            post(billing::preview),
        )
        .route(
            "/subscriptions/{subscription}/accept-change",
            post(accept::accept),
        )
        .route(
            "/subscriptions/{subscription}/end-link",
            get(end_link::ask).post(end_link::confirmed),
        )
        .route(
            "/subscriptions/{subscription}/history",
            get(changes::of_subscription),
        )
}
