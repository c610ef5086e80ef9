//! Billing: recurring invoices become invoices, once, exactly, and with everything that explains them.

pub mod books;
mod daily;
mod drafts;
mod guards;
mod invoices;
mod linked;
mod pages;
<<<<<<< HEAD
mod proration;
=======
mod payments;
>>>>>>> 5302829 (Record payments of invoices, in parts or in full, and take them back)
mod runs;
mod terms;
