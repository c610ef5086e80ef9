//! The stored estate as a whole.

use db::{OrgTx, args};
use jiff::Timestamp;

use crate::{error::Result, pax8::connection::DisconnectImpact};

db::statements! {
    org COUNT_COMPANIES = "select count(*) as n, count(client_id) as mapped,
            cast(coalesce(sum(subscription_count), 0) as bigint) as subscriptions
        from pax8_company where organization_id = $1";
    org COUNT_LINKED = "select count(*) as n from subscription_billing
        where organization_id = $1 and recurring_invoice_id is not null";
    org END_LINKS = "update subscription_billing set recurring_invoice_id = null, billed_in_status = null, billed_while_missing = null,
            version = version + 1, updated_at = $2
        where organization_id = $1 and recurring_invoice_id is not null";
    org DELETE_SUBSCRIPTIONS = "delete from pax8_subscription where organization_id = $1";
    org DELETE_COMPANIES = "delete from pax8_company where organization_id = $1";
    org DELETE_PRODUCTS = "delete from pax8_product where organization_id = $1";
}

/// What is stored of the estate, and what depends on it.
///
/// # Errors
/// When the database is gone.
pub(in crate::pax8) async fn count_estate(tx: &mut OrgTx) -> Result<DisconnectImpact> {
    let companies = tx.fetch_one(&COUNT_COMPANIES, args![]).await?;
    let linked = tx.fetch_one(&COUNT_LINKED, args![]).await?;
    Ok(DisconnectImpact {
        companies: companies.get("n")?,
        mapped_companies: companies.get("mapped")?,
        subscriptions: companies.get("subscriptions")?,
        linked_subscriptions: linked.get("n")?,
    })
}

/// Removes everything that was pulled, with all mappings and links. Pricing settings and the recorded history stay.
///
/// # Errors
/// When the database refuses.
pub(in crate::pax8) async fn forget_estate(tx: &mut OrgTx, now: Timestamp) -> Result<()> {
    tx.execute(&END_LINKS, args![now]).await?;
    for statement in [&DELETE_SUBSCRIPTIONS, &DELETE_COMPANIES, &DELETE_PRODUCTS] {
        tx.execute(statement, args![]).await?;
    }
    Ok(())
}
