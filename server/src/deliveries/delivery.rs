//! An invoice on its way by mail.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{DeliveryId, InvoiceId};

/// An invoice on its way by mail.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delivery {
    /// Its id.
    #[schema(value_type = String)]
    pub id: DeliveryId,
    /// The invoice.
    #[schema(value_type = String)]
    pub invoice_id: InvoiceId,
    /// Whom it goes to; several with commas between them.
    pub to: String,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was not sent the last time, in a sentence; null: nothing is known against it.
    pub last_error: Option<String>,
    /// When it is tried; null: not any more, or just now.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt_at: Option<Timestamp>,
    /// The Message-ID of the mail, the same at each attempt.
    pub message_id: String,
    /// Who asked for it.
    pub queued_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub queued_at: Timestamp,
    /// When it was sent, failed, or was lost track of; null: it is on its way.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits for its turn, or for another attempt.
    Queued,
    /// It is being handed over.
    Sending,
    /// The mail server took it.
    Sent,
    /// It was not taken, and is not tried again.
    Failed,
    /// It was handed over and nobody knows whether it was taken. It is not tried again by itself.
    Unknown,
}

impl DeliveryState {
    /// Its name in the database and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Queued,
            Self::Sending,
            Self::Sent,
            Self::Failed,
            Self::Unknown,
        ]
        .into_iter()
        .find(|state| state.as_str() == name)
    }

    /// Whether it is over.
    #[must_use]
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Sending)
    }
}
