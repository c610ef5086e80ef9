//! The API tokens of an organization: made for oneself, listed, revoked.
//!
//! - A token is shown once, when it is made; what is stored opens nothing.
//! - Everybody lists and revokes their own; who manages the settings, everybody's.

mod api;
mod create;
mod pages;
mod revoke;
mod store;
mod token_record;

pub use api::api;
pub use create::{NewToken, create_token};
pub(crate) use pages::ShownOnce;
pub use pages::{TokenRow, routes, token_rows};
pub use revoke::{find_revocable, revoke_token};
pub use token_record::{ApiToken, TokenOwner, Whose, list_tokens};
