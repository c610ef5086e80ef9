//! The Pax8 integration: companies and subscriptions as pulled, tied to clients and priced.
//!
//! Data flows one way. What Pax8 says is never edited here; what people decide (mapping, markup, override, link) is kept
//! apart from it, so that no sync can lose a decision.

pub mod companies;
pub mod connection;
pub mod pages;
pub mod subscriptions;
pub mod sync;

use utoipa_axum::router::OpenApiRouter;

use crate::{
    accounts::{PAX8_FEATURE, Permission},
    app::App,
    http::{all_licensed, all_need},
};

/// The calls of the integration.
pub fn api() -> OpenApiRouter<App> {
    let calls = OpenApiRouter::new()
        .merge(connection::api())
        .merge(sync::api())
        .merge(companies::api())
        .merge(subscriptions::api());
    all_licensed(
        PAX8_FEATURE,
        all_need(Permission::IntegrationsManage, calls),
    )
}
