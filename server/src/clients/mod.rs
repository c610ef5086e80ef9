//! Clients: whom the MSP bills.
//!
//! - A client belongs to one organization and is never deleted: archiving keeps it for its invoices.
//! - It is archived only when nothing bills it any more: no live recurring invoice, no mapped Pax8 company.
//! - Two clients may carry the same account reference; matching then asks a person.
//! - Its currency stays as long as a live recurring invoice counts in it.

mod api;
mod archive;
mod change;
mod client;
mod create;
mod details;
mod earnings;
mod list;
mod pages;
mod store;

use api::USUAL_TERMS;
pub use api::api;
pub use archive::{archive_client, refuse_in_use, restore_client};
pub use change::change_client;
pub use client::{Client, ClientOption, ClientStatus};
pub use create::create_client;
pub use details::{ClientDetails, LONGEST_NAME};
pub use earnings::{ClientOrder, Earnings, earnings_of, list_by_earnings};
pub use list::{
    ListClients, find_client, find_clients, list_clients, list_match_keys, list_sharing_reference,
    load_client, search_options,
};
pub use pages::routes;
