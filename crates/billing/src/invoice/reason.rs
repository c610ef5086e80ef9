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

    /// The reason as a sentence, with its dates written as the reader is used to.
    #[must_use]
    pub fn sentence(&self, day: impl Fn(&Date) -> String) -> String {
        match self {
            Self::Missing { since } => format!("Not found in Pax8 since {}.", day(since)),
            Self::Moved => "Moved to another company in Pax8.".to_owned(),
            Self::ProductChanged => "The product changed in Pax8.".to_owned(),
            Self::Stale => "The data from Pax8 is more than 48 hours old.".to_owned(),
            Self::Pending { status } => {
                format!("The status in Pax8 is {status} although billing has started.")
            }
            Self::UnknownStatus { status } => {
                format!("The status in Pax8, “{status}”, is not known here.")
            }
            Self::UnknownTerm { term } => {
                format!("The billing term in Pax8, “{term}”, is not known here.")
            }
            Self::UnknownQuantity => "Pax8 gives no quantity.".to_owned(),
            Self::UnknownPrice => "Pax8 gives no cost or price, and no override is set.".to_owned(),
            Self::UnknownStart => "Pax8 gives no start date.".to_owned(),
            Self::UnknownCurrency => "Pax8 does not say in which currency the price is.".to_owned(),
            Self::WrongCurrency { currency } => {
                format!("The price in Pax8 is in {currency}, not in the client's currency.")
            }
            Self::AmountOutOfRange => "The quantity or price is negative or too large.".to_owned(),
        }
    }

    /// What a person can do so that it is billed again, or that it no longer waits.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "Look for it in Pax8. If it is gone for good, end its link; until you know, bill it once or keep billing."
            }
            Self::Moved => {
                "Accept the move; if the new company is not mapped to the same client, the link ends."
            }
            Self::ProductChanged => "Check price and link, then accept the change.",
            Self::Stale => "Get a full sync to succeed: Sync Now on the Pax8 page.",
            Self::Pending { .. } | Self::UnknownStatus { .. } => {
                "Decide to bill it in this status, or settle it in Pax8 and sync."
            }
            Self::UnknownTerm { .. } | Self::WrongCurrency { .. } => {
                "Choose “Not linked” under Configure Billing and bill it by a line of your own."
            }
            Self::UnknownQuantity | Self::UnknownStart => "Complete it in Pax8 and sync.",
            Self::UnknownPrice => "Set an override price under Configure Billing.",
            Self::UnknownCurrency => {
                "Set an override price under Configure Billing: it counts in the client's currency."
            }
            Self::AmountOutOfRange => "Look at the subscription in Pax8.",
        }
    }
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Date::to_string))
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
    /// Another invoice has charged it.
    AlreadyBilled {
        /// The first day that is not paid; none for a price that is paid once.
        until: Option<Date>,
    },
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
            Self::AlreadyBilled { .. } => "already_billed",
            Self::RenewsLater { .. } => "renews_later",
            Self::ZeroQuantity => "zero_quantity",
        }
    }

    /// The reason as a sentence, with its dates written as the reader is used to.
    #[must_use]
    pub fn sentence(&self, day: impl Fn(&Date) -> String) -> String {
        match self {
            Self::NotStarted { on } => format!("Billing starts on {}.", day(on)),
            Self::Ended { on: Some(on) } => format!("Ended on {}.", day(on)),
            Self::Ended { on: None } => "Cancelled.".to_owned(),
            Self::Trial => "A trial is not billed.".to_owned(),
            Self::Converted => "This trial became a subscription of its own.".to_owned(),
            Self::AlreadyBilled { until: None } => "Billed once already.".to_owned(),
            Self::AlreadyBilled { until: Some(until) } => {
                let last_day = until.yesterday().unwrap_or(*until);
                format!("Billed up to {} already.", day(&last_day))
            }
            Self::RenewsLater { on } => format!("Renews on {}.", day(on)),
            Self::ZeroQuantity => "The quantity is zero.".to_owned(),
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Date::to_string))
    }
}
