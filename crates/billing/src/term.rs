//! Pax8's billing terms, and what a price per term is worth a month.
//!
//! Prices in Pax8 are per unit **per billing term**: a yearly price billed
//! every month would be twelve times too much. The commitment (how long the
//! customer is bound) is another thing and plays no part.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use money::{Amount, Currency, Decimal, MoneyError, UnitPrice, multiply, round_quotient};
use serde::{Deserialize, Serialize};

/// How long one price buys the product for. Read in any of Pax8's spellings and
/// any case; written in Pax8's own (`2-Year`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum BillingTerm {
    /// One month.
    Monthly,
    /// Twelve months.
    Annual,
    /// Twenty-four months.
    TwoYear,
    /// Thirty-six months.
    ThreeYear,
    /// Paid once.
    OneTime,
    /// A set-up fee, paid once.
    Activation,
    /// Free for a while.
    Trial,
    /// A term this program does not know, as Pax8 wrote it. Never billed.
    Unknown(String),
}

impl BillingTerm {
    /// How many months the term lasts; `None` if it does not repeat or is unknown.
    #[must_use]
    pub fn months(&self) -> Option<u32> {
        match self {
            Self::Monthly => Some(1),
            Self::Annual => Some(12),
            Self::TwoYear => Some(24),
            Self::ThreeYear => Some(36),
            Self::OneTime | Self::Activation | Self::Trial | Self::Unknown(_) => None,
        }
    }

    /// Whether the price is paid once: One-Time and Activation.
    #[must_use]
    pub fn is_paid_once(&self) -> bool {
        matches!(self, Self::OneTime | Self::Activation)
    }
}

impl From<&str> for BillingTerm {
    fn from(text: &str) -> Self {
        let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        match letters.to_lowercase().as_str() {
            "monthly" | "month" | "1month" => Self::Monthly,
            "annual" | "annually" | "yearly" | "1year" | "oneyear" => Self::Annual,
            "2year" | "2years" | "twoyear" => Self::TwoYear,
            "3year" | "3years" | "threeyear" => Self::ThreeYear,
            "1time" | "onetime" => Self::OneTime,
            "activation" => Self::Activation,
            "trial" => Self::Trial,
            _ => Self::Unknown(text.trim().to_owned()),
        }
    }
}

impl From<String> for BillingTerm {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl FromStr for BillingTerm {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl From<BillingTerm> for String {
    fn from(term: BillingTerm) -> Self {
        term.to_string()
    }
}

impl fmt::Display for BillingTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Monthly => "Monthly",
            Self::Annual => "Annual",
            Self::TwoYear => "2-Year",
            Self::ThreeYear => "3-Year",
            Self::OneTime => "One-Time",
            Self::Activation => "Activation",
            Self::Trial => "Trial",
            Self::Unknown(text) => text,
        })
    }
}

/// What the client pays a month: unit price × quantity ÷ months of the term,
/// rounded once. `None` for terms that do not repeat or are unknown.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub fn monthly_total(
    unit: UnitPrice,
    quantity: Decimal,
    term: &BillingTerm,
) -> Result<Option<Amount>, MoneyError> {
    monthly_cost(unit.value(), quantity, term, unit.currency())
}

/// What the partner pays a month, from the raw cost per unit and term. The
/// monthly margin is [`monthly_total`] less this.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub fn monthly_cost(
    cost: Decimal,
    quantity: Decimal,
    term: &BillingTerm,
    currency: Currency,
) -> Result<Option<Amount>, MoneyError> {
    let Some(months) = term.months() else {
        return Ok(None);
    };
    round_quotient(multiply(cost, quantity)?, months, currency).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> UnitPrice {
        UnitPrice::from_exact(text.parse().unwrap(), Currency::USD).unwrap()
    }

    #[test]
    fn every_spelling_of_pax8_is_read() {
        for (text, term) in [
            ("Monthly", BillingTerm::Monthly),
            ("ANNUAL", BillingTerm::Annual),
            ("2-Year", BillingTerm::TwoYear),
            ("2 Year", BillingTerm::TwoYear),
            ("3 year", BillingTerm::ThreeYear),
            ("1-Time", BillingTerm::OneTime),
            ("One-time", BillingTerm::OneTime),
            ("One-Time", BillingTerm::OneTime),
            ("activation", BillingTerm::Activation),
            ("Trial", BillingTerm::Trial),
        ] {
            assert_eq!(BillingTerm::from(text), term, "{text}");
            assert_eq!(BillingTerm::from(term.to_string()), term);
        }
    }

    #[test]
    fn an_unknown_term_is_kept_as_it_is() {
        let term = BillingTerm::from(" Fortnightly ");
        assert_eq!(term, BillingTerm::Unknown("Fortnightly".into()));
        assert_eq!(term.to_string(), "Fortnightly");
        assert_eq!(term.months(), None);
    }

    #[test]
    fn a_term_price_is_divided_by_its_months_and_rounded_once() {
        let ten = Decimal::TEN;
        for (term, total) in [
            ("Monthly", "222.00"),
            ("Annual", "18.50"),
            ("2-Year", "9.25"),
            ("3-Year", "6.17"),
        ] {
            let monthly = monthly_total(usd("22.20"), ten, &term.into())
                .unwrap()
                .unwrap();
            assert_eq!(monthly.to_string(), total, "{term}");
        }
        for term in ["One-Time", "Activation", "Trial", "Fortnightly"] {
            assert_eq!(
                monthly_total(usd("22.20"), ten, &term.into()),
                Ok(None),
                "{term}"
            );
        }
    }

    #[test]
    fn margin_is_the_difference_of_total_and_cost() {
        let term = BillingTerm::Annual;
        let total = monthly_total(usd("120.00"), Decimal::TEN, &term)
            .unwrap()
            .unwrap();
        let cost = monthly_cost(Decimal::new(96, 0), Decimal::TEN, &term, Currency::USD)
            .unwrap()
            .unwrap();
        assert_eq!(total.checked_sub(cost).unwrap().to_string(), "20.00");
    }
}
