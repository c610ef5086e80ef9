//! The pages of invoices.

mod confirm;
mod list;
mod show;

use axum::{Router, routing::get};

use crate::app::App;

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/invoices", get(list::list))
        .route("/invoices/{id}", get(show::show))
        .route(
            "/invoices/{id}/issue",
            get(confirm::ask_issue).post(confirm::submit_issue),
        )
        .route(
            "/invoices/{id}/issue-and-send",
            get(confirm::ask_issue_and_send).post(confirm::submit_issue_and_send),
        )
        .route(
            "/invoices/{id}/void",
            get(confirm::ask_void).post(confirm::submit_void),
        )
        .merge(super::payments::routes())
        .merge(super::credit::routes())
}
