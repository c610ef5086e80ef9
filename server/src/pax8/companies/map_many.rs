//! Mapping many companies by hand at once.

use std::collections::{HashMap, HashSet};

use db::OrgTx;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Company, MappedBy, remap::remap, store};
use crate::{
    accounts::By,
    clients::{Client, find_clients},
    error::{Error, Result},
    ids::{ClientId, CompanyId},
    pax8::subscriptions::MappedClient,
};

/// How many companies are mapped at once, all in one transaction.
pub const MOST_MAPPED_AT_ONCE: usize = 1_000;

/// A company and the client that somebody wants it mapped to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedMapping {
    /// The company's id.
    pub company_id: String,
    /// The client's id.
    pub client_id: String,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct MappedMany {
    /// The companies that were mapped, with their new mapping, in the order in which they were given.
    pub mapped: Vec<Company>,
    /// Those that were left as they are.
    pub skipped: Vec<SkippedMapping>,
}

/// A company that was left as it is.
#[derive(Debug, Clone)]
pub struct SkippedMapping {
    /// What was wanted.
    pub wanted: WantedMapping,
    /// Why it was not done.
    pub reason: SkipReason,
    /// The same in a sentence.
    pub detail: String,
}

/// Why a company was left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// There is no such company.
    CompanyNotFound,
    /// It is mapped to a client already.
    AlreadyMapped,
    /// There is no such client.
    ClientNotFound,
    /// The client is archived.
    ClientArchived,
}

/// Maps companies that nobody mapped yet, each to its client, by hand. What cannot be done is skipped and told: it may have
/// changed since somebody looked. A company that is mapped is never moved from one client to another.
///
/// # Errors
/// When there are too many at once.
pub async fn map_companies(
    tx: &mut OrgTx,
    by: &By,
    wanted: Vec<WantedMapping>,
    now: Timestamp,
) -> Result<MappedMany> {
    if wanted.len() > MOST_MAPPED_AT_ONCE {
        let message = format!("Map at most {MOST_MAPPED_AT_ONCE} companies at once.");
        return Err(Error::field("mappings", message));
    }
    let ids = wanted
        .iter()
        .filter_map(|it| CompanyId::parse(&it.company_id));
    let mut companies = store::find_many(tx, ids.collect::<HashSet<_>>()).await?;
    let ids = wanted
        .iter()
        .filter_map(|it| ClientId::parse(&it.client_id));
    let clients = find_clients(tx, ids.collect::<HashSet<_>>()).await?;
    let (mut changes, mut skipped) = (Vec::new(), Vec::new());
    for wanted in wanted {
        match examine(&companies, &clients, &wanted) {
            Ok((company, client)) => {
                let before = company.clone();
                // Whoever asks for it once more is told that it is mapped.
                let mut taken = before.clone();
                taken.client = Some(MappedClient {
                    id: client.id,
                    name: client.name.clone(),
                    currency: client.currency,
                });
                changes.push((before, Some((client.id, MappedBy::Manual))));
                companies.insert(taken.id, taken);
            }
            Err((reason, detail)) => skipped.push(SkippedMapping {
                wanted,
                reason,
                detail,
            }),
        }
    }
    let remapped = remap(tx, by, changes, now).await?.into_iter();
    Ok(MappedMany {
        mapped: remapped.map(|it| it.company).collect(),
        skipped,
    })
}

/// The company and the client, if the one can be mapped to the other; else why not.
fn examine<'a>(
    companies: &'a HashMap<CompanyId, Company>,
    clients: &'a HashMap<ClientId, Client>,
    wanted: &WantedMapping,
) -> std::result::Result<(&'a Company, &'a Client), (SkipReason, String)> {
    let company = CompanyId::parse(&wanted.company_id).and_then(|id| companies.get(&id));
    let Some(company) = company else {
        let detail = "A company is no longer there.".to_owned();
        return Err((SkipReason::CompanyNotFound, detail));
    };
    let name = company.display_name();
    if let Some(client) = &company.client {
        let detail = format!("{name} is mapped to {} already.", client.name);
        return Err((SkipReason::AlreadyMapped, detail));
    }
    match ClientId::parse(&wanted.client_id).and_then(|id| clients.get(&id)) {
        Some(client) if client.is_active() => Ok((company, client)),
        Some(client) => {
            let detail = format!(
                "{name} stays unmapped: the client {} is archived.",
                client.name
            );
            Err((SkipReason::ClientArchived, detail))
        }
        None => {
            let detail = format!("{name} stays unmapped: its client is no longer there.");
            Err((SkipReason::ClientNotFound, detail))
        }
    }
}
