//! A connection and its state.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

/// So many refusals of the credentials in a row make the connection inactive.
pub const REFUSALS_UNTIL_INACTIVE: u32 = 3;

/// The connection of an organization, without its secrets.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The end of the client id, to tell credentials apart by.
    pub client_id_hint: String,
    /// Whether syncs map companies to clients.
    pub auto_map: bool,
    /// Whether it is used. Off by hand, or after three refusals of the credentials in a row.
    pub active: bool,
    /// Refusals of the credentials in a row.
    pub refusals: u32,
    /// When everything was last confirmed by a complete sync.
    pub last_sync_at: Option<Timestamp>,
    /// Why the last sync failed; none: it did not.
    pub last_error: Option<String>,
    /// When it failed.
    pub last_error_at: Option<Timestamp>,
    /// When the next scheduled sync is due.
    pub next_sync_at: Timestamp,
    /// Since when there is a connection.
    pub connected_at: Timestamp,
}

/// The state of an organization's connection, as the Connection Status card names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// There are no credentials.
    NotConnected,
    /// There are credentials, and they are not used.
    Inactive,
    /// It is used.
    Connected,
}

impl Connection {
    /// Whether Pax8 refused the credentials so often in a row that they are not used any more.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.refusals >= REFUSALS_UNTIL_INACTIVE
    }
}

impl ConnectionStatus {
    /// The state of what was found.
    #[must_use]
    pub fn of(connection: Option<&Connection>) -> Self {
        match connection {
            None => Self::NotConnected,
            Some(it) if it.active => Self::Connected,
            Some(_) => Self::Inactive,
        }
    }
}

/// Credentials, open. The secret does not print itself; the id is kept with it, because both are sealed.
#[derive(Debug, Clone)]
pub(super) struct OpenCredentials {
    pub client_id: SecretString,
    pub client_secret: SecretString,
}

impl PartialEq for OpenCredentials {
    fn eq(&self, other: &Self) -> bool {
        let texts = |it: &Self| {
            let [id, secret] = [&it.client_id, &it.client_secret];
            [
                id.expose_secret().to_owned(),
                secret.expose_secret().to_owned(),
            ]
        };
        texts(self) == texts(other)
    }
}

/// Credentials as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SealedCredentials {
    pub client_id: String,
    pub client_secret: String,
    pub client_id_hint: String,
}
