//! Sending issued invoices by mail.
//!
//! - A delivery and the job that does it are written in one transaction, which may be the one that issues the invoice.
//! - It is marked as being sent before the mail server is talked to, with no transaction open, and settled afterwards. What
//!   for certain was not taken is tried again ([`RETRY_AFTER`]). Where nobody knows, because the connection or the process
//!   ended in between, it is `unknown` and never sent again by itself.
//! - An invoice is on its way once at a time: a rule of the schema. Whoever asks again joins.

mod api;
mod delivery;
mod list_page;
mod pages;
mod perform;
mod restored;
mod send;
mod settle;
mod store;
mod template;
mod text;
pub mod view;

pub use api::api;
pub use delivery::{Delivery, DeliveryState};
pub use pages::{routes, told};
pub use perform::{JOB, RETRY_AFTER, perform};
pub use restored::lose_track_of_waiting;
pub use send::{Sending, address_of, can_be_sent_to, require_mail, require_sendable, send};
pub use settle::settle;
pub use store::{
    Trouble, count_trouble, first_recipients, first_recipients_of_run, list_of_invoice,
    list_of_invoices,
};
pub use template::MailTemplate;
pub use text::{Words, compose};
