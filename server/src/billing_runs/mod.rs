//! Billing: from recurring invoices that are due to invoices.
//!
//! - A run bills every recurring invoice that is due, period by period, oldest first.
//! - A period is one transaction: the draft with its lines, the marks of what is paid once, the moved date and the number.
//!   After a crash it has happened or it has not; nothing is half.
//! - A period is billed once, whoever runs and however often: the moved date says so, and a unique rule of the schema.
//! - What is held makes the invoice a draft that waits for a person; nothing held is billed or forgotten silently. What waits for
//!   nobody is issued and, where the recurring invoice says so, put on its way by mail, all in that transaction.
//! - A run and its job are one transaction. A process that ends in the middle of a run leaves nothing half: another one
//!   carries the run on, and one whose job was given up is shown as interrupted.
//! - One recurring invoice that fails is reported and does not stop the others.
//! - Preview, dry run and run compute with the same code ([`assemble_period`]).

mod api;
mod basis;
mod bill;
mod billing_run;
mod course;
mod daily;
mod dry_run;
mod events;
mod occasion;
mod pages;
mod preview;
mod rebill;
mod rebill_pages;
mod recalculate;
mod request;
mod run;
mod section;
mod step;
mod store;

pub use api::api;
pub use basis::assemble_period;
pub use bill::PeriodBill;
pub use billing_run::{
    BillingRun, Failed, RunInvoice, RunProgress, RunStatus, Skip, SkipCause, Trigger,
};
pub use daily::{SCHEDULE, daily};
pub use occasion::Occasion;
pub use pages::routes;
pub use preview::{Preview, PreviewBody, preview};
pub use rebill::rebill;
pub use recalculate::recalculate;
pub use request::{JOB, Requested, perform, request_run};
pub use run::{load_run, run};
pub use section::PreviewSection;
pub use store::{any_under_way, list_runs};
