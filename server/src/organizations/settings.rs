//! What a person says about their organization, and what of it is accepted.

use billing::TaxRate;
use jiff::tz::TimeZone;
use money::Currency;
use rust_decimal::Decimal;

use super::{
    InvoiceNumbers, LineSettings, MailWords, MailWordsDetails, Organization,
    lines::LineSettingsDetails,
};
use crate::{
    checks::{Checks, LONGEST_EMAIL, NO_EMAIL, is_email},
    error::Result,
};

/// The longest name of an organization, in characters.
pub const LONGEST_NAME: usize = 200;
const LONGEST_ADDRESS: usize = 1000;
const LONGEST_TAX_ID: usize = 100;
const LONGEST_TAX_NAME: usize = 60;
/// Enough for every country; a bound, so that an invoice's foot stays a foot.
const MOST_TAXES: usize = 10;
const MOST_TAX_DECIMALS: u32 = 4;
/// The sizes of paper that an invoice is printed on.
pub const PAGE_SIZES: [(&str, &str); 2] = [("a4", "A4"), ("letter", "US Letter")];

/// An organization's settings as they were typed or sent.
#[derive(Debug, Clone)]
pub struct SettingsDetails {
    /// Required, at most 200 characters.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// IANA name.
    pub timezone: String,
    /// Postal address, as printed; lines.
    pub address: String,
    /// Address for clients' answers.
    pub email: String,
    /// Tax number, as printed.
    pub tax_id: String,
    /// `a4` or `letter`.
    pub page_size: String,
    /// How the lines of invoices are made and printed.
    pub lines: LineSettingsDetails,
    /// What its mails say.
    pub mail: MailWordsDetails,
    /// What stands before the number of an invoice.
    pub invoice_prefix: String,
    /// At least so many digits; none: what was typed is not a whole number.
    pub invoice_digits: Option<i64>,
    /// Not below the present one; none: what was typed is not a whole number.
    pub next_invoice_number: Option<i64>,
    /// Whether its members need a second factor.
    pub second_factor_required: bool,
    /// The taxes, in the order printed.
    pub taxes: Vec<TaxDetails>,
}

/// A tax as it was typed or sent.
#[derive(Debug, Clone)]
pub struct TaxDetails {
    /// As printed.
    pub name: String,
    /// Percent, 0 to 100, at most four decimals.
    pub percent: String,
}

/// Settings that were accepted.
pub(super) struct Accepted {
    pub name: String,
    pub currency: Currency,
    pub timezone: String,
    pub address: String,
    pub email: String,
    pub tax_id: String,
    pub page_size: String,
    pub lines: LineSettings,
    pub mail: MailWords,
    pub numbers: InvoiceNumbers,
    pub second_factor_required: bool,
    pub taxes: Vec<TaxRate>,
}

impl SettingsDetails {
    /// The settings of an organization as they are.
    #[must_use]
    pub fn of(it: &Organization, taxes: &[TaxRate]) -> Self {
        let tax = |rate: &TaxRate| TaxDetails {
            name: rate.name.clone(),
            percent: rate.percent.normalize().to_string(),
        };
        Self {
            name: it.name.clone(),
            currency: it.currency.code().to_owned(),
            timezone: zone_name(&it.timezone),
            address: it.address.clone(),
            email: it.email.clone(),
            tax_id: it.tax_id.clone(),
            page_size: it.page_size.clone(),
            lines: LineSettingsDetails::of(&it.lines),
            mail: MailWordsDetails::of(&it.mail),
            invoice_prefix: it.numbers.prefix.clone(),
            invoice_digits: Some(it.numbers.digits.into()),
            next_invoice_number: Some(it.numbers.next),
            second_factor_required: it.second_factor_required,
            taxes: taxes.iter().map(tax).collect(),
        }
    }

