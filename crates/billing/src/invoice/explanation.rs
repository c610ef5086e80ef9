//! The snapshot stored beside a line: everything its amount came from.

use jiff::civil::Date;
use money::{Amount, Decimal, UnitPrice};
use serde::{Deserialize, Serialize};

use super::credit::CreditExplanation;
use super::input::QuantityChange;
use super::proration::ProrationExplanation;
use super::sentences;
use crate::charge::{Charge, Portion};
use crate::price::{Cost, PriceRule};
use crate::schedule::Period;
use crate::term::BillingTerm;

/// Why a line is what it is. Stored with the invoice, so that the answer stays
/// true when prices, quantities and settings have moved on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Explanation {
    /// A line written by hand.
    Manual(ManualExplanation),
    /// A line from a Pax8 subscription.
    Pax8(Box<Pax8Explanation>),
    /// A share of another line by days.
    Proration(Box<ProrationExplanation>),
    /// A line of an invoice taken back.
    Credit(CreditExplanation),
}

/// How a line written by hand was computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualExplanation {
    /// The price as it was typed.
    pub typed_price: Decimal,
    /// The price after rounding.
    pub unit_price: UnitPrice,
    /// The quantity.
    pub quantity: Decimal,
    /// The result.
    pub amount: Amount,
}

/// How a line from a subscription was computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pax8Explanation {
    /// Where the price comes from.
    #[serde(flatten)]
    pub price: PriceExplanation,
    /// How terms meet periods.
    pub charge: Charge,
    /// Which part of a term, or how many terms, the line charges.
    pub portion: Portion,
    /// The subscription's quantity.
    pub quantity: Decimal,
    /// How it moved since the period before began, as far as it was recorded.
    pub quantity_changes: Vec<QuantityChange>,
    /// Whether seats that come or go within the days charged are charged or given back later.
    pub changes_prorated: bool,
    /// The quantity on the line: 1 where the term's amount was split.
    pub line_quantity: Decimal,
    /// The unit price on the line.
    pub line_unit_price: UnitPrice,
    /// The result.
    pub amount: Amount,
    /// The period that was invoiced.
    pub period: Period,
}

/// Where the price of one unit and term comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceExplanation {
    /// The product's name.
    pub product: String,
    /// The vendor's name, if known.
    pub vendor: Option<String>,
    /// The product's SKU, if known.
    pub sku: Option<String>,
    /// The cost per unit and term, and which of Pax8's prices it is.
    pub cost: Option<Cost>,
    /// The price rule with its value.
    pub rule: PriceRule,
    /// The price per unit and term before rounding.
    pub exact_price: Decimal,
    /// The price per unit and term after rounding.
    pub term_price: UnitPrice,
    /// What that price buys.
    pub term: BillingTerm,
    /// When the subscription's values were first seen in Pax8 as they were then (RFC 3339).
    pub seen_at: Option<String>,
    /// The day of that in the organization's time zone.
    pub seen_on: Option<Date>,
    /// The day of the last complete sync before the invoice was made.
    pub confirmed_on: Option<Date>,
    /// By which sync.
    pub sync_id: Option<String>,
}

impl Explanation {
    /// The way to the amount in words that may be shown to the client: prices,
    /// quantity, term and period, but neither cost nor markup.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        self.sentences_with(&|day| day.to_string())
    }

    /// The same, with its dates written as the reader is used to.
    #[must_use]
    pub fn sentences_with(&self, day: &dyn Fn(&Date) -> String) -> Vec<String> {
        match self {
            Self::Manual(manual) => sentences::of_manual_line(manual),
            Self::Pax8(pax8) => sentences::for_client(pax8, day),
            Self::Proration(proration) => sentences::of_proration(proration, day),
            Self::Credit(credit) => sentences::of_credit(credit),
        }
    }

    /// How the price came about: cost, basis, rule and rounding. For the
    /// partner's own people only; empty for lines written by hand and for credits.
    #[must_use]
    pub fn pricing_sentences(&self) -> Vec<String> {
        match self {
            Self::Manual(_) | Self::Credit(_) => Vec::new(),
            Self::Pax8(pax8) => sentences::for_partner(&pax8.price),
            Self::Proration(proration) => {
                let price = proration.price.iter();
                price.flat_map(sentences::for_partner).collect()
            }
        }
    }
}
