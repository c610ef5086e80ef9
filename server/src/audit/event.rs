//! What the log keeps of an event.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::words;
use crate::ids::{AccountId, AuditEventId};

/// Something that was done, as the log keeps it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEvent {
    /// Its id.
    #[schema(value_type = String)]
    pub id: AuditEventId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who.
    pub actor: ActorTold,
    /// How they came in: `session`, `token`, `job` or `cli`.
    pub via: String,
    /// Where from; null where the program itself did it.
    pub remote_address: Option<String>,
    /// What, as `subject.verb`: `client.created`.
    pub action: String,
    /// What it was done to.
    pub subject: Subject,
    /// The whole in a sentence.
    pub summary: String,
    /// The state before; null: there was none, or it does not matter.
    pub before: Option<Value>,
    /// The state after; null: there is none, or it does not matter.
    pub after: Option<Value>,
}

/// Who did it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActorTold {
    /// The account; null: the program itself.
    #[schema(value_type = Option<String>)]
    pub id: Option<AccountId>,
    /// The name they had, with their e-mail address.
    pub name: String,
}

/// What it was done to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Subject {
    /// The kind of record.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What it was called then.
    pub name: Option<String>,
}

impl ActorTold {
    /// The name without the address: `Dana` of `Dana <dana@ridgeline.example>`.
    #[must_use]
    pub fn short(&self) -> &str {
        match self.name.split_once(" <") {
            Some((name, _)) if !name.is_empty() => name,
            _ => &self.name,
        }
    }

    /// The address, where there is one.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        let (_, rest) = self.name.split_once(" <")?;
        rest.strip_suffix('>')
    }
}

impl AuditEvent {
    /// The whole in a sentence, without its full stop: `Dana mapped Contoso to Contoso Ltd`.
    pub(super) fn sentence(&self) -> String {
        let told = words::tell(self);
        let parts = [
            Some(self.actor.short()),
            Some(told.verb.as_str()),
            told.subject.as_deref(),
            told.rest.as_deref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        parts.join(" ")
    }
}
