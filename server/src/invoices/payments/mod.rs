//! What settles an invoice: money that came in, and the credit of credit notes.
//!
//! - What an invoice was paid, and with it its status, is the sum of its payments, renewed in the transaction that changes one.
//! - The organization's lock of a writing transaction keeps two payments at once from paying more than the balance.
//! - A payment is taken back, never deleted: it stays in the list and counts no more.
//! - A credit note is the same with the other sign: its credit settles invoices, or is paid out.

mod api;
mod body;
mod details;
mod pages;
mod payment;
mod record;
pub(super) mod store;
mod take_back;
mod view;

pub use api::api;
pub use body::PaymentBody;
pub use details::PaymentDetails;
pub use pages::routes;
pub use payment::{DocumentRef, Payment, PaymentKind};
pub use record::record_payment;
pub(super) use record::{Settlement, settle};
pub use take_back::take_back_payment;
pub(super) use view::{PaymentView, payment_views};
