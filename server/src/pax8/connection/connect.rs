//! Connecting, and replacing what a connection is made of.

use super::{
    credentials::{self, TypedCredentials},
    health::next_sync,
    settings::{audited, change_settings},
    store,
    types::{Connection, OpenCredentials},
};
use crate::{
    accounts::By,
    app::App,
    audit,
    error::{Error, Result},
    ids::OrganizationId,
    organizations::load_data_key,
    pax8::sync,
};

/// What is to change about a connection. What is absent stays; without a connection, both credentials are needed.
#[derive(Debug, Clone, Default)]
pub struct ConnectionChange {
    /// New credentials.
    pub credentials: TypedCredentials,
    /// Whether syncs map companies to clients. On at first.
    pub auto_map: Option<bool>,
    /// Whether it is used. On at first and with new credentials.
    pub active: Option<bool>,
}

/// Connects the organization to Pax8, or changes its connection. New credentials are tried first, and stored only if
/// Pax8 accepts them; then a full sync is on its way.
///
/// # Errors
/// When Pax8 refuses the credentials or cannot be asked, or a field is refused. Then nothing was changed.
pub async fn connect(
    app: &App,
    by: &By,
    organization: OrganizationId,
    change: ConnectionChange,
) -> Result<Connection> {
    if change.credentials.is_blank() {
        let mut tx = app.database.read(organization).await?;
        if store::find(&mut tx).await?.is_some() {
            drop(tx);
            return change_settings(app, by, organization, change.auto_map, change.active).await;
        }
    }
    let proven = prove(app, organization, change.credentials.clone()).await?;
    let connection = keep(app, by, organization, &change, &proven).await?;
    app.wake.wake();
    Ok(connection)
}

/// Credentials that Pax8 accepted, and the stored ones that they were completed with.
struct Proven {
    open: OpenCredentials,
    stored: Option<OpenCredentials>,
}

async fn prove(app: &App, organization: OrganizationId, typed: TypedCredentials) -> Result<Proven> {
    let mut tx = app.database.read(organization).await?;
    let (open, stored) = credentials::complete(&mut tx, app, typed).await?;
    drop(tx);
    match credentials::verify(app, organization, &open).await {
        Ok(()) => Ok(Proven { open, stored }),
        Err(error) if credentials::is_refusal(&error) => Err(Error::refused(
            "pax8_credentials_rejected",
            error.to_string(),
        )),
        Err(error) => Err(credentials::unavailable(&error)),
    }
}

async fn keep(
    app: &App,
    by: &By,
    organization: OrganizationId,
    change: &ConnectionChange,
    proven: &Proven,
) -> Result<Connection> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    let key = load_data_key(&mut tx, &app.vault).await?;
    // Compared open: sealed anew meanwhile, they are still the same.
    if credentials::find_stored(&mut tx, &key).await? != proven.stored {
        return Err(changed_meanwhile());
    }
    let before = store::find(&mut tx).await?;
    let auto_map = change.auto_map.or(before.as_ref().map(|it| it.auto_map));
    let new = store::NewState {
        credentials: &credentials::seal(&key, &proven.open)?,
        auto_map: auto_map.unwrap_or(true),
        active: change.active.unwrap_or(true),
        next_sync_at: next_sync(organization, app.settings.sync_interval, now)?,
        now,
    };
    store::put(&mut tx, &new).await?;
    sync::abandon_all(&mut tx, now).await?;
    if new.active {
        sync::enqueue_first(&mut tx, now).await?;
    }
    let after = store::find(&mut tx)
        .await?
        .ok_or_else(|| Error::internal("a connection that was just stored"))?;
    let event = audit::Event {
        by,
        action: if before.is_some() {
            "pax8.credentials_replaced"
        } else {
            "pax8.connected"
        },
        subject_type: "pax8_connection",
        subject_id: organization.to_string(),
    };
    let (before, after_audited) = (before.as_ref().map(audited), audited(&after));
    audit::record(&mut tx, event, now, before.as_ref(), Some(&after_audited)).await?;
    tx.commit().await?;
    Ok(after)
}

fn changed_meanwhile() -> Error {
    Error::conflict(
        "changed_meanwhile",
        "Somebody else changed the connection meanwhile. Look at it and try again.",
    )
}
