//! Roles: three that every organization has, and its own.
//!
//! - A custom role replaces what a member's system role allows; a member has at most one, an Owner none.
//! - Nobody puts a permission into a role that they lack themselves, nor changes or deletes a role that has one.
//! - A role in use stays.

mod api;
mod role;
mod save;
mod store;

pub use api::api;
pub use role::{CustomRole, RoleDetails, SystemRole, refuse_stronger_role};
pub(super) use role::{beyond_own_rights, stronger_than_you};
pub use save::{change_role, create_role, delete_role, refuse_in_use};
pub use store::{find_role, list_roles, list_system_roles, load_role};
