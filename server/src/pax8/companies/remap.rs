//! Changing the clients of companies: the one way in which any mapping changes, for one company or for thousands.

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;

use super::{Company, MappedBy, store};
use crate::{
    accounts::By,
    audit,
    error::Result,
    ids::ClientId,
    pax8::subscriptions::{end_links_of_companies, reprice_companies},
};

/// A client, and who mapped a company to it.
pub(super) type Mapping = (ClientId, MappedBy);

/// A company whose mapping was changed, and what that ended.
#[derive(Debug, Clone)]
pub struct Remapped {
    /// The company with its new mapping.
    pub company: Company,
    /// How many links of its subscriptions to recurring invoices ended.
    pub links_ended: u64,
}

/// Gives companies other clients, or none, with an event for each. Links to recurring invoices of another client end, and
/// what subscriptions are worth is told anew. One that is mapped so already is left alone.
pub(super) async fn remap(
    tx: &mut OrgTx,
    by: &By,
    changes: Vec<(Company, Option<Mapping>)>,
    now: Timestamp,
) -> Result<Vec<Remapped>> {
    let differing = changes
        .iter()
        .filter(|(company, to)| present(company) != *to);
    let news: Vec<_> = differing.map(|(company, to)| (company.id, *to)).collect();
    store::set_mappings(tx, &news).await?;
    let clients = news
        .iter()
        .map(|(id, to)| (*id, to.map(|(client, _)| client)));
    let ended = end_links_of_companies(tx, clients).await?;
    let ids: Vec<_> = news.iter().map(|(id, _)| *id).collect();
    reprice_companies(tx, &ids).await?;
    let mut changed = store::find_many(tx, ids).await?;

    let mut remapped = Vec::with_capacity(changes.len());
    let mut events = Vec::with_capacity(news.len());
    for (before, to) in changes {
        let Some(company) = changed.remove(&before.id) else {
            remapped.push(Remapped {
                company: before,
                links_ended: 0,
            });
            continue;
        };
        let links_ended = ended.get(&company.id).copied().unwrap_or(0);
        let event = audit::Event {
            by,
            action: match to {
                Some(_) => "pax8_company.mapped",
                None => "pax8_company.unlinked",
            },
            subject_type: "pax8_company",
            subject_id: company.id.to_string(),
        };
        let states = (
            Some(Remembered::of(&before, None)),
            Some(Remembered::of(&company, Some(links_ended))),
        );
        events.push((event, states.0, states.1));
        remapped.push(Remapped {
            company,
            links_ended,
        });
    }
    audit::record_all(tx, events, now).await?;
    Ok(remapped)
}

fn present(company: &Company) -> Option<Mapping> {
    let client = company.client.as_ref();
    client.map(|client| client.id).zip(company.mapped_by)
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
