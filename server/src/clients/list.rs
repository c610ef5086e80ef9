//! Finding clients.

use std::collections::HashMap;

use db::OrgTx;

use super::{Client, ClientOption, ClientStatus, store};
use crate::{
    error::{Error, Result},
    http::{List, PageQuery},
    ids::ClientId,
};

/// Which clients a list shows.
#[derive(Debug, Clone, Default)]
pub struct ListClients {
    /// Part of a name, reference, website or e-mail address.
    pub q: Option<String>,
    /// Only those in this status.
    pub status: Option<ClientStatus>,
}

/// The client.
///
/// # Errors
/// When the organization has none with this id.
pub async fn load_client(tx: &mut OrgTx, id: ClientId) -> Result<Client> {
    find_client(tx, id).await?.ok_or(Error::NotFound("client"))
}

/// The client, if the organization has it.
///
/// # Errors
/// When the database is gone.
pub async fn find_client(tx: &mut OrgTx, id: ClientId) -> Result<Option<Client>> {
    store::find(tx, id).await
}

/// Those of these clients that the organization has.
///
/// # Errors
/// When the database is gone.
pub async fn find_clients(
    tx: &mut OrgTx,
    ids: impl IntoIterator<Item = ClientId>,
) -> Result<HashMap<ClientId, Client>> {
    store::find_many(tx, ids).await
}

/// A page of clients, by name.
///
/// # Errors
/// When the page asked for is refused.
pub async fn list_clients(
    tx: &mut OrgTx,
    filter: &ListClients,
    page: &PageQuery,
) -> Result<List<Client>> {
    let page = page.paging()?;
    let rows = store::list(tx, filter, &page).await?;
    page.list(rows, |client| (client.name.to_lowercase(), client.id))
}

/// What companies are matched with: every active client.
///
/// # Errors
/// When the database is gone.
pub async fn list_match_keys(tx: &mut OrgTx) -> Result<Vec<billing::ClientKeys>> {
    store::match_keys(tx).await
}

/// Active clients that a typed text finds, those first whose name begins with it.
///
/// # Errors
/// When the database is gone.
pub async fn search_options(tx: &mut OrgTx, q: &str, limit: u32) -> Result<Vec<ClientOption>> {
    store::options(tx, q, limit).await
}

/// Other active clients that carry the account reference of a client.
///
/// # Errors
/// When the database is gone.
pub async fn list_sharing_reference(tx: &mut OrgTx, client: &Client) -> Result<Vec<ClientOption>> {
    match &client.account_reference {
        Some(reference) => store::sharing_reference(tx, reference, client.id).await,
        None => Ok(Vec::new()),
    }
}
