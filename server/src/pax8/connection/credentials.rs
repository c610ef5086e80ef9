//! Typed and stored credentials, and the client that is made of them.

use std::time::Duration;

use ::pax8::{ClientConfig, Credentials, RetryPolicy, Timeouts};
use db::OrgTx;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    store,
    types::{OpenCredentials, SealedCredentials},
};
use crate::{
    app::App,
    error::{Error, FieldError, Result},
    ids::OrganizationId,
    organizations::load_data_key,
    secrets::{DataKey, Rekey, Resealer},
};

/// The names under which the two are sealed: text sealed for one does not open as the other.
const CLIENT_ID: &str = "pax8.client_id";
const CLIENT_SECRET: &str = "pax8.client_secret";
/// How the credentials are sealed anew.
pub const RESEALER: Resealer = Resealer {
    columns: &[
        "pax8_connection.client_id_sealed",
        "pax8_connection.client_secret_sealed",
    ],
    run: |tx, keys| Box::pin(reseal(tx, keys)),
};
/// The longest credential that is taken, in characters.
const LONGEST: usize = 500;

/// Credentials as a person typed them. An empty field means the stored one.
#[derive(Debug, Clone, Default)]
pub struct TypedCredentials {
    /// The Client ID.
    pub client_id: Option<SecretString>,
    /// The Client Secret.
    pub client_secret: Option<SecretString>,
}

/// What a test of credentials said.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct CredentialTest {
    /// Whether Pax8 accepted them.
    pub ok: bool,
    /// A sentence about it.
    pub detail: String,
}

impl TypedCredentials {
    /// From the fields of a form or body; surrounding white space is no part of a credential.
    #[must_use]
    pub fn new(client_id: Option<&str>, client_secret: Option<&str>) -> Self {
        let typed = |text: Option<&str>| {
            let text = text.map(str::trim).filter(|text| !text.is_empty());
            text.map(SecretString::from)
        };
        Self {
            client_id: typed(client_id),
            client_secret: typed(client_secret),
        }
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.client_id.is_none() && self.client_secret.is_none()
    }
}

/// Tries typed credentials, the stored ones where a field is empty. Stores nothing.
///
/// # Errors
/// When a field is empty and nothing is stored, or Pax8 cannot be asked.
pub async fn test_credentials(
    app: &App,
    organization: OrganizationId,
    typed: TypedCredentials,
) -> Result<CredentialTest> {
    let mut tx = app.database.read(organization).await?;
    let (open, _) = complete(&mut tx, app, typed).await?;
    drop(tx);
    let refused = |error: &::pax8::Error| CredentialTest {
        ok: false,
        detail: error.to_string(),
    };
    match verify(app, organization, &open).await {
        Ok(()) => Ok(CredentialTest {
            ok: true,
            detail: "Pax8 accepted the Client ID and Client Secret.".to_owned(),
        }),
        Err(error) if is_refusal(&error) => Ok(refused(&error)),
        Err(error) => Err(unavailable(&error)),
    }
}

/// A client of the organization's Pax8 account.
///
/// # Errors
/// When it is not connected, or its credentials do not open.
pub async fn open_client(app: &App, organization: OrganizationId) -> Result<::pax8::Client> {
    let mut tx = app.database.read(organization).await?;
    let sealed = store::find_sealed(&mut tx)
        .await?
        .ok_or_else(not_connected)?;
    let key = load_data_key(&mut tx, &app.vault).await?;
    drop(tx);
    let open = open(&key, &sealed)?;
    let mut config = config(app, organization, &open);
    config.retry = app.settings.pax8_retry;
    ::pax8::Client::new(config).map_err(Error::internal)
}

/// What is said where a connection is needed and there is none.
pub(in crate::pax8) fn not_connected() -> Error {
    Error::conflict(
        "pax8_not_connected",
        "Pax8 is not connected. Enter the credentials and connect first.",
    )
}

/// The stored credentials.
pub(super) async fn find_stored(tx: &mut OrgTx, key: &DataKey) -> Result<Option<OpenCredentials>> {
    let sealed = store::find_sealed(tx).await?;
    sealed.map(|sealed| open(key, &sealed)).transpose()
}

/// The typed credentials with the stored ones in the empty fields, and the stored ones as they were found.
pub(super) async fn complete(
    tx: &mut OrgTx,
    app: &App,
    typed: TypedCredentials,
) -> Result<(OpenCredentials, Option<OpenCredentials>)> {
    let key = load_data_key(tx, &app.vault).await?;
    let stored = find_stored(tx, &key).await?;
    refuse_odd(&typed, stored.is_none())?;
    let pick = |typed: Option<SecretString>, stored: Option<SecretString>| {
        typed.or(stored).unwrap_or_else(|| SecretString::from(""))
    };
    let (id, secret) = stored.clone().map_or((None, None), |it| {
        (Some(it.client_id), Some(it.client_secret))
    });
    let open = OpenCredentials {
        client_id: pick(typed.client_id, id),
        client_secret: pick(typed.client_secret, secret),
    };
    Ok((open, stored))
}

