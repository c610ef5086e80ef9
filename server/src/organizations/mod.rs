//! Organizations: one MSP each, with its name, currency, time zone, licence and data key.

mod create;
mod store;

pub use create::{BILLING_TIME, Created, NewOrganization, create_organization, next_billing};
pub use store::{
    Organization, find_by_id_or_slug, has_feature, list_billing_due, list_organizations,
    load_data_key, load_organization, next_billing_at, set_feature, take_billing_turn,
    take_invoice_number,
};
