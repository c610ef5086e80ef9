//! Users: the people of an organization, what they may do, inviting and removing them.
//!
//! - One account may be a member of several organizations. What is done here concerns this organization's membership only;
//!   an account's name and password are its owner's.
//! - An organization is never without an Owner; an Owner is made, changed and removed by an Owner only.
//! - Nobody gives a right that they lack.

mod api;
mod change;
mod grant;
mod invitation;
mod invite;
mod pages;
mod remove;
mod store;
mod user;

pub use api::api;
pub use change::change_user;
pub use grant::GrantDetails;
pub use invitation::{InvitationLink, Invitee, accept_invitation, find_invitee, renew_invitation};
pub use invite::{Invited, NewUser, invite_user};
pub use pages::routes;
pub use remove::{refuse_removal, remove_user};
pub use user::{User, UserStatus, list_owners, list_users, load_user};
