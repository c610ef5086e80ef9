//! Invoices: what a client is asked to pay, and everything that explains it.
//!
//! - draft → issued → partially paid → paid, or void; nothing else ([`InvoiceStatus`]).
//! - The number is given at issue, under the organization's lock: the numbers have no gap and no double.
//! - A draft may be recalculated. What was issued is never edited; a correction is a new document. Names, addresses, prices and explanations are
//!   snapshots, so that the same invoice reads the same on any later day.
//! - A recurring invoice has at most one invoice for a period that is not void: a rule of the schema.

mod api;
mod body;
pub mod credit;
mod document;
mod draft;
mod filter;
mod invoice;
mod issue;
mod kind;
mod pages;
pub mod payments;
mod printed;
mod row;
mod sorted;
mod status;
mod store;
mod sums;
pub mod view;
mod void;

pub use api::{api, invoice_id};
pub use body::{
    ClientRef, HeldBody, InvoiceBody, LineBody, PeriodBody, RecurringRef, SkippedBody, TaxBody,
    lines,
};
pub use document::{file_name, pdf, use_fonts};
pub use draft::{NewInvoice, insert_draft, replace_draft};
pub use filter::{Filter, OVERDUE, REVIEW};
pub use invoice::{
    BriefInvoice, ClientSnapshot, Held, Invoice, InvoiceLine, Origin, PrintOptions, ReviewReason,
    SellerSnapshot, Skipped,
};
pub use issue::{insert_and_issue, issue};
pub use kind::{Correction, InvoiceKind};
pub use pages::routes;
pub use payments::{Payment, PaymentBody};
pub use status::InvoiceStatus;
pub use store::{
    any_draft_of, any_invoice, count_drafts_before, find_of_period, find_of_periods,
    invoiced_of_recurring, invoiced_of_subscription, list_invoices, list_of_run, load_invoice,
    page_of_run,
};
pub use sums::{
    ClientStanding, InvoiceSum, RunSum, overdue_invoices, standing_of_client, sums_of_run,
    waiting_drafts,
};
pub use void::void;
