//! One's own account: name, password, sessions, the organizations that it works for, and what is held about oneself.
//!
//! - A new password ends every other session of the account, in all organizations.
//! - Somebody who works for several organizations is in one at a time; switching begins a new session there.

mod api;
mod held;
mod organizations;
mod pages;
mod profile;
mod sessions;
mod store;

pub use api::api;
pub use held::{Held, held_about};
pub use organizations::{OrganizationChoice, list_elsewhere, switch_organization};
pub use pages::routes;
pub(super) use profile::load_password;
pub use profile::{change_password, rename};
pub use sessions::{OwnSession, end_all_sessions, end_own_session, list_sessions};
