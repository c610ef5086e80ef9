//! The pages of recurring invoices: list, page, form, and the questions before pausing, resuming and cancelling.

mod form;
mod list;
mod row;
mod show;
mod stop;
mod typed;

use axum::{Router, routing::get};

use crate::{
    app::App,
    error::{Error, Result},
    http::Flash,
    ids::RecurringInvoiceId,
};

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/recurring", get(list::show))
        .route("/recurring/new", get(form::new).post(form::create))
        .route("/recurring/{id}", get(show::show))
        .route("/recurring/{id}/edit", get(form::edit).post(form::change))
        .route(
            "/recurring/{id}/pause",
            get(stop::ask_pause).post(stop::pause),
        )
        .route(
            "/recurring/{id}/resume",
            get(stop::ask_resume).post(stop::resume),
        )
        .route(
            "/recurring/{id}/cancel",
            get(stop::ask_cancel).post(stop::cancel),
        )
}

fn recurring_id(id: &str) -> Result<RecurringInvoiceId> {
    RecurringInvoiceId::parse(id).ok_or(Error::NotFound("recurring invoice"))
}

/// What to say of links that ended with a recurring invoice.
fn links_ended_message(count: u64) -> Option<Flash> {
    match count {
        0 => None,
        1 => Some(Flash::warn("1 linked subscription is not billed any more.")),
        _ => Some(Flash::warn(format!(
            "{count} linked subscriptions are not billed any more."
        ))),
    }
}

fn path(id: RecurringInvoiceId) -> String {
    format!("/recurring/{id}")
}
