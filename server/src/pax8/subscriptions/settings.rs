//! What people decide about one subscription.

use billing::{Charge, Decision, Pricing};
use jiff::{Timestamp, civil::Date};

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
    pub billed_in_status: Option<Decided<String>>,
    /// The instant since which it is missing, if somebody decided to bill it all the same. It counts as long.
    pub billed_while_missing: Option<Decided<Timestamp>>,
    /// The next invoice date when it was linked: terms that began before were not billed here.
    pub linked_from: Option<Date>,
    /// Raised by every change, so that a stale save is noticed; 0: never saved.
    pub version: i64,
}

/// A decision to bill something that would be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<T> {
    /// What it was decided for, as it was then.
    pub of: T,
    /// It counts for periods that start before this day; none: for all.
    pub until: Option<Date>,
}

impl<T: PartialEq> Decided<T> {
    /// The decision, if what it was made for is still so.
    pub(super) fn about(decided: Option<&Self>, present: Option<&T>) -> Decision {
        match decided.filter(|it| Some(&it.of) == present) {
            None => Decision::None,
            Some(it) => it.until.map_or(Decision::Always, Decision::Before),
        }
    }
}
