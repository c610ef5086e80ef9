//! What people are told of, and in which words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that runs by itself and does not, or that waits for a person too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Pax8 refuses the credentials, so that the connection is not used any more.
    CredentialsRefused,
    /// Several syncs failed in a row.
    SyncFailing,
    /// No sync succeeded for several intervals.
    DataStale,
    /// Recurring invoices were due and no billing run made them.
    BillingOverdue,
    /// Drafts wait for a decision.
    DraftsWaiting,
    /// Invoices were not sent, or perhaps not.
    NotSent,
    /// Somebody may be guessing at passwords or codes.
    SignInsRefused,
}

impl Condition {
    /// All of them, the gravest first.
    pub const ALL: [Self; 7] = [
        Self::CredentialsRefused,
        Self::BillingOverdue,
        Self::SignInsRefused,
        Self::SyncFailing,
        Self::DataStale,
        Self::NotSent,
        Self::DraftsWaiting,
    ];

    /// Its name in the database and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CredentialsRefused => "credentials_refused",
            Self::SyncFailing => "sync_failing",
            Self::DataStale => "data_stale",
            Self::BillingOverdue => "billing_overdue",
            Self::DraftsWaiting => "drafts_waiting",
            Self::NotSent => "not_sent",
            Self::SignInsRefused => "sign_ins_refused",
        }
    }

    /// The condition of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::CredentialsRefused => "Pax8 refuses the credentials",
            Self::SyncFailing => "Pax8 syncs keep failing",
            Self::DataStale => "Pax8 data is stale",
            Self::BillingOverdue => "Billing is overdue",
            Self::DraftsWaiting => "Drafts wait for a decision",
            Self::NotSent => "Invoices were not sent",
            Self::SignInsRefused => "Many sign-ins are refused",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::CredentialsRefused => {
                "Make new credentials in Pax8, enter them on the Pax8 page, and a sync starts by itself. Until then nothing is \
                 pulled, and after 48 hours the subscriptions are held."
            }
            Self::SyncFailing => {
                "The Pax8 page says why the last one failed. Syncs go on being tried by themselves; after 48 hours without one \
                 the subscriptions are held."
            }
            Self::DataStale => {
                "Look at the Pax8 page whether syncs fail or do not run, and choose Sync Now. After 48 hours the subscriptions \
                 are held and invoices wait as drafts."
            }
            Self::BillingOverdue => {
                "Look at Background Jobs and the last billing run why they were not made, and run billing again. Periods that \
                 were billed are not billed twice."
            }
            Self::DraftsWaiting => {
                "Open the drafts, decide what is held, and issue or void them. Clients get no invoice until then."
            }
            Self::NotSent => {
                "Open the deliveries: send again what failed, and ask the client about what may have arrived."
            }
            Self::SignInsRefused => {
                "Ask those people whether it was they. If not, somebody is guessing: ask them for a second factor and a password that is \
                 used nowhere else, and have whoever runs the server look in its log where it comes from."
            }
        }
    }

    /// The page on which it is dealt with.
    #[must_use]
    pub fn page(self) -> &'static str {
        match self {
            Self::CredentialsRefused | Self::SyncFailing | Self::DataStale => {
                "/admin/integrations/pax8"
            }
            Self::BillingOverdue => "/admin/jobs",
            Self::DraftsWaiting => "/invoices?status=draft",
            Self::NotSent => "/deliveries",
            Self::SignInsRefused => "/admin/roles",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_has_one_name_everywhere() {
        for condition in Condition::ALL {
            assert_eq!(Condition::parse(condition.as_str()), Some(condition));
            let json = serde_json::to_value(condition).unwrap();
            assert_eq!(json, condition.as_str());
        }
        assert_eq!(Condition::parse("nothing"), None);
    }
}
