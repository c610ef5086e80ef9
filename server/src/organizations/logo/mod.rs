//! The organization's logo, printed on its invoices.
//!
//! It is read in full when it comes, never trusted by its name or kind, and kept as pixels alone: what is in the database can
//! be printed.

mod api;
mod change;
mod store;

pub(super) use api::api;
pub(super) use change::{read_logo, remove_logo, set_logo};
pub use store::{current_logo_id, load_logo, load_logo_of};
