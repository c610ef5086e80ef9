//! A read-only client for the Pax8 partner API.
//!
//! It signs in with client credentials, lists companies, subscriptions,
//! products and invoices, and proves each list complete before handing it
//! over. It can only read: the one request that is not a `GET` asks for a
//! token. Amounts stay exact decimals, dates keep the text they were written
//! in, and a field that Pax8 left out is `None`, never zero.
//!
//! ```no_run
//! use pax8::{Client, ClientConfig, Credentials, RateBudget};
//!
//! # async fn example() -> Result<(), pax8::Error> {
//! let credentials = Credentials::new("client-id", "client-secret");
//! let client = Client::new(ClientConfig::new(credentials, RateBudget::default()))?;
//! client.verify().await?;
//!
//! let subscriptions = client
//!     .list_subscriptions()
//!     .complete(|done, total| println!("{done} of {total}"))
//!     .await?;
//! for subscription in subscriptions.rows() {
//!     println!("{} × {:?}", subscription.id, subscription.quantity);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What a caller can rely on
//!
//! * A [`Complete`] list holds as many distinct rows as every page of it
//!   promised; anything else is [`Error::Incomplete`].
//! * All clients that share a [`RateBudget`] stay together within it, retries
//!   and token requests included.
//! * One odd field never costs a row: the field is `None` and the row carries
//!   a [`Warning`].
//! * No secret, token or `Authorization` header appears in an error, in
//!   `Debug` output or in the log.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod budget;
mod client;
mod config;
mod credentials;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod pull;
mod reply;
mod request;
mod retry;
mod rows;
mod secrets;
mod stats;
mod tls;
mod token;
mod transport;
mod wire;

pub use budget::RateBudget;
pub use client::{Client, DraftMonth};
pub use config::{ClientConfig, RetryPolicy, Timeouts};
pub use credentials::Credentials;
pub use error::{Error, NetworkFault, Problem};
pub use pull::{Complete, Pull};
pub use rows::{
    Address, Commitment, Company, Invoice, InvoiceItem, Product, Products, Subscription,
};
pub use stats::RequestCount;
pub use tls::client_config as tls_config;
pub use wire::{Day, FieldProblem, Moment, Warning};
