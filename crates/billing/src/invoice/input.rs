//! What the rules need to know, as plain values.

use jiff::civil::Date;
use money::{Amount, Currency, Decimal};
use serde::{Deserialize, Serialize};

use super::LineSource;
use super::invoiced::Invoiced;
use super::line_text::LineText;
use super::proration::Proration;
use crate::charge::Charge;
use crate::price::{BillPrice, Cost, Pricing, bill_price, cost_of};
use crate::schedule::{Period, Schedule};
use crate::status::{SubscriptionDates, SubscriptionStatus};
use crate::tax::TaxRate;
use crate::term::{BillingTerm, monthly_total};

/// A recurring invoice and everything linked to it, for one period.
#[derive(Clone, Debug)]
pub struct InvoiceInput {
    /// The client's currency.
    pub currency: Currency,
    /// The period being invoiced, in advance.
    pub period: Period,
    /// The schedule the period belongs to.
    pub schedule: Schedule,
    /// The lines written by hand.
    pub manual_lines: Vec<ManualLine>,
    /// The subscriptions linked to this recurring invoice.
    pub subscriptions: Vec<LinkedSubscription>,
    /// Whether the last complete pull is too old to bill from (more than 48
    /// hours at the time of the run, or there never was one).
    pub data_is_stale: bool,
    /// The organization's tax rates.
    pub tax_rates: Vec<TaxRate>,
    /// Whether the client pays no tax.
    pub tax_exempt: bool,
    /// How the lines of subscriptions are worded; `None`: product and term.
    pub line_text: Option<LineText>,
    /// What is to be prorated; `Proration::default()` for nothing.
    pub proration: Proration,
}

/// A line written by hand.
#[derive(Clone, Debug)]
pub struct ManualLine {
    /// As printed.
    pub description: String,
    /// How many; negative for a credit.
    pub quantity: Decimal,
    /// In major units; rounded by the rule.
    pub unit_price: Decimal,
    /// Whether tax is charged on it.
    pub taxable: bool,
}

/// A subscription that is linked to the recurring invoice. Absent is unknown,
/// never zero.
#[derive(Clone, Debug)]
pub struct LinkedSubscription {
    /// Any id by which the caller finds it again.
    pub id: String,
    /// The product's name.
    pub product: String,
    /// The vendor's name.
    pub vendor: Option<String>,
    /// The product's SKU.
    pub sku: Option<String>,
    /// How many units.
    pub quantity: Option<Decimal>,
    /// What one price buys.
    pub term: BillingTerm,
    /// The currency of Pax8's prices, as Pax8 wrote it.
    pub currency: Option<String>,
    /// Pax8's `partnerCost`, per unit and term.
    pub partner_cost: Option<Decimal>,
    /// Pax8's `price`, per unit and term.
    pub price: Option<Decimal>,
    /// Markup and override.
    pub pricing: Pricing,
    /// How terms meet periods.
    pub charge: Charge,
    /// The status in Pax8.
    pub status: SubscriptionStatus,
    /// Start, billing start and end, in the organization's time zone.
    pub dates: SubscriptionDates,
    /// Whether a price that is paid once has been on an invoice already.
    pub one_time_billed: bool,
    /// What other invoices, void ones excepted, have charged of it.
    pub invoiced: Invoiced,
    /// Every recorded change of its quantity, oldest first.
    pub quantity_changes: Vec<QuantityChange>,
    /// The day from which on it is billed here, if known.
    pub linked_from: Option<Date>,
    /// The day a sync first saw it paid, if it was a trial before.
    pub trial_until: Option<Date>,
    /// Since when complete pulls no longer contain it.
    pub missing_since: Option<Date>,
    /// It sits under another company than when it was linked.
    pub moved: bool,
    /// It is another product than when it was linked.
    pub product_changed: bool,
    /// What a person decided to bill although it would be held.
    pub decided: Decided,
    /// Whether tax is charged on its line.
    pub taxable: bool,
    /// When its present values were first seen in Pax8 (RFC 3339), for the explanation.
    pub seen_at: Option<String>,
    /// The day of that in the organization's time zone.
    pub seen_on: Option<Date>,
    /// The day of the last complete sync, which found it as it is.
    pub confirmed_on: Option<Date>,
    /// By which sync its present values were first seen, for the explanation.
    pub sync_id: Option<String>,
}

/// What a person decided to bill although it would be held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// In its present status, pending or unknown.
    pub in_status: Decision,
    /// While pulls do not contain it.
    pub while_missing: Decision,
}

/// Which invoices a decision counts for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decision {
    /// Nobody decided.
    #[default]
    None,
    /// All of them.
    Always,
    /// Those of periods that start before this day.
    Before(Date),
}

impl Decision {
    fn counts_for(self, period: Period) -> bool {
        match self {
            Self::None => false,
            Self::Always => true,
            Self::Before(day) => period.start < day,
        }
    }
}

/// A recorded change of a subscription's quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantityChange {
    /// The day it was first seen, in the organization's time zone.
    pub on: Date,
    /// The quantity before, if it was known.
    pub before: Option<Decimal>,
    /// The quantity after, if it is known.
    pub after: Option<Decimal>,
    /// The sync that saw it.
    pub sync_id: Option<String>,
}

impl LinkedSubscription {
    /// Since when it is missing, unless a person decided to bill it all the same.
    pub(super) fn held_as_missing(&self, period: Period) -> Option<Date> {
        let decided = self.decided.while_missing.counts_for(period);
        self.missing_since.filter(|_| !decided)
    }

    /// Whether a person decided to bill it in its present status.
    pub(super) fn is_decided(&self, period: Period) -> bool {
        self.decided.in_status.counts_for(period)
    }

    /// The quantity at the end of a day, as far as it is known by now.
    pub(super) fn quantity_on(&self, day: Date) -> Option<Decimal> {
        if let Some(change) = self.change_before(day) {
            return change.after;
        }
        let later = self.quantity_changes.first();
        later.map_or(self.quantity, |change| change.before)
    }

    /// The last change seen on a day or before it.
    pub(super) fn change_before(&self, day: Date) -> Option<&QuantityChange> {
        let mut latest = self.quantity_changes.iter().rev();
        latest.find(|change| change.on <= day)
    }

    pub(super) fn source(&self) -> LineSource {
        LineSource::Pax8 {
            subscription_id: self.id.clone(),
        }
    }

    /// The basis of its price.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        cost_of(self.partner_cost, self.price)
    }

    /// Its price per unit and term; `None` if it cannot be told.
    #[must_use]
    pub fn bill_price(&self, currency: Currency) -> Option<BillPrice> {
        bill_price(self.cost().as_ref(), &self.pricing, currency)
            .ok()
            .flatten()
    }

    /// What it brings a month in the client's currency; `None` if that cannot be told.
    #[must_use]
    pub fn monthly_value(&self, currency: Currency) -> Option<Amount> {
        if self.currency_hold(currency).is_some() {
            return None;
        }
        let unit = self.bill_price(currency)?.unit;
        monthly_total(unit, self.quantity?, &self.term)
            .ok()
            .flatten()
    }
}
