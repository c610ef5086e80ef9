//! Making a client.

use db::OrgTx;
use jiff::Timestamp;

use super::{Client, ClientDetails, load_client, store};
use crate::{accounts::By, audit, error::Result, ids::ClientId};

/// Makes a client.
///
/// # Errors
/// When a field is refused.
pub async fn create_client(
    tx: &mut OrgTx,
    by: &By,
    details: &ClientDetails,
    now: Timestamp,
) -> Result<Client> {
    let accepted = details.accept()?;
    let id = ClientId::new();
    store::insert(tx, id, &accepted, now).await?;
    let client = load_client(tx, id).await?;
    let event = audit::Event {
        by,
        action: "client.created",
        subject_type: "client",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, audit::NOTHING, Some(&client)).await?;
    Ok(client)
}
