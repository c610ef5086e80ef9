//! Users: the people of an organization, what they may do, inviting and removing them.
//!
//! - One account may be a member of several organizations. What is done here concerns this organization's membership only;
//!   an account's name and password are its owner's.
//! - A membership opens nothing until the person joins: by this organization's link, and by signing in with the account or, where it
//!   has no password, choosing the first one. A link of another organization, or a password that it gave, is no way in here.
//! - An organization is never without an Owner; an Owner is made, changed and removed by an Owner only.
//! - Nobody gives a right that they lack, nor changes or removes somebody who has one that they lack.

mod api;
mod change;
mod grant;
mod invite;
mod join;
mod link;
mod pages;
mod remove;
mod store;
mod user;

pub use api::api;
pub use change::change_user;
pub use grant::{GrantDetails, refuse_stronger};
pub use invite::{Invited, NewUser, invite_user};
pub use join::{Joining, accept_invitation};
pub use link::{InvitationLink, Invitee, find_invitee, renew_invitation};
pub use pages::routes;
pub use remove::{refuse_removal, remove_user};
pub(super) use store::replace_password;
pub use user::{User, UserStatus, list_owners, list_users, load_user};
