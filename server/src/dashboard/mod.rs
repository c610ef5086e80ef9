//! The first page: what the month brings and costs, what needs a decision, what comes next.
//!
//! It owns no records. Its sums read what other slices keep for that purpose, and change nothing.

mod chart;
mod figures;
mod history;
mod pages;
mod store;

pub use pages::routes;
