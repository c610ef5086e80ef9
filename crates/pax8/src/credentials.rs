//! The client id and secret of a Pax8 partner account.

use secrecy::{ExposeSecret, SecretString};

/// The client id and secret that a partner creates in Pax8 under
/// Integrations, API credentials. The secret never prints itself.
#[derive(Clone)]
pub struct Credentials {
    client_id: String,
    client_secret: SecretString,
}

impl Credentials {
    /// Credentials as typed by a person: surrounding white space is dropped.
    #[must_use]
    pub fn new(client_id: &str, client_secret: &str) -> Self {
        Self {
            client_id: client_id.trim().to_owned(),
            client_secret: SecretString::from(client_secret.trim()),
        }
    }

    /// The client id, which is no secret.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn client_secret(&self) -> &str {
        self.client_secret.expose_secret()
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.client_id.is_empty() || self.client_secret().is_empty()
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
