//! Mapping a company to a client by hand, and unlinking it.

use db::OrgTx;
use jiff::Timestamp;
use money::Amount;
use serde::Serialize;

use super::{Company, MappedBy, SeenMapping, load_company, store};
use crate::{
    accounts::By,
    audit,
    clients::load_client,
    error::{Error, Result},
    ids::{ClientId, CompanyId},
    pax8::subscriptions::{end_links_of_company, reprice_company},
};

/// A company whose mapping was changed, and what that ended.
#[derive(Debug, Clone)]
pub struct Remapped {
    /// The company with its new mapping.
    pub company: Company,
    /// How many links of its subscriptions to recurring invoices ended.
    pub links_ended: u64,
}

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
    change(tx, by, before, mapping, "pax8_company.mapped", now).await
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
    change(tx, by, before, None, "pax8_company.unlinked", now).await
}

/// A person maps a company that nobody mapped to a client that is known to be active.
pub(super) async fn map_unmapped(
    tx: &mut OrgTx,
    by: &By,
    before: Company,
    client: ClientId,
    now: Timestamp,
) -> Result<Remapped> {
    let mapping = Some((client, MappedBy::Manual));
    change(tx, by, before, mapping, "pax8_company.mapped", now).await
}

/// A sync maps a company that nobody mapped.
pub(super) async fn map_by_match(
    tx: &mut OrgTx,
    id: CompanyId,
    client: ClientId,
    now: Timestamp,
) -> Result<()> {
    let before = load_company(tx, id).await?;
    let mapping = Some((client, MappedBy::Auto));
    change(tx, &By::job(), before, mapping, "pax8_company.mapped", now).await?;
    Ok(())
}

async fn change(
    tx: &mut OrgTx,
    by: &By,
    before: Company,
    mapping: Option<(ClientId, MappedBy)>,
    action: &'static str,
    now: Timestamp,
) -> Result<Remapped> {
    if mapping == present(&before) {
        return Ok(Remapped {
            company: before,
            links_ended: 0,
        });
    }
    store::set_mapping(tx, before.id, mapping, mapping.is_none()).await?;
    let client = mapping.map(|(client, _)| client);
    let links_ended = end_links_of_company(tx, before.id, client).await?;
    reprice_company(tx, before.id).await?;
    let company = load_company(tx, before.id).await?;
    let event = audit::Event {
        by,
        action,
        subject_type: "pax8_company",
        subject_id: before.id.to_string(),
    };
    let (before, after) = (
        Remembered::of(&before, None),
        Remembered::of(&company, Some(links_ended)),
    );
    audit::record(tx, event, now, Some(&before), Some(&after)).await?;
    Ok(Remapped {
        company,
        links_ended,
    })
}

fn present(company: &Company) -> Option<(ClientId, MappedBy)> {
    company
        .client
        .as_ref()
        .map(|client| client.id)
        .zip(company.mapped_by)
}

/// A mapping as the audit log remembers it.
#[derive(Serialize)]
struct Remembered {
    company: String,
    client_id: Option<ClientId>,
    client: Option<String>,
    mapped_by: Option<MappedBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links_ended: Option<u64>,
}

impl Remembered {
    fn of(company: &Company, links_ended: Option<u64>) -> Self {
        let client = company.client.as_ref();
        Self {
            company: company.display_name().to_owned(),
            client_id: client.map(|client| client.id),
            client: client.map(|client| client.name.clone()),
            mapped_by: company.mapped_by,
            links_ended,
        }
    }
}