    /// The settings, if nothing is wrong with them.
    pub(super) fn accept(&self, present: &Organization) -> Result<Accepted> {
        let mut checks = Checks::default();
        let empty = "Enter the organization's name.";
        let name = checks.required("name", &self.name, LONGEST_NAME, empty);
        let currency = checks.value("currency", self.currency.trim().parse::<Currency>());
        let timezone = self.timezone.trim();
        if TimeZone::get(timezone).is_err() {
            checks.refuse(
                "timezone",
                "There is no such time zone. Use a name such as Europe/Berlin.",
            );
        }
        let email = checks.optional("email", Some(&self.email), LONGEST_EMAIL);
        if email.as_deref().is_some_and(|email| !is_email(email)) {
            checks.refuse("email", NO_EMAIL);
        }
        let tax_id = checks.optional("tax_id", Some(&self.tax_id), LONGEST_TAX_ID);
        if !PAGE_SIZES.iter().any(|(size, _)| *size == self.page_size) {
            checks.refuse("page_size", "Choose a4 or letter.");
        }
        let lines = self.lines.accept(&mut checks);
        let mail = self.mail.accept(&mut checks);
        let address = checks.lines("address", &self.address, LONGEST_ADDRESS);
        let (digits, next) = (self.invoice_digits, self.next_invoice_number);
        let numbers = present
            .numbers
            .accept(&mut checks, &self.invoice_prefix, digits, next);
        let taxes = accept_taxes(&mut checks, &self.taxes);
        let Some(currency) = currency else {
            return Err(checks.into_refusal());
        };
        checks.finish()?;
        Ok(Accepted {
            name,
            currency,
            timezone: timezone.to_owned(),
            address,
            email: email.unwrap_or_default(),
            tax_id: tax_id.unwrap_or_default(),
            page_size: self.page_size.clone(),
            lines,
            mail,
            numbers,
            second_factor_required: self.second_factor_required,
            taxes,
        })
    }
}

/// The IANA name of a time zone.
#[must_use]
pub fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}

fn accept_taxes(checks: &mut Checks, taxes: &[TaxDetails]) -> Vec<TaxRate> {
    if taxes.len() > MOST_TAXES {
        checks.refuse("taxes", format!("Use at most {MOST_TAXES} tax rates."));
        return Vec::new();
    }
    let mut accepted: Vec<TaxRate> = Vec::new();
    for (index, tax) in taxes.iter().enumerate() {
        let field = format!("taxes[{index}].name");
        let empty = "Enter the name that is printed, such as VAT.";
        let name = checks.required(&field, &tax.name, LONGEST_TAX_NAME, empty);
        if accepted.iter().any(|other| other.name == name) {
            checks.refuse(&field, "There is a tax of this name already.");
        }
        let field = format!("taxes[{index}].percent");
        if let Some(percent) = checks.value(field, percent(&tax.percent)) {
            accepted.push(TaxRate { name, percent });
        }
    }
    accepted
}

/// A rate in percent, exactly as it was typed.
fn percent(text: &str) -> Result<Decimal, &'static str> {
    const REFUSED: &str =
        "Enter a percentage from 0 to 100 with at most four decimals, such as 8.875.";
    let text = text.trim();
    // A decimal point, or the comma that half the world types; nothing that could be a thousands separator.
    let text = text.trim_end_matches('%').trim_end().replace(',', ".");
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let value: Decimal = text.parse().ok().filter(|_| plain).ok_or(REFUSED)?;
    let value = value.normalize();
    if value > Decimal::ONE_HUNDRED || value.scale() > MOST_TAX_DECIMALS {
        return Err(REFUSED);
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d28_a_rate_is_kept_exactly_and_within_its_bounds() {
        for (typed, rate) in [
            ("19", "19"),
            (" 8.875 % ", "8.875"),
            ("8,875", "8.875"),
            ("0", "0"),
            ("100", "100"),
            ("0.0001", "0.0001"),
            ("7.00000", "7"),
        ] {
            assert_eq!(percent(typed).unwrap().to_string(), rate, "{typed}");
        }
        for typed in [
            "", "-1", "100.0001", "0.00001", "1e1", "1,000.5", "ten", ".",
        ] {
            assert!(percent(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn each_tax_is_refused_at_its_own_field() {
        let tax = |name: &str, percent: &str| TaxDetails {
            name: name.to_owned(),
            percent: percent.to_owned(),
        };
        let mut checks = Checks::default();
        accept_taxes(
            &mut checks,
            &[tax("VAT", "19"), tax("VAT", "7"), tax("", "101")],
        );
        let refused = checks.into_refusal();
        let fields: Vec<_> = refused
            .field_errors()
            .iter()
            .map(|it| it.field.as_str())
            .collect();
        assert_eq!(
            fields,
            ["taxes[1].name", "taxes[2].name", "taxes[2].percent"]
        );
    }
}
