//! Search over everything that has a name: clients, Pax8 companies and subscriptions, recurring invoices, invoices.
//!
//! - Each kind is found by its own list, with the list's own rules; so what is found here is found there.
//! - Kinds that the person may not see are not searched.
//! - A few of each kind are shown; where there are more, a link leads on.

mod api;
mod find;
mod hits;
mod pages;

pub use api::api;
pub use find::{Found, Group, Hit, Kind, find};
pub use pages::routes;
