//! The audit log: who did what, when, from where, before and after.
//!
//! - An event is written in the transaction of what it tells; it exists exactly if that happened.
//! - It is added to, never edited: there is no statement that changes or removes an event.
//! - No secret ever goes in, not even a sealed one; so none can come out.
//! - It keeps the name that a record had then, and says something when the record or the person is gone.
//! - Reading it needs the permission `audit.read`.

mod api;
mod difference;
mod event;
mod filter;
mod overtaken;
mod pages;
mod record;
mod store;
mod words;

pub use api::{AuditQuery, api};
pub use event::{AuditEvent, Subject};
pub use filter::{AuditFilter, list_events, load_event};
pub use overtaken::overtaken;
pub use pages::routes;
pub use record::{Event, NOTHING, record, record_all};
