//! What a person says about a client, and what of it is accepted.

use money::Currency;

use super::Client;
use crate::{
    checks::{Checks, LONGEST_EMAIL, NO_EMAIL, is_email},
    error::Result,
};

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 300;
const LONGEST_REFERENCE: usize = 100;
const LONGEST_WEBSITE: usize = 500;
const LONGEST_ADDRESS: usize = 1000;
const LONGEST_TERMS: i64 = 365;

/// A client's details as they were typed or sent.
#[derive(Debug, Clone)]
pub struct ClientDetails {
    /// Required, at most 300 characters.
    pub name: String,
    /// The number it is kept under.
    pub account_reference: Option<String>,
    /// A web address, with or without its scheme.
    pub website: Option<String>,
    /// Where its invoices go.
    pub email: Option<String>,
    /// Its postal address; lines.
    pub address: String,
    /// ISO 4217 code.
    pub currency: String,
    /// 0 to 365; none: what was typed is not a whole number.
    pub payment_terms_days: Option<i64>,
    /// Whether its invoices carry no tax.
    pub tax_exempt: bool,
}

/// Details that were accepted.
pub(super) struct Accepted {
    pub name: String,
    pub account_reference: Option<String>,
    pub website: Option<String>,
    pub email: Option<String>,
    pub address: String,
    pub currency: Currency,
    pub payment_terms_days: u32,
    pub tax_exempt: bool,
}

impl ClientDetails {
    /// The details of a client as it is.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        Self {
            name: client.name.clone(),
            account_reference: client.account_reference.clone(),
            website: client.website.clone(),
            email: client.email.clone(),
            address: client.address.clone(),
            currency: client.currency.code().to_owned(),
            payment_terms_days: Some(client.payment_terms_days.into()),
            tax_exempt: client.tax_exempt,
        }
    }

    /// The details, if nothing is wrong with them.
    pub(super) fn accept(&self) -> Result<Accepted> {
        let mut checks = Checks::default();
        let name = checks.required("name", &self.name, LONGEST_NAME, "Enter the client's name.");
        let account_reference = checks.optional(
            "account_reference",
            self.account_reference.as_deref(),
            LONGEST_REFERENCE,
        );
        let website = checks.optional("website", self.website.as_deref(), LONGEST_WEBSITE);
        let email = checks.optional("email", self.email.as_deref(), LONGEST_EMAIL);
        if email.as_deref().is_some_and(|email| !is_email(email)) {
            checks.refuse("email", NO_EMAIL);
        }
        let address = checks.lines("address", &self.address, LONGEST_ADDRESS);
        let currency = checks.value("currency", self.currency.parse::<Currency>());
        let terms = self
            .payment_terms_days
            .filter(|days| (0..=LONGEST_TERMS).contains(days))
            .and_then(|days| u32::try_from(days).ok());
        if terms.is_none() {
            checks.refuse(
                "payment_terms_days",
                "Enter a whole number of days from 0 to 365.",
            );
        }
        let (Some(currency), Some(payment_terms_days)) = (currency, terms) else {
            return Err(checks.into_refusal());
        };
        checks.finish()?;
        Ok(Accepted {
            name,
            account_reference,
            website,
            email,
            address,
            currency,
            payment_terms_days,
            tax_exempt: self.tax_exempt,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> ClientDetails {
        ClientDetails {
            name: "Harbor Dental".to_owned(),
            account_reference: None,
            website: None,
            email: None,
            address: String::new(),
            currency: "usd".to_owned(),
            payment_terms_days: Some(30),
            tax_exempt: false,
        }
    }

    fn refused(change: impl Fn(&mut ClientDetails)) -> Vec<String> {
        let mut details = details();
        change(&mut details);
        let Err(error) = details.accept() else {
            return Vec::new();
        };
        let fields = error.field_errors().iter();
        fields.map(|it| it.field.clone()).collect()
    }

    #[test]
    fn good_details_are_accepted_and_trimmed() {
        let mut details = details();
        details.name = "  Harbor Dental ".to_owned();
        details.website = Some(" https://harbor.example/about ".to_owned());
        details.email = Some(String::new());
        let accepted = details.accept().unwrap();
        assert_eq!(accepted.name, "Harbor Dental");
        assert_eq!(accepted.currency, Currency::USD);
        assert_eq!(
            accepted.website.as_deref(),
            Some("https://harbor.example/about")
        );
        assert_eq!(accepted.email, None);
    }

    #[test]
    fn each_field_has_its_limits() {
        assert_eq!(refused(|it| it.name = " ".to_owned()), ["name"]);
        assert_eq!(refused(|it| it.name = "é".repeat(301)), ["name"]);
        assert!(refused(|it| it.name = "é".repeat(300)).is_empty());
        assert_eq!(
            refused(|it| it.currency = "dollars".to_owned()),
            ["currency"]
        );
        assert_eq!(refused(|it| it.currency = "ZZZ".to_owned()), ["currency"]);
        for days in [None, Some(-1), Some(366)] {
            assert_eq!(
                refused(|it| it.payment_terms_days = days),
                ["payment_terms_days"]
            );
        }
        for days in [0, 365] {
            assert!(refused(|it| it.payment_terms_days = Some(days)).is_empty());
        }
        assert_eq!(
            refused(|it| it.account_reference = Some("1".repeat(101))),
            ["account_reference"]
        );
        assert!(refused(|it| it.website = Some("not quite a website".to_owned())).is_empty());
    }
}
