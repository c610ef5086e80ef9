//! Credit notes: the correction of an issued invoice is a document of its own.
//!
//! - It takes back lines of the invoice, whole or in part, at the prices and tax rates that were invoiced; what of that is
//!   allowed is said by [`billing::Creditable`]. A draft of one counts as credited, so that two drafts do not credit twice.
//! - It is issued like an invoice, from the same numbers. Then its credit settles what is open of the invoice; what is left
//!   over stays its balance, until it settles another invoice or is paid out.
//! - It corrects money, not terms: what the invoice charged of a subscription stays charged.

mod api;
mod apply;
mod details;
mod draft;
mod pages;
mod store;

pub use api::api;
pub(super) use apply::{apply_credit, credited_at_issue};
pub use details::{CreditDetails, CreditLine};
pub use draft::credit_invoice;
pub use pages::routes;
pub(super) use store::credit_notes_of;
