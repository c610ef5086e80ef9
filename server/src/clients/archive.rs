//! Archiving a client, and taking it back.

use db::OrgTx;
use jiff::Timestamp;

use super::{Client, ClientStatus, load_client, store};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::ClientId,
    recurring,
};

/// Archives a client. Doing so again changes nothing.
///
/// # Errors
/// When something still bills it: that is stopped by a person, never by the way.
pub async fn archive_client(
    tx: &mut OrgTx,
    by: &By,
    id: ClientId,
    now: Timestamp,
) -> Result<Client> {
    let live = recurring::count_live_of_client(tx, id).await?;
    if live > 0 {
        return Err(Error::conflict(
            "client_in_use",
            format!("Recurring invoices still bill this client ({live}). Cancel them first."),
        ));
    }
    set_status(tx, by, id, ClientStatus::Archived, "client.archived", now).await
}

/// Takes a client back from the archive. Doing so again changes nothing.
///
/// # Errors
/// When the organization has no such client.
pub async fn restore_client(
    tx: &mut OrgTx,
    by: &By,
    id: ClientId,
    now: Timestamp,
) -> Result<Client> {
    set_status(tx, by, id, ClientStatus::Active, "client.restored", now).await
}

async fn set_status(
    tx: &mut OrgTx,
    by: &By,
    id: ClientId,
    status: ClientStatus,
    action: &'static str,
    now: Timestamp,
) -> Result<Client> {
    let before = load_client(tx, id).await?;
    if before.status == status {
        return Ok(before);
    }
    store::set_status(tx, id, status, now).await?;
    let after = load_client(tx, id).await?;
    let event = audit::Event {
        by,
        action,
        subject_type: "client",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, Some(&before), Some(&after)).await?;
    Ok(after)
}
