//! Billing: recurring invoices become invoices, once, exactly, and with everything that explains them.

pub mod books;
mod course;
mod credit;
mod daily;
mod drafts;
mod guards;
mod invoices;
mod linked;
mod pages;
mod payments;
mod proration;
mod runs;
mod terms;
mod year;
