//! Disconnecting: credentials, mappings and links go; invoices, history and pricing stay.

use db::OrgTx;

use super::{settings::audited, store};
use crate::{accounts::By, app::App, audit, error::Result, ids::OrganizationId, pax8::sync};

/// What disconnecting takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct DisconnectImpact {
    /// Companies that are stored.
    pub companies: u32,
    /// Of those, mapped to a client.
    pub mapped_companies: u32,
    /// Subscriptions that are stored.
    pub subscriptions: u32,
    /// Subscriptions that feed a recurring invoice and will no longer.
    pub linked_subscriptions: u32,
}

/// What disconnecting would take away, for the question before it.
///
/// # Errors
/// When the database is gone.
pub async fn impact_of_disconnect(tx: &mut OrgTx) -> Result<DisconnectImpact> {
    sync::count_estate(tx).await
}

/// Removes the connection with everything that was pulled through it, all mappings and all links, at once. Pricing stays
/// aside and returns with the same Pax8 records; invoices, history and the audit log stay. Without a connection there is
/// nothing to do.
///
/// # Errors
/// When the database refuses.
pub async fn disconnect(app: &App, by: &By, organization: OrganizationId) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    let Some(connection) = store::find(&mut tx).await? else {
        return Ok(());
    };
    let impact = impact_of_disconnect(&mut tx).await?;
    sync::abandon_all(&mut tx, now).await?;
    sync::forget_estate(&mut tx, now).await?;
    store::delete(&mut tx).await?;
    let event = audit::Event {
        by,
        action: "pax8.disconnected",
        subject_type: "pax8_connection",
        subject_id: organization.to_string(),
    };
    let before = serde_json::json!({ "connection": audited(&connection), "removed": impact });
    audit::record(&mut tx, event, now, Some(&before), audit::NOTHING).await?;
    Ok(tx.commit().await?)
}
