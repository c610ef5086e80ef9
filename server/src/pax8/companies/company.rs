//! A company and its mapping.

use billing::MatchReason;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ClientId, CompanyId},
    pax8::subscriptions::MappedClient,
};

/// A company as Pax8 last told it, and its mapping.
#[derive(Debug, Clone)]
pub struct Company {
    /// Its id here.
    pub id: CompanyId,
    /// Its id in Pax8.
    pub pax8_id: String,
    /// Its name; none: only known by its subscriptions.
    pub name: Option<String>,
    /// Its status, as Pax8 wrote it.
    pub status: Option<String>,
    /// The partner's own reference in Pax8.
    pub external_id: Option<String>,
    /// Its website in Pax8.
    pub website: Option<String>,
    /// The client it is mapped to.
    pub client: Option<MappedClient>,
    /// Who mapped it.
    pub mapped_by: Option<MappedBy>,
    /// Unlinked by hand: no sync maps it again.
    pub keep_unmapped: bool,
    /// What automatic matching said when it last looked.
    pub match_outcome: MatchOutcome,
    /// The clients it found, and why.
    pub candidates: Vec<MatchCandidate>,
    /// How many subscriptions it has.
    pub subscription_count: u32,
    /// Since when complete pulls no longer contain it.
    pub missing_since: Option<Timestamp>,
    /// When its subscriptions were last pulled alone.
    pub last_synced_at: Option<Timestamp>,
}

/// Who mapped a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MappedBy {
    /// A person.
    Manual,
    /// A sync.
    Auto,
}

/// What automatic matching says about a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchOutcome {
    /// One client, and no doubt.
    Unique,
    /// Several clients, or one with another claim on it: a person decides.
    Ambiguous,
    /// No client.
    None,
}

/// A client that a company might belong to, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchCandidate {
    /// The client.
    pub client_id: ClientId,
    /// Every key that found it, the strongest first.
    pub reasons: Vec<MatchReason>,
}

impl MappedBy {
    /// Its name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Auto => "auto",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Manual, Self::Auto]
            .into_iter()
            .find(|it| it.as_str() == name)
    }
}

impl MatchOutcome {
    /// Its name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unique => "unique",
            Self::Ambiguous => "ambiguous",
            Self::None => "none",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Unique, Self::Ambiguous, Self::None]
            .into_iter()
            .find(|it| it.as_str() == name)
    }
}

impl Company {
    /// A name to call it by.
    #[must_use]
    pub fn display_name(&self) -> &str {
        display_name(self.name.as_deref(), &self.pax8_id)
    }

    /// Whether it only holds the place of the company that some subscriptions do not name. Pax8 cannot be asked for it.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.pax8_id.is_empty()
    }
}

/// A name to call a company by: its own, else Pax8's id.
#[must_use]
pub fn display_name<'a>(name: Option<&'a str>, pax8_id: &'a str) -> &'a str {
    match (name, pax8_id) {
        (Some(name), _) if !name.is_empty() => name,
        (_, "") => "Unknown company",
        (_, pax8_id) => pax8_id,
    }
}
