//! Lists as files, for spreadsheets: all rows that a filter lets through, not only a page of them.
//!
//! - A list is read page by page, each in a transaction of its own, and written as it is read: 100,000 rows need no more
//!   memory than one page.
//! - Decimals are exact. In a workbook a number is a number where a spreadsheet holds it exactly, else text; amounts have their
//!   currency in a column beside them.
//! - Dates are ISO dates; instants are in the organization's zone, with their offset.
//! - No text can become a formula: see `csv` and `xlsx`.
//! - Whoever may read a list may export it.

mod answer;
mod api;
mod audit_events;
mod cell;
mod clients;
mod csv;
mod invoices;
mod menu;
mod source;
mod subscriptions;
mod xlsx;

pub use api::{api, routes};
pub use menu::ExportMenu;
