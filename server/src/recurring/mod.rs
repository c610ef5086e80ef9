//! Recurring invoices: what a client is billed on a rhythm, with hand-made lines and the Pax8 subscriptions linked to it.
//!
//! - It belongs to one client for good, and is never deleted: cancelling keeps it for its invoices.
//! - Periods are counted from its anchor, so that 31 January is followed by 28 February and 31 March. The next invoice date
//!   is always the start of one of its periods; a date chosen off them becomes the new anchor.
//! - Only a billing run moves the next invoice date over a period ([`advance`]), in the transaction of that period's
//!   invoice. From then on no period starts before the end of that one again, whoever edits, pauses or resumes.
//! - A pause bills nothing. Resuming goes on at the first period that starts today or later; periods that started before
//!   are left out, and the person is told how many. Who wants them billed sets the next invoice date back to the first.

mod api;
mod body;
mod cancel;
mod change;
mod create;
mod details;
mod end;
mod linked;
mod list;
mod pages;
mod pause;
mod recurring_invoice;
mod rhythm;
mod sorted;
mod store;
mod view;

pub use api::api;
pub use cancel::{Cancelled, cancel_recurring_invoice};
pub use change::{Changed, change_recurring_invoice};
pub use create::create_recurring_invoice;
pub use details::{LineDetails, RecurringDetails};
pub use end::end_recurring_invoice;
pub use linked::SubscriptionView;
pub use list::{
    Due, ListRecurring, Overdue, advance, count_due, count_live_of_client, find_overdue,
    find_recurring_invoice, find_recurring_invoices, list_due, list_of_client, list_recurring,
    load_recurring_invoice,
};
pub use pages::routes;
pub use pause::{Resumed, foresee_resumption, pause_recurring_invoice, resume_recurring_invoice};
pub use recurring_invoice::{
    RecurringInvoice, RecurringLine, RecurringStatus, count_periods_due, schedule_of,
};
pub use view::{Badge, RowView};

/// Writes an amount as its decimal text.
fn as_decimal<S: serde::Serializer>(
    amount: &money::Amount,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}
