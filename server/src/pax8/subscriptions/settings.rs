//! What people decide about one subscription.

use billing::{Charge, Pricing};
use jiff::civil::Date;

use crate::ids::RecurringInvoiceId;

/// The billing settings of one subscription. The default is what holds before anybody decided: at cost, not linked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BillingSettings {
    /// Markup and override.
    pub pricing: Pricing,
    /// The recurring invoice that it feeds.
    pub recurring_invoice: Option<RecurringInvoiceId>,
    /// How its term meets an invoice of another rhythm.
    pub charge: Charge,
    /// The status in Pax8 in which somebody decided to bill it although it is pending or not known. It counts only while
    /// that is the status and only for the link it was decided for.
    pub billed_in_status: Option<String>,
    /// The next invoice date when it was linked: terms that began before were not billed here.
    pub linked_from: Option<Date>,
    /// Raised by every change, so that a stale save is noticed; 0: never saved.
    pub version: i64,
}
