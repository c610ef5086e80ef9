//! People and programs that may come in: accounts, memberships, roles, sessions, API tokens.
//!
//! - A session and a token belong to one account in one organization; [`Actor`] is what they become.
//! - Passwords are stored as Argon2id, session secrets and tokens as digests: the database opens no door.
//! - A refused sign-in says neither whether the account exists nor what was wrong, and too many lock an address alike.
//! - Somebody becomes a member by their own act: opening the link of that organization and signing in. Only an account that did not
//!   exist before can be opened by whoever invites, and it belongs to that organization alone.

mod actor;
mod attempts;
pub mod me;
pub mod pages;
mod password;
mod people_pages;
mod permission;
pub mod roles;
mod session;
mod sign_in;
mod store;
mod token;
pub mod tokens;
pub mod users;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub use actor::{Actor, By, Costs, PAX8_FEATURE, Via};
pub use password::{PasswordHash, Passwords};
pub use permission::{Permission, PermissionSet, Role};
pub(crate) use session::random_text;
pub use session::{Session, SessionSecret, end_session, find_session, start_session};
pub use sign_in::sign_in;
pub use store::{NewAccount, insert_account, insert_membership};
pub use token::{find_token, make_token};

/// The calls about people, roles and tokens.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(me::api())
        .merge(users::api())
        .merge(roles::api())
        .merge(tokens::api())
}
