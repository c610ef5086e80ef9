//! Changing an organization's settings.

use billing::TaxRate;
use db::OrgTx;
use jiff::{Timestamp, tz::TimeZone};

use super::{
    Organization, OrganizationBody, SettingsDetails, list_tax_rates, load_organization,
    next_billing, settings::zone_name, store,
};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    invoices,
};

/// Changes the settings of the transaction's organization as a whole. `version` is the one that the person saw; none:
/// whichever there is.
///
/// # Errors
/// When a field is refused, the settings were changed meanwhile, or invoices count in the currency.
pub async fn change_organization(
    tx: &mut OrgTx,
    by: &By,
    version: Option<i64>,
    details: &SettingsDetails,
    now: Timestamp,
) -> Result<(Organization, Vec<TaxRate>)> {
    let before = load_organization(tx).await?;
    let taxes_before = list_tax_rates(tx).await?;
    before.refuse_stale(version)?;
    let accepted = details.accept(&before)?;
    if accepted.currency != before.currency && invoices::any_invoice(tx).await? {
        return Err(Error::field(
            "currency",
            format!(
                "The currency stays {}: invoices were made in this organization already.",
                before.currency
            ),
        ));
    }
    let next = billing_time(&before, &accepted.timezone, now)?;
    store::update(tx, &accepted, next).await?;
    let after = load_organization(tx).await?;
    let taxes = list_tax_rates(tx).await?;
    let event = audit::Event {
        by,
        action: "organization.changed",
        subject_type: "organization",
        subject_id: before.id.to_string(),
    };
    let was = OrganizationBody::of(&before, &taxes_before, now);
    let is = OrganizationBody::of(&after, &taxes, now);
    audit::record(tx, event, now, Some(&was), Some(&is)).await?;
    Ok((after, taxes))
}

/// When the daily billing run is due in another time zone. A run that is due already stays due.
fn billing_time(before: &Organization, timezone: &str, now: Timestamp) -> Result<Timestamp> {
    if zone_name(&before.timezone) == timezone || before.next_billing_at <= now {
        return Ok(before.next_billing_at);
    }
    let zone = TimeZone::get(timezone).map_err(Error::internal)?;
    next_billing(&now.to_zoned_datetime(zone))
}
