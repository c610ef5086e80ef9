//! One recurring invoice for one period: from what is linked to what is charged.
//!
//! Every linked subscription ends in exactly one of three places: a **line**,
//! **held** (a person must look before it may be billed, and the invoice waits
//! as a draft), or **skipped** (rightly not billed this time). None is ever
//! dropped silently and none is billed silently.

mod assemble;
mod credit;
mod explanation;
mod input;
mod invoiced;
mod line_text;
mod proration;
mod reason;
mod sentences;

use money::{Amount, Decimal, UnitPrice};
use serde::{Deserialize, Serialize};

pub use assemble::assemble;
pub use credit::{CreditError, CreditExplanation, CreditOf, Creditable, LineLeft};
pub use explanation::{Explanation, ManualExplanation, Pax8Explanation, PriceExplanation};
pub use input::{Decided, Decision, InvoiceInput, LinkedSubscription, ManualLine, QuantityChange};
pub use invoiced::{Adjustment, Advance, Invoiced};
pub use line_text::{LineText, LineTextError};
pub use proration::{
    Fraction, Proration, ProrationBasis, ProrationCause, ProrationExplanation, SeatChange,
};
pub use reason::{HoldReason, SkipReason};

use crate::charge::Portion;
use crate::tax::TaxLine;

/// What a recurring invoice comes to for one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembled {
    /// The manual lines, then the billed subscriptions, in the order given: a
    /// line each, followed by its prorated lines.
    pub lines: Vec<Line>,
    /// What a person must look at. If there is any, the invoice is a draft that
    /// needs review and is not sent by itself.
    pub held: Vec<Held>,
    /// What is rightly not on this invoice, and why.
    pub skipped: Vec<Skipped>,
    /// The sum of the lines.
    pub subtotal: Amount,
    /// One entry per tax rate, empty for exempt clients.
    pub tax: Vec<TaxLine>,
    /// Subtotal and taxes.
    pub total: Amount,
}

impl Assembled {
    /// Whether a person must look before the invoice goes out.
    #[must_use]
    pub fn needs_review(&self) -> bool {
        !self.held.is_empty()
    }

    /// The subscriptions to mark as billed once the invoice is stored.
    pub fn billed_once(&self) -> impl Iterator<Item = &str> {
        self.lines
            .iter()
            .filter_map(|line| match (&line.source, &line.explanation) {
                (LineSource::Pax8 { subscription_id }, Explanation::Pax8(why))
                    if why.portion == Portion::Once =>
                {
                    Some(subscription_id.as_str())
                }
                _ => None,
            })
    }
}

/// A line: `quantity × unit_price`, rounded to the minor unit, is `amount`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// As printed.
    pub description: String,
    /// As printed.
    pub quantity: Decimal,
    /// As printed.
    pub unit_price: UnitPrice,
    /// What it costs, before tax.
    pub amount: Amount,
    /// Whether tax is charged on it.
    pub taxable: bool,
    /// Where it comes from.
    pub source: LineSource,
    /// Everything that led to the amount.
    pub explanation: Explanation,
}

/// Where a line comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LineSource {
    /// Written by hand on the recurring invoice.
    Manual,
    /// A linked Pax8 subscription.
    Pax8 {
        /// The id the caller gave the subscription.
        subscription_id: String,
    },
}

/// A linked subscription that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The id the caller gave it.
    pub subscription_id: String,
    /// The product's name.
    pub product: String,
    /// Why it waits.
    pub reason: HoldReason,
    /// What it would bring in a month, where that can be told.
    pub monthly_value: Option<Amount>,
}

/// A linked subscription that is rightly not on this invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The id the caller gave it.
    pub subscription_id: String,
    /// The product's name.
    pub product: String,
    /// Why it is not there.
    pub reason: SkipReason,
}

#[cfg(test)]
mod credit_tests;
#[cfg(test)]
pub(crate) mod tests;
