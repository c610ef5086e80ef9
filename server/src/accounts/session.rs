//! Browser sessions: the organization's id and a random secret in a cookie, the secret's digest in the database.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{Actor, store};
use crate::{
    app::App,
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
};

/// A session ends after this time, used or not.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How exactly "last seen" is kept; finer would write on every request.
const SEEN_GRAIN: SignedDuration = SignedDuration::from_mins(5);

/// How long a request waits to note it.
const NOTING: Duration = Duration::from_millis(200);

/// What the browser keeps. The organization's id leads to the rows of one organization; the secret alone opens the door.
#[derive(Clone)]
pub struct SessionSecret {
    organization: OrganizationId,
    secret: String,
}

impl SessionSecret {
    /// The secret in a cookie; none when the cookie was not made by us.
    #[must_use]
    pub fn from_cookie(value: &str) -> Option<Self> {
        let (organization, secret) = value.split_once('.')?;
        Some(Self {
            organization: OrganizationId::parse(organization)?,
            secret: secret.to_owned(),
        })
    }

    /// The secret for a cookie.
    #[must_use]
    pub fn as_cookie(&self) -> String {
        format!("{}.{}", self.organization, self.secret)
    }

    /// What is stored of it.
    pub(super) fn digest(&self) -> String {
        digest(&self.secret)
    }
}

/// A session that has just begun.
pub struct Session {
    /// What the browser keeps.
    pub secret: SessionSecret,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Begins a session.
///
/// # Errors
/// When the database is gone.
pub async fn start_session(
    app: &App,
    account: AccountId,
    organization: OrganizationId,
) -> Result<Session> {
    let now = app.clock.now();
    let session = Session {
        secret: SessionSecret {
            organization,
            secret: random_text()?,
        },
        expires_at: now + LIFETIME,
    };
    let mut tx = app.database.system_write().await?;
    let record = store::SessionRecord {
        digest: session.secret.digest(),
        organization,
        account,
        csrf_token: random_text()?,
        now,
        expires_at: session.expires_at,
    };
    store::insert_session(&mut tx, &record).await?;
    tx.commit().await?;
    Ok(session)
}

/// Who the session belongs to, if it lives.
///
/// # Errors
/// When the database is gone.
pub async fn find_session(app: &App, secret: &SessionSecret) -> Result<Option<Actor>> {
    let (digest, now) = (secret.digest(), app.clock.now());
    let tx = app.database.read(secret.organization).await?;
    let found = store::find_session(tx, &digest, now).await?;
    let Some((actor, last_seen)) = found else {
        return Ok(None);
    };
    if now.duration_since(last_seen) > SEEN_GRAIN {
        note_if_free(async {
            let mut tx = app.database.system_write().await?;
            store::touch_session(&mut tx, secret.organization, &digest, now).await?;
            Ok(tx.commit().await?)
        })
        .await;
    }
    Ok(Some(actor))
}

/// Notes when somebody was last seen if the database is free for it: whoever reads waits for no writer, and the next request of
/// theirs tries again.
pub(super) async fn note_if_free(noting: impl Future<Output = Result<()>>) {
    match tokio::time::timeout(NOTING, noting).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(error = ?error, "when somebody was last seen was not noted")
        }
        Err(_) => {
            tracing::debug!("the database was busy: when somebody was last seen was not noted")
        }
    }
}

/// Ends a session.
///
/// # Errors
/// When the database is gone.
pub async fn end_session(app: &App, secret: &SessionSecret) -> Result<()> {
    let mut tx = app.database.system_write().await?;
    store::delete_session(&mut tx, secret.organization, &secret.digest()).await?;
    Ok(tx.commit().await?)
}

/// 256 random bits as text.
pub(crate) fn random_text() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a secret that is random already, so that no salt is needed.
pub(super) fn digest(secret: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}
