//! A sync and its state.

use jiff::Timestamp;

use crate::ids::{CompanyId, SyncId};

/// What a sync pulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All companies, then all subscriptions.
    Full,
    /// The subscriptions of one company.
    Company(CompanyId),
}

/// What caused a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Somebody asked for it.
    Manual,
    /// It was due.
    Scheduled,
    /// Pax8 was connected.
    Connect,
    /// The command line asked for it.
    Cli,
    /// Pax8 said that something changed.
    Webhook,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncStatus {
    /// It waits for its turn.
    Queued,
    /// It is under way.
    Running,
    /// What it pulled is stored.
    Succeeded,
    /// It changed nothing.
    Failed,
}

/// What a sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waiting.
    Queued,
    /// Pulling companies.
    Companies,
    /// Pulling subscriptions.
    Subscriptions,
    /// Pulling the products that were not known.
    Products,
    /// Comparing and storing.
    Storing,
    /// Nothing any more.
    Done,
}

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Rows so far.
    pub done: u32,
    /// Rows in all, once Pax8 said.
    pub total: Option<u32>,
}

/// What became of the records of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Counts {
    /// Seen for the first time.
    pub created: u32,
    /// Told differently than before.
    pub updated: u32,
    /// Told as before.
    pub unchanged: u32,
    /// No longer told of, since this sync.
    pub missing: u32,
}

/// A sync.
#[derive(Debug, Clone)]
pub struct Sync {
    /// Its id.
    pub id: SyncId,
    /// What it pulls.
    pub scope: Scope,
    /// What caused it.
    pub trigger: Trigger,
    /// How far it is.
    pub status: SyncStatus,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What it is doing.
    pub progress: Progress,
    /// What became of the companies.
    pub companies: Counts,
    /// What became of the subscriptions.
    pub subscriptions: Counts,
    /// Companies that it mapped to clients.
    pub mapped: u32,
    /// Requests sent to Pax8, those for tokens and the repeated ones included.
    pub requests: u32,
    /// Why it failed.
    pub error: Option<String>,
    /// What a person should look at although it went well.
    pub warnings: Vec<String>,
}

impl SyncStatus {
    /// Whether nothing more will happen to it.
    #[must_use]
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

impl Scope {
    /// Its name in the database and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Company(_) => "company",
        }
    }

    /// The company, where it is only one.
    #[must_use]
    pub fn company(self) -> Option<CompanyId> {
        match self {
            Self::Full => None,
            Self::Company(id) => Some(id),
        }
    }
}

/// Names in the database, the same as in the API.
macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            /// Its name in the database and the API.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The one of that name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

names!(Trigger {
    Manual = "manual",
    Scheduled = "scheduled",
    Connect = "connect",
    Cli = "cli",
    Webhook = "webhook",
});
names!(SyncStatus {
    Queued = "queued",
    Running = "running",
    Succeeded = "succeeded",
    Failed = "failed",
});
names!(Stage {
    Queued = "queued",
    Companies = "companies",
    Subscriptions = "subscriptions",
    Products = "products",
    Storing = "storing",
    Done = "done",
});
