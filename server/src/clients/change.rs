//! Changing a client's details.

use db::OrgTx;
use jiff::Timestamp;

use super::{Client, ClientDetails, load_client, store};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::ClientId,
    pax8::{companies::companies_of_client, subscriptions::reprice_companies},
    recurring,
};

/// Changes a client's details as a whole. `version` is the one that the person saw; none: whichever there is.
///
/// # Errors
/// When a field is refused, the client was changed meanwhile, or its currency is in use.
pub async fn change_client(
    tx: &mut OrgTx,
    by: &By,
    id: ClientId,
    version: Option<i64>,
    details: &ClientDetails,
    now: Timestamp,
) -> Result<Client> {
    let before = load_client(tx, id).await?;
    before.refuse_stale(version)?;
    let accepted = details.accept()?;
    if accepted.currency != before.currency {
        refuse_currency_in_use(tx, &before).await?;
    }
    store::update(tx, id, &accepted, now).await?;
    if accepted.currency != before.currency {
        reprice(tx, id).await?;
    }
    let after = load_client(tx, id).await?;
    let event = audit::Event {
        by,
        action: "client.changed",
        subject_type: "client",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, Some(&before), Some(&after)).await?;
    Ok(after)
}

/// What subscriptions are worth depends on the currency of the client that they are billed to.
async fn reprice(tx: &mut OrgTx, id: ClientId) -> Result<()> {
    let companies = companies_of_client(tx, id).await?;
    let companies: Vec<_> = companies.iter().map(|company| company.id).collect();
    reprice_companies(tx, &companies).await?;
    Ok(())
}

/// Prices that were typed in one currency mean something else in another.
async fn refuse_currency_in_use(tx: &mut OrgTx, client: &Client) -> Result<()> {
    let live = recurring::count_live_of_client(tx, client.id).await?;
    if live == 0 {
        return Ok(());
    }
    Err(Error::field(
        "currency",
        format!(
            "The currency stays {} while recurring invoices count in it ({live} now). Cancel them first.",
            client.currency
        ),
    ))
}
