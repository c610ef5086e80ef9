//! The connection of an organization to its Pax8 account.
//!
//! Invariants:
//! - Credentials are stored only after Pax8 accepted them, sealed under the organization's data key, and never come out of
//!   here but inside a client that can only read.
//! - Pax8 is never asked while a transaction is open.
//! - New credentials, or none any more, end the syncs of the old ones: nothing that another account said is stored.
//! - Three refusals of the credentials in a row make the connection inactive; a network failure never does.

mod api;
mod budgets;
mod connect;
mod credentials;
mod disconnect;
mod health;
mod settings;
mod store;
mod types;

pub use api::{ConnectionView, api};
pub use budgets::RateBudgets;
pub use connect::{ConnectionChange, connect};
pub(in crate::pax8) use credentials::not_connected;
pub use credentials::{CredentialTest, RESEALER, TypedCredentials, open_client, test_credentials};
pub use disconnect::{DisconnectImpact, disconnect, impact_of_disconnect};
pub use health::{data_is_stale, find_connection};
pub(in crate::pax8) use health::{list_due, postpone, record_failure, record_success};
pub use settings::{set_active, set_auto_map};
pub use types::{Connection, ConnectionStatus, REFUSALS_UNTIL_INACTIVE};
