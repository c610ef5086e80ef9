//! The OpenAPI document, generated from the handlers.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The document's frame; the paths come from the routes themselves.
#[derive(OpenApi)]
#[openapi(
    info(title = "Ascent", description = "Bills Pax8 subscriptions on the recurring invoices of an MSP's clients. \
        Amounts and quantities are decimal strings; a value that Pax8 did not give is null."),
    modifiers(&BearerToken),
    security(("token" = []))
)]
pub(super) struct Document;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API token."))
            .build();
        openapi
            .components
            .get_or_insert_with(Components::new)
            .add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}
