//! Organizations: one MSP each, with its name, currency, time zone, taxes, numbers of invoices, logo, licence and data key.
//!
//! - Numbers of invoices only go up, and no prefix ends in a digit: no number is ever given twice.
//! - The currency is fixed once there are invoices.

mod api;
mod body;
mod change;
mod create;
mod licence;
mod lines;
mod logo;
mod mail;
mod numbers;
mod pages;
mod rekey;
mod settings;
mod store;

pub use api::api;
pub use body::{OrganizationBody, TaxRateBody};
pub use change::change_organization;
pub use create::{BILLING_TIME, Created, NewOrganization, create_organization, next_billing};
pub use licence::{Licence, LicenceFeature, load_licence};
pub use lines::{LineSettings, LineSettingsDetails};
pub use logo::{current_logo_id, load_logo, load_logo_of};
pub use mail::{MailWords, MailWordsDetails};
pub use numbers::InvoiceNumbers;
pub use pages::{TABS, routes};
pub use rekey::replace_data_key;
pub use settings::{LONGEST_NAME, PAGE_SIZES, SettingsDetails, TaxDetails, zone_name};
pub use store::{
    Organization, find_by_id_or_slug, has_feature, list_billing_due, list_organizations,
    list_tax_rates, load_data_key, load_organization, next_billing_at, set_feature,
    take_billing_turn, take_invoice_numbers,
};
