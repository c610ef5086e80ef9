//! The two switches of a connection.

use serde_json::{Value, json};

use super::{credentials::not_connected, store, types::Connection};
use crate::{accounts::By, app::App, audit, error::Result, ids::OrganizationId};

/// Switches automatic mapping.
///
/// # Errors
/// When there is no connection.
pub async fn set_auto_map(
    app: &App,
    by: &By,
    organization: OrganizationId,
    on: bool,
) -> Result<Connection> {
    change_settings(app, by, organization, Some(on), None).await
}

/// Switches the use of the connection. Off: no scheduled sync, no sync on demand.
///
/// # Errors
/// When there is no connection.
pub async fn set_active(
    app: &App,
    by: &By,
    organization: OrganizationId,
    on: bool,
) -> Result<Connection> {
    change_settings(app, by, organization, None, Some(on)).await
}

pub(super) async fn change_settings(
    app: &App,
    by: &By,
    organization: OrganizationId,
    auto_map: Option<bool>,
    active: Option<bool>,
) -> Result<Connection> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    let before = store::find(&mut tx).await?.ok_or_else(not_connected)?;
    let mut after = before.clone();
    after.auto_map = auto_map.unwrap_or(before.auto_map);
    after.active = active.unwrap_or(before.active);
    if after.active && !before.active {
        // Whoever switches it on again means it: the count begins anew.
        after.refusals = 0;
    }
    if audited(&before) == audited(&after) {
        return Ok(before);
    }
    store::set_options(&mut tx, &after).await?;
    let event = audit::Event {
        by,
        action: "pax8.settings_changed",
        subject_type: "pax8_connection",
        subject_id: organization.to_string(),
    };
    audit::record(
        &mut tx,
        event,
        now,
        Some(&audited(&before)),
        Some(&audited(&after)),
    )
    .await?;
    tx.commit().await?;
    Ok(after)
}

/// A connection as the audit log shows it: no secret, not even sealed.
pub(super) fn audited(connection: &Connection) -> Value {
    json!({
        "client_id_hint": connection.client_id_hint,
        "auto_map": connection.auto_map,
        "active": connection.active,
    })
}
