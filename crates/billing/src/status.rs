//! Whether a subscription may be billed for a period, by its status and dates.
//!
//! Pax8's status does not drive its billing; dates do. A status that says
//! *pending* may stay for ever on a service that works, so a person decides.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::invoice::{HoldReason, SkipReason};
use crate::schedule::Period;

/// A subscription's status in Pax8. Read in any case; written as Pax8 does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum SubscriptionStatus {
    /// Provisioned.
    Active,
    /// Ended, or will end on its end date.
    Cancelled,
    /// Waiting for a person at Pax8 or the vendor.
    PendingManual,
    /// Waiting for a machine at Pax8 or the vendor.
    PendingAutomated,
    /// Will end on its end date.
    PendingCancel,
    /// Waiting for details from the partner.
    WaitingForDetails,
    /// Free until its end date.
    Trial,
    /// A trial that became another, paid subscription.
    Converted,
    /// Waiting to be activated (retired by Pax8, still met).
    PendingActivation,
    /// Activated (retired by Pax8, still met).
    Activated,
    /// A status this program does not know, as Pax8 wrote it.
    Unknown(String),
}

const KNOWN: [(&str, SubscriptionStatus); 10] = [
    ("Active", SubscriptionStatus::Active),
    ("Cancelled", SubscriptionStatus::Cancelled),
    ("PendingManual", SubscriptionStatus::PendingManual),
    ("PendingAutomated", SubscriptionStatus::PendingAutomated),
    ("PendingCancel", SubscriptionStatus::PendingCancel),
    ("WaitingForDetails", SubscriptionStatus::WaitingForDetails),
    ("Trial", SubscriptionStatus::Trial),
    ("Converted", SubscriptionStatus::Converted),
    ("PendingActivation", SubscriptionStatus::PendingActivation),
    ("Activated", SubscriptionStatus::Activated),
];

impl From<&str> for SubscriptionStatus {
    fn from(text: &str) -> Self {
        let text = text.trim();
        KNOWN
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map_or_else(|| Self::Unknown(text.to_owned()), |(_, status)| status)
    }
}

impl From<String> for SubscriptionStatus {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl FromStr for SubscriptionStatus {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl From<SubscriptionStatus> for String {
    fn from(status: SubscriptionStatus) -> Self {
        status.to_string()
    }
}

impl fmt::Display for SubscriptionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Unknown(text) = self {
            return f.pad(text);
        }
        let name = KNOWN.iter().find(|(_, status)| status == self);
        f.pad(name.map_or("", |(name, _)| name))
    }
}

/// The dates of a subscription, in the organization's time zone. Absent is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionDates {
    /// When the service starts.
    pub start: Option<Date>,
    /// When Pax8 starts to bill it.
    pub billing_start: Option<Date>,
    /// The first day on which it is no longer paid for.
    pub end: Option<Date>,
}

impl SubscriptionDates {
    /// The day from which it is billed: the billing start, else the start.
    #[must_use]
    pub fn billed_from(&self) -> Option<Date> {
        self.billing_start.or(self.start)
    }
}

/// Whether a subscription may be billed for a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Billable,
    /// It must not, and nobody needs to look.
    NotBillable(SkipReason),
    /// A person must decide first.
    NeedsDecision(HoldReason),
}

/// Judges a subscription by status and dates for one period. Dates win over the
/// status: what ended before the period is not billed whatever it is called.
#[must_use]
pub fn standing(status: &SubscriptionStatus, dates: SubscriptionDates, period: Period) -> Standing {
    use SubscriptionStatus as S;
    match status {
        S::Converted => return Standing::NotBillable(SkipReason::Converted),
        S::Trial => return Standing::NotBillable(SkipReason::Trial),
        S::Cancelled if dates.end.is_none() => {
            return Standing::NotBillable(SkipReason::Ended { on: None });
        }
        _ => {}
    }
    if let Some(on) = dates.end.filter(|end| *end <= period.start) {
        return Standing::NotBillable(SkipReason::Ended { on: Some(on) });
    }
    if let Some(on) = dates.billed_from().filter(|from| *from >= period.end) {
        return Standing::NotBillable(SkipReason::NotStarted { on });
    }
    match status {
        S::PendingManual | S::PendingAutomated | S::PendingActivation | S::WaitingForDetails => {
            Standing::NeedsDecision(HoldReason::Pending {
                status: status.clone(),
            })
        }
        S::Unknown(text) => Standing::NeedsDecision(HoldReason::UnknownStatus {
            status: text.clone(),
        }),
        _ => Standing::Billable,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const MARCH: Period = Period {
        start: date(2026, 3, 1),
        end: date(2026, 4, 1),
    };

    fn judge(status: &str, billing_start: Option<Date>, end: Option<Date>) -> Standing {
        let dates = SubscriptionDates {
            start: None,
            billing_start,
            end,
        };
        standing(&status.into(), dates, MARCH)
    }

    #[test]
    fn the_ten_statuses_are_read_in_any_case_and_others_kept() {
        for (name, status) in KNOWN {
            assert_eq!(
                SubscriptionStatus::from(name.to_uppercase().as_str()),
                status
            );
            assert_eq!(status.to_string(), name);
        }
        assert_eq!(SubscriptionStatus::from("Paused").to_string(), "Paused");
    }

    #[test]
    fn active_and_activated_bill() {
        assert_eq!(
            judge("Active", Some(date(2026, 1, 5)), None),
            Standing::Billable
        );
        assert_eq!(judge("Activated", None, None), Standing::Billable);
    }

    #[test]
    fn cancelled_bills_until_its_end_date_and_not_after() {
        assert_eq!(
            judge("Cancelled", None, Some(date(2026, 3, 2))),
            Standing::Billable
        );
        assert_eq!(
            judge("PendingCancel", None, Some(date(2026, 3, 2))),
            Standing::Billable
        );
        for status in ["Cancelled", "PendingCancel", "Active", "PendingManual"] {
            let on = Some(date(2026, 3, 1));
            let ended = Standing::NotBillable(SkipReason::Ended { on });
            assert_eq!(judge(status, None, on), ended, "{status}");
        }
        let undated = Standing::NotBillable(SkipReason::Ended { on: None });
        assert_eq!(judge("Cancelled", None, None), undated);
    }

    #[test]
    fn nothing_bills_before_its_billing_start() {
        let on = date(2026, 4, 1);
        let later = Standing::NotBillable(SkipReason::NotStarted { on });
        assert_eq!(judge("Active", Some(on), None), later);
        assert_eq!(judge("PendingManual", Some(on), None), later);
    }

    #[test]
    fn pending_and_unknown_wait_for_a_decision() {
        for status in [
            "PendingManual",
            "PendingAutomated",
            "PendingActivation",
            "WaitingForDetails",
            "Paused",
        ] {
            let verdict = judge(status, Some(date(2026, 1, 1)), None);
            assert!(matches!(verdict, Standing::NeedsDecision(_)), "{status}");
        }
    }

    #[test]
    fn trial_and_converted_never_bill() {
        assert_eq!(
            judge("Trial", None, None),
            Standing::NotBillable(SkipReason::Trial)
        );
        assert_eq!(
            judge("Converted", None, None),
            Standing::NotBillable(SkipReason::Converted)
        );
    }
}
