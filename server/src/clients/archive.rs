//! Archiving a client, and taking it back.

use db::OrgTx;
use jiff::Timestamp;

use super::{Client, ClientStatus, load_client, store};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::ClientId,
    pax8::companies::companies_of_client,
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
    refuse_in_use(tx, id).await?;
    set_status(tx, by, id, ClientStatus::Archived, "client.archived", now).await
}

/// Goes on only if nothing bills the client any more.
///
/// # Errors
/// What is in the way.
pub async fn refuse_in_use(tx: &mut OrgTx, id: ClientId) -> Result<()> {
    let mut in_the_way = Vec::new();
    match recurring::count_live_of_client(tx, id).await? {
        0 => {}
        1 => in_the_way.push("A recurring invoice still bills this client: cancel it.".to_owned()),
        live => in_the_way.push(format!(
            "{live} recurring invoices still bill this client: cancel them."
        )),
    }
    match companies_of_client(tx, id).await?.len() {
        0 => {}
        1 => in_the_way.push("A Pax8 company is mapped to it: unlink it.".to_owned()),
        mapped => in_the_way.push(format!(
            "{mapped} Pax8 companies are mapped to it: unlink them."
        )),
    }
    if in_the_way.is_empty() {
        return Ok(());
    }
    Err(Error::conflict("client_in_use", in_the_way.join(" ")))
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
