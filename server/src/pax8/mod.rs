//! The Pax8 integration: companies and subscriptions as pulled, tied to clients and priced.
//!
//! Data flows one way. What Pax8 says is never edited here; what people decide (mapping, markup, override, link) is kept
//! apart from it, so that no sync can lose a decision.

pub mod companies;
pub mod subscriptions;

/// The calls of the integration.
pub fn api() -> utoipa_axum::router::OpenApiRouter<crate::app::App> {
    companies::api().merge(subscriptions::api())
}
