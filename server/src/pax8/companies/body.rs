//! A company as JSON shows it.

use std::collections::{HashMap, HashSet};

use billing::MatchReason;
use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Company, MappedBy, MatchOutcome};
use crate::{
    clients::{Client, find_clients},
    error::Result,
    ids::{ClientId, CompanyId},
    pax8::connection::find_connection,
};

/// A company. What Pax8 did not give is null.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompanyBody {
    #[schema(value_type = String)]
    id: CompanyId,
    pax8_id: String,
    name: Option<String>,
    /// As Pax8 wrote it.
    status: Option<String>,
    /// The partner's own reference in Pax8.
    external_id: Option<String>,
    website: Option<String>,
    /// The client it is mapped to.
    client: Option<ClientBody>,
    mapped_by: Option<MappedBy>,
    /// What automatic matching said when it last looked.
    #[serde(rename = "match")]
    matched: MatchBody,
    subscription_count: u32,
    /// Since when complete pulls no longer contain it.
    #[schema(value_type = Option<String>, format = DateTime)]
    missing_since: Option<Timestamp>,
    /// When its subscriptions were last pulled completely, alone or with those of all companies.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_synced_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct ClientBody {
    #[schema(value_type = String)]
    id: ClientId,
    name: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct MatchBody {
    outcome: MatchOutcome,
    candidates: Vec<CandidateBody>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct CandidateBody {
    #[schema(value_type = String)]
    client_id: ClientId,
    name: String,
    /// `reference`, `name`, `domain`.
    #[schema(value_type = Vec<String>)]
    reasons: Vec<MatchReason>,
}

impl CompanyBody {
    /// The companies as they are shown. Candidates that are archived or gone by now are left out.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn list(tx: &mut OrgTx, companies: Vec<Company>) -> Result<Vec<Self>> {
        let connection = find_connection(tx).await?;
        let all_synced_at = connection.and_then(|it| it.last_sync_at);
        let candidates = companies.iter().flat_map(|company| &company.candidates);
        let ids: HashSet<ClientId> = candidates.map(|candidate| candidate.client_id).collect();
        let mut clients = find_clients(tx, ids).await?;
        clients.retain(|_, client| client.is_active());
        let bodies = companies.into_iter();
        Ok(bodies
            .map(|company| Self::of(company, &clients, all_synced_at))
            .collect())
    }

    fn of(
        company: Company,
        clients: &HashMap<ClientId, Client>,
        all_synced_at: Option<Timestamp>,
    ) -> Self {
        let with_all = all_synced_at.filter(|_| company.missing_since.is_none());
        let candidates = company.candidates.into_iter().filter_map(|candidate| {
            Some(CandidateBody {
                client_id: candidate.client_id,
                name: clients.get(&candidate.client_id)?.name.clone(),
                reasons: candidate.reasons,
            })
        });
        Self {
            id: company.id,
            pax8_id: company.pax8_id,
            name: company.name,
            status: company.status,
            external_id: company.external_id,
            website: company.website,
            client: company.client.map(|client| ClientBody {
                id: client.id,
                name: client.name,
            }),
            mapped_by: company.mapped_by,
            matched: MatchBody {
                outcome: company.match_outcome,
                candidates: candidates.collect(),
            },
            subscription_count: company.subscription_count,
            missing_since: company.missing_since,
            last_synced_at: company.last_synced_at.max(with_all),
        }
    }
}