/// Asks Pax8 whether it accepts the credentials; a person waits for the answer.
pub(super) async fn verify(
    app: &App,
    organization: OrganizationId,
    open: &OpenCredentials,
) -> Result<(), ::pax8::Error> {
    let mut config = config(app, organization, open);
    config.retry = RetryPolicy {
        max_attempts: 2,
        first_wait: Duration::from_millis(250),
        longest_wait: Duration::from_secs(5),
    };
    config.timeouts = Timeouts {
        connect: Duration::from_secs(5),
        read: Duration::from_secs(15),
        whole: Duration::from_secs(20),
    };
    ::pax8::Client::new(config)?.verify().await
}

/// Whether Pax8 answered, and the answer is no.
pub(super) fn is_refusal(error: &::pax8::Error) -> bool {
    error.is_credentials() || matches!(error, ::pax8::Error::Forbidden { .. })
}

pub(super) fn unavailable(error: &::pax8::Error) -> Error {
    Error::Unavailable(error.to_string())
}

pub(super) fn seal(key: &DataKey, open: &OpenCredentials) -> Result<SealedCredentials> {
    let seal = |field, secret: &SecretString| key.seal(field, secret).map_err(Error::internal);
    Ok(SealedCredentials {
        client_id: seal(CLIENT_ID, &open.client_id)?,
        client_secret: seal(CLIENT_SECRET, &open.client_secret)?,
        client_id_hint: hint(open.client_id.expose_secret()),
    })
}

async fn reseal(tx: &mut OrgTx, keys: &Rekey) -> Result<()> {
    let Some(sealed) = store::find_sealed(tx).await? else {
        return Ok(());
    };
    let anew = SealedCredentials {
        client_id: keys.reseal(CLIENT_ID, &sealed.client_id)?,
        client_secret: keys.reseal(CLIENT_SECRET, &sealed.client_secret)?,
        ..sealed
    };
    store::reseal(tx, &anew).await
}

fn open(key: &DataKey, sealed: &SealedCredentials) -> Result<OpenCredentials> {
    let open = |field, text: &str| key.open(field, text).map_err(Error::internal);
    Ok(OpenCredentials {
        client_id: open(CLIENT_ID, &sealed.client_id)?,
        client_secret: open(CLIENT_SECRET, &sealed.client_secret)?,
    })
}

fn config(app: &App, organization: OrganizationId, open: &OpenCredentials) -> ClientConfig {
    let credentials = Credentials::new(
        open.client_id.expose_secret(),
        open.client_secret.expose_secret(),
    );
    ClientConfig::new(credentials, app.pax8_budgets.of(organization))
        .with_base_url(app.settings.pax8_url.clone())
}

/// The last four characters, where enough others stay hidden.
fn hint(client_id: &str) -> String {
    let length = client_id.chars().count();
    let shown = if length >= 12 { 4 } else { 0 };
    let end: String = client_id.chars().skip(length - shown).collect();
    format!("…{end}")
}

fn refuse_odd(typed: &TypedCredentials, both_needed: bool) -> Result<()> {
    let fields = [
        ("client_id", "Client ID", &typed.client_id),
        ("client_secret", "Client Secret", &typed.client_secret),
    ];
    let mut refused = Vec::new();
    for (field, label, value) in fields {
        let message = match value {
            None if both_needed => format!("Enter the {label}."),
            Some(text) if text.expose_secret().chars().count() > LONGEST => {
                format!("A {label} has at most {LONGEST} characters.")
            }
            _ => continue,
        };
        refused.push(FieldError {
            field: field.to_owned(),
            message,
        });
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(refused))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_shows_the_end_of_a_long_id_only() {
        assert_eq!(hint("0oa1b2c3d4e5f6"), "…e5f6");
        assert_eq!(hint("short-id"), "…");
        assert_eq!(hint(""), "…");
    }

    #[test]
    fn i1_typed_credentials_do_not_print_themselves() {
        let typed = TypedCredentials::new(Some(" an id "), Some("hush hush"));
        assert!(!format!("{typed:?}").contains("hush"));
        assert_eq!(typed.client_id.unwrap().expose_secret(), "an id");
        assert!(TypedCredentials::new(Some("  "), None).is_blank());
    }
}
