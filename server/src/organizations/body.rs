//! An organization as the API shows it.

use billing::TaxRate;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{MailWordsDetails, Organization, settings::zone_name};
use crate::ids::OrganizationId;

/// An organization and its settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: OrganizationId,
    /// Its short name in commands.
    pub slug: String,
    /// Its name, as printed on invoices.
    pub name: String,
    /// ISO 4217 code of its reports and of new clients. Fixed once there are invoices.
    pub currency: String,
    /// IANA name; its dates are this zone's.
    pub timezone: String,
    /// Postal address, as printed; lines.
    pub address: String,
    /// Address for clients' answers.
    pub email: String,
    /// Tax number, as printed.
    pub tax_id: String,
    /// `a4` or `letter`.
    pub page_size: String,
    /// What parts of a period are counted in when it is prorated: `days` or `months`.
    pub proration_basis: String,
    /// How the lines of subscriptions are worded, with placeholders; null: product and term.
    pub line_text: Option<String>,
    /// Whether lines of nothing are printed.
    pub print_zero_lines: bool,
    /// Whether equal lines are printed as one.
    pub group_lines: bool,
    /// Of the e-mail that an invoice goes with, with placeholders; empty: the usual subject.
    pub mail_subject: String,
    /// The same of its text.
    pub mail_text: String,
    /// What stands before the number of an invoice; `{YYYY}`, `{YY}` and `{MM}` stand for year and month of its issue date.
    pub invoice_prefix: String,
    /// At least so many digits.
    pub invoice_digits: u32,
    /// The number of the next invoice.
    pub next_invoice_number: i64,
    /// What the next invoice would be called today.
    pub next_invoice_sample: String,
    /// Whether its members need a second factor.
    pub second_factor_required: bool,
    /// The taxes, in the order printed, each on the sum of the taxable lines.
    pub taxes: Vec<TaxRateBody>,
    /// Raised by every change.
    pub version: i64,
}

/// A tax that the organization charges.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaxRateBody {
    /// As printed.
    pub name: String,
    /// Percent, as a decimal string.
    pub percent: String,
}

impl OrganizationBody {
    /// The organization with its taxes, as it is at that time.
    #[must_use]
    pub fn of(it: &Organization, taxes: &[TaxRate], now: Timestamp) -> Self {
        let tax = |rate: &TaxRate| TaxRateBody {
            name: rate.name.clone(),
            percent: rate.percent.normalize().to_string(),
        };
        let mail = MailWordsDetails::of(&it.mail);
        Self {
            id: it.id,
            slug: it.slug.clone(),
            name: it.name.clone(),
            currency: it.currency.code().to_owned(),
            timezone: zone_name(&it.timezone),
            address: it.address.clone(),
            email: it.email.clone(),
            tax_id: it.tax_id.clone(),
            page_size: it.page_size.clone(),
            proration_basis: it.lines.proration_basis.code().to_owned(),
            line_text: it.lines.text.as_ref().map(ToString::to_string),
            print_zero_lines: it.lines.print_zero,
            group_lines: it.lines.group,
            mail_subject: mail.subject,
            mail_text: mail.text,
            invoice_prefix: it.numbers.prefix.clone(),
            invoice_digits: it.numbers.digits,
            next_invoice_number: it.numbers.next,
            next_invoice_sample: it.numbers.issued_on(it.today(now)),
            second_factor_required: it.second_factor_required,
            taxes: taxes.iter().map(tax).collect(),
            version: it.version,
        }
    }
}
