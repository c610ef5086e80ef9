//! People and programs that may come in: accounts, memberships, roles, sessions, API tokens.
//!
//! - A session and a token belong to one account in one organization; [`Actor`] is what they become.
//! - Passwords are stored as Argon2id, session secrets and tokens as digests: the database opens no door.
//! - A refused sign-in says neither whether the account exists nor what was wrong, and too many lock an address alike.
//! - A session has another secret after every sign-in and every change of how its account proves itself, and ends unused.
//! - Somebody becomes a member by their own act: opening the link of that organization and signing in. Only an account that did not
//!   exist before can be opened by whoever invites, and it belongs to that organization alone.

mod actor;
mod attempts;
mod browser;
mod confirm;
pub mod me;
pub mod notice;
pub mod pages;
mod password;
mod people_pages;
mod permission;
mod refused;
pub mod roles;
pub mod second_factor;
mod session;
mod sign_in;
mod store;
mod token;
pub mod tokens;
pub mod users;
mod visitor;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub use actor::{Actor, By, Costs, PAX8_FEATURE, Via};
pub use browser::BROWSER_LIFETIME;
pub use confirm::confirm;
pub use password::{PasswordHash, Passwords, Whose};
pub use permission::{Permission, PermissionSet, Role};
pub use refused::{RefusedSignIns, list_refused_sign_ins};
pub(crate) use session::random_text;
pub use session::{
    NewSession, Session, SessionSecret, SessionTimes, end_session, find_session, start_session,
};
pub use sign_in::{SignIn, choose_at_sign_in, finish_sign_in, sign_in};
pub use store::{NewAccount, insert_account, insert_membership};
pub use token::{TokenScope, find_token, make_token};
pub use visitor::{Visitor, device};

/// The calls about people, roles and tokens.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(me::api())
        .merge(second_factor::api())
        .merge(users::api())
        .merge(roles::api())
        .merge(tokens::api())
}
