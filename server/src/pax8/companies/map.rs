//! Mapping a company to a client by hand, and unlinking it.

use db::OrgTx;
use jiff::Timestamp;
use money::Amount;

use super::{
    Company, MappedBy, Remapped, SeenMapping, load_company,
    remap::{Mapping, remap},
    store,
};
use crate::{
    accounts::By,
    clients::load_client,
    error::{Error, Result},
    ids::{ClientId, CompanyId},
};

/// What unlinking a company, or mapping it to another client, would stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnlinkImpact {
    /// How many subscriptions feed a recurring invoice.
    pub lines: u32,
    /// What these bring a month, as far as it can be told.
    pub monthly: Option<Amount>,
}

/// What unlinking the company, or mapping it to another client, would stop.
///
/// # Errors
/// When there is no such company.
pub async fn impact_of_unlink(tx: &mut OrgTx, id: CompanyId) -> Result<UnlinkImpact> {
    let company = load_company(tx, id).await?;
    let (lines, monthly) = store::impact_of_unlink(tx, id).await?;
    let currency = company.client.map(|client| client.currency);
    let monthly = monthly.zip(currency);
    Ok(UnlinkImpact {
        lines,
        monthly: monthly.map(|(minor, currency)| Amount::from_minor(minor, currency)),
    })
}

/// Maps a company to a client by hand. Links to recurring invoices of another client end; pricing stays.
///
/// # Errors
/// When there is no such company or client, the client is archived, or the mapping is not as it was seen.
pub async fn map_company(
    tx: &mut OrgTx,
    by: &By,
    id: CompanyId,
    client: ClientId,
    seen: &SeenMapping,
    now: Timestamp,
) -> Result<Remapped> {
    let before = load_company(tx, id).await?;
    let client = load_client(tx, client).await?;
    seen.refuse_stale(&before, Some(client.id))?;
    if !client.is_active() {
        let message = format!("{} is archived. Choose an active client.", client.name);
        return Err(Error::field("client_id", message));
    }
    let mapping = Some((client.id, MappedBy::Manual));
    change(tx, by, before, mapping, now).await
}

/// Unlinks a company from its client. All links of its subscriptions end, their pricing stays, and no sync maps the
/// company again.
///
/// # Errors
/// When there is no such company, or its mapping is not as it was seen.
pub async fn unlink_company(
    tx: &mut OrgTx,
    by: &By,
    id: CompanyId,
    seen: &SeenMapping,
    now: Timestamp,
) -> Result<Remapped> {
    let before = load_company(tx, id).await?;
    seen.refuse_stale(&before, None)?;
    change(tx, by, before, None, now).await
}

async fn change(
    tx: &mut OrgTx,
    by: &By,
    before: Company,
    to: Option<Mapping>,
    now: Timestamp,
) -> Result<Remapped> {
    let mut done = remap(tx, by, vec![(before, to)], now).await?;
    done.pop().ok_or(Error::NotFound("company"))
}
