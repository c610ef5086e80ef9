//! Why a subscription is held or skipped: a stable code and a sentence.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::status::SubscriptionStatus;

/// Why a person must look before a subscription may be billed. Prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum HoldReason {
    /// Complete pulls no longer contain it.
    Missing {
        /// The day it was first missed.
        since: Date,
    },
    /// It sits under another company than when it was linked.
    Moved,
    /// It is another product than when it was linked.
    ProductChanged,
    /// The last complete pull is too old.
    Stale,
    /// Its status says pending although billing has started.
    Pending {
        /// The status.
        status: SubscriptionStatus,
    },
    /// Its status is not known to this program.
    UnknownStatus {
        /// The status as Pax8 wrote it.
        status: String,
    },
    /// Its billing term is not known to this program.
    UnknownTerm {
        /// The term as Pax8 wrote it.
        term: String,
    },
    /// Pax8 gives no quantity.
    UnknownQuantity,
    /// Pax8 gives neither cost nor price, and no override is set.
    UnknownPrice,
    /// Pax8 gives no start date, and where a term begins decides what is due.
    UnknownStart,
    /// Pax8 does not say in which currency its prices are.
    UnknownCurrency,
    /// Its prices are in another currency than the client's.
    WrongCurrency {
        /// The currency of its prices, as Pax8 wrote it.
        currency: String,
    },
    /// The quantity or price is negative, or the amount too large to be true.
    AmountOutOfRange,
}

impl HoldReason {
    /// The stable name of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::Moved => "moved",
            Self::ProductChanged => "product_changed",
            Self::Stale => "stale",
            Self::Pending { .. } => "pending",
            Self::UnknownStatus { .. } => "unknown_status",
            Self::UnknownTerm { .. } => "unknown_term",
            Self::UnknownQuantity => "unknown_quantity",
            Self::UnknownPrice => "unknown_price",
            Self::UnknownStart => "unknown_start",
            Self::UnknownCurrency => "unknown_currency",
            Self::WrongCurrency { .. } => "wrong_currency",
            Self::AmountOutOfRange => "amount_out_of_range",
        }
    }
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { since } => write!(f, "Not found in Pax8 since {since}."),
            Self::Moved => f.write_str("Moved to another company in Pax8."),
            Self::ProductChanged => f.write_str("The product changed in Pax8."),
            Self::Stale => f.write_str("The data from Pax8 is more than 48 hours old."),
            Self::Pending { status } => {
                write!(
                    f,
                    "The status in Pax8 is {status} although billing has started."
                )
            }
            Self::UnknownStatus { status } => {
                write!(f, "The status in Pax8, “{status}”, is not known here.")
            }
            Self::UnknownTerm { term } => {
                write!(f, "The billing term in Pax8, “{term}”, is not known here.")
            }
            Self::UnknownQuantity => f.write_str("Pax8 gives no quantity."),
            Self::UnknownPrice => {
                f.write_str("Pax8 gives no cost or price, and no override is set.")
            }
            Self::UnknownStart => f.write_str("Pax8 gives no start date."),
            Self::UnknownCurrency => {
                f.write_str("Pax8 does not say in which currency the price is.")
            }
            Self::WrongCurrency { currency } => {
                write!(
                    f,
                    "The price in Pax8 is in {currency}, not in the client's currency."
                )
            }
            Self::AmountOutOfRange => {
                f.write_str("The quantity or price is negative or too large.")
            }
        }
    }
}

/// Why a subscription is rightly not on this invoice. Prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum SkipReason {
    /// Its billing has not started when the period starts.
    NotStarted {
        /// The day billing starts.
        on: Date,
    },
    /// It ended on or before the start of the period.
    Ended {
        /// The first day no longer paid for, if Pax8 says.
        on: Option<Date>,
    },
    /// A trial is free.
    Trial,
    /// The trial became another subscription, which is billed.
    Converted,
    /// Its price is paid once, and has been.
    AlreadyBilled,
    /// It is charged when it renews, which is later.
    RenewsLater {
        /// The day the next term begins.
        on: Date,
    },
    /// There is nothing to charge for.
    ZeroQuantity,
}

impl SkipReason {
    /// The stable name of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotStarted { .. } => "not_started",
            Self::Ended { .. } => "ended",
            Self::Trial => "trial",
            Self::Converted => "converted",
            Self::AlreadyBilled => "already_billed",
            Self::RenewsLater { .. } => "renews_later",
            Self::ZeroQuantity => "zero_quantity",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted { on } => write!(f, "Billing starts on {on}."),
            Self::Ended { on: Some(on) } => write!(f, "Ended on {on}."),
            Self::Ended { on: None } => f.write_str("Cancelled."),
            Self::Trial => f.write_str("A trial is not billed."),
            Self::Converted => f.write_str("This trial became a subscription of its own."),
            Self::AlreadyBilled => f.write_str("Billed once already."),
            Self::RenewsLater { on } => write!(f, "Renews on {on}."),
            Self::ZeroQuantity => f.write_str("The quantity is zero."),
        }
    }
}
