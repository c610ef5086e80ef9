//! Where an invoice stands, and its legal moves.

use money::Amount;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Where an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Made, but not yet sent out; it has no number.
    Draft,
    /// Has its number; the client is asked to pay.
    Issued,
    /// Some of it is paid.
    PartiallyPaid,
    /// All of it is paid.
    Paid,
    /// Taken back: nothing is to be paid.
    Void,
}

impl InvoiceStatus {
    /// Every status, in the order of an invoice's life.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Issued,
        Self::PartiallyPaid,
        Self::Paid,
        Self::Void,
    ];

    /// Its name in the database and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Issued => "issued",
            Self::PartiallyPaid => "partially_paid",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Its name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Issued => "Issued",
            Self::PartiallyPaid => "Partially paid",
            Self::Paid => "Paid",
            Self::Void => "Void",
        }
    }

    /// Whether a person has to look before it goes out. What a run makes without a reason to look is issued with it; what is a
    /// draft goes out only by a person, also one that was repaired.
    #[must_use]
    pub fn needs_review(self) -> bool {
        self == Self::Draft
    }

    /// Where an issued invoice stands of which so much is paid; a credit note, with amounts below zero, of which so much is used.
    #[must_use]
    pub fn of_paid(total: Amount, paid: Amount) -> Self {
        if paid.is_zero() {
            Self::Issued
        } else if paid == total {
            Self::Paid
        } else {
            Self::PartiallyPaid
        }
    }

    /// Goes on only if payments may be recorded.
    ///
    /// # Errors
    /// Before it is issued, and once it is void.
    pub fn require_payable(self) -> Result<()> {
        match self {
            Self::Draft => Err(illegal(
                "This is a draft. Issue it before you record payments.",
            )),
            Self::Void => Err(illegal("This invoice is void: nothing is to be paid.")),
            _ => Ok(()),
        }
    }

    /// Goes on only if an invoice may be issued from here.
    ///
    /// # Errors
    /// From anything but a draft.
    pub fn require_issuable(self) -> Result<()> {
        match self {
            Self::Draft => Ok(()),
            Self::Void => Err(illegal("This invoice is void and cannot be issued.")),
            _ => Err(illegal("This invoice was issued already.")),
        }
    }

    /// Goes on only if an invoice may be made void from here.
    ///
    /// # Errors
    /// Once something was paid, or when it is void already.
    pub fn require_voidable(self) -> Result<()> {
        match self {
            Self::Draft | Self::Issued => Ok(()),
            Self::Void => Err(illegal("This invoice is void already.")),
            Self::PartiallyPaid | Self::Paid => Err(illegal(
                "This invoice has payments. Take those back before making it void.",
            )),
        }
    }
}

fn illegal(detail: &str) -> Error {
    Error::conflict("invoice_status", detail)
}

#[cfg(test)]
mod tests {
    use money::Currency;

    use super::{Amount, InvoiceStatus as S};

    #[test]
    fn d27_a_draft_is_issued_once_and_what_was_paid_is_not_void() {
        let issuable = S::ALL.map(|status| status.require_issuable().is_ok());
        assert_eq!(issuable, [true, false, false, false, false]);
        let voidable = S::ALL.map(|status| status.require_voidable().is_ok());
        assert_eq!(voidable, [true, true, false, false, false]);
    }

    #[test]
    fn d27_the_status_follows_what_was_paid() {
        let usd = |minor| Amount::from_minor(minor, Currency::USD);
        for (total, paid, status) in [
            (100, 0, S::Issued),
            (100, 99, S::PartiallyPaid),
            (100, 100, S::Paid),
            (-100, -1, S::PartiallyPaid),
            (-100, -100, S::Paid),
            (0, 0, S::Issued),
        ] {
            assert_eq!(
                S::of_paid(usd(total), usd(paid)),
                status,
                "{paid} of {total}"
            );
        }
        let payable = S::ALL.map(|status| status.require_payable().is_ok());
        assert_eq!(payable, [false, true, true, true, false]);
    }

    #[test]
    fn every_status_is_read_back() {
        for status in S::ALL {
            assert_eq!(S::parse(status.as_str()), Some(status));
        }
        assert_eq!(S::parse("Draft"), None);
    }
}
