//! Browser sessions: the organization's id and a random secret in a cookie, the secret's digest in the database.
//!
//! - Every sign-in begins a new one, and what changes how somebody proves who they are gives the session another secret.
//! - It ends after a while without use, and after some hours in any case; the operator says after how many.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use db::SystemTx;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{Actor, Visitor, store};
use crate::{
    app::App,
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
};

/// How long sessions live.
#[derive(Debug, Clone, Copy)]
pub struct SessionTimes {
    /// After this time one ends, used or not.
    pub lifetime: SignedDuration,
    /// After this time without use one ends.
    pub idle: SignedDuration,
}

impl Default for SessionTimes {
    /// A working day, and a long meeting.
    fn default() -> Self {
        Self {
            lifetime: SignedDuration::from_hours(12),
            idle: SignedDuration::from_hours(4),
        }
    }
}

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
    fn draw(organization: OrganizationId) -> Result<Self> {
        Ok(Self {
            organization,
            secret: random_text()?,
        })
    }

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

    /// Whose rows it leads to.
    pub(super) fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// What is stored of it.
    pub(crate) fn digest(&self) -> String {
        digest(&self.secret)
    }
}

/// A session that has just begun, or got another secret.
pub struct Session {
    /// What the browser keeps.
    pub secret: SessionSecret,
    /// What its forms carry.
    pub csrf_token: String,
    /// What the browser keeps to be known again after the session; none: it was known before.
    pub browser: Option<String>,
}

/// A session to begin.
pub struct NewSession<'a> {
    /// Whose.
    pub account: AccountId,
    /// Where they work.
    pub organization: OrganizationId,
    /// What they came with.
    pub visitor: &'a Visitor,
    /// When they last proved who they are.
    pub confirmed_at: Timestamp,
}

/// Begins a session.
///
/// # Errors
/// When the database is gone.
pub async fn start_session(app: &App, new: NewSession<'_>) -> Result<Session> {
    let mut tx = app.database.system_write().await?;
    let session = insert(&mut tx, app, &new).await?;
    tx.commit().await?;
    Ok(session)
}

/// Begins a session in a transaction.
pub(super) async fn insert(tx: &mut SystemTx, app: &App, new: &NewSession<'_>) -> Result<Session> {
    let now = app.clock.now();
    let secret = SessionSecret::draw(new.organization)?;
    let record = store::SessionRecord {
        digest: secret.digest(),
        new,
        csrf_token: random_text()?,
        now,
        expires_at: now + app.settings.sessions.lifetime,
    };
    store::insert_session(tx, &record).await?;
    Ok(Session {
        secret,
        csrf_token: record.csrf_token,
        browser: None,
    })
}

/// Gives a session another secret, since how its account proves itself has changed: whoever had the old one has nothing.
/// The person has just confirmed that it is them.
pub(super) async fn renew(
    tx: &mut SystemTx,
    here: &SessionSecret,
    now: Timestamp,
) -> Result<Session> {
    let secret = SessionSecret::draw(here.organization)?;
    let csrf_token = random_text()?;
    let (old, new) = (here.digest(), secret.digest());
    let found = store::renew_session(tx, here.organization, [&old, &new, &csrf_token], now).await?;
    if !found {
        return Err(Error::NotSignedIn);
    }
    Ok(Session {
        secret,
        csrf_token,
        browser: None,
    })
}

/// Ends all sessions of an account but this one; tells how many.
pub(super) async fn end_others(
    tx: &mut SystemTx,
    account: AccountId,
    here: &SessionSecret,
) -> Result<u64> {
    store::delete_other_sessions(tx, account, here).await
}

/// Who the session belongs to, if it lives.
///
/// # Errors
/// When the database is gone.
pub async fn find_session(app: &App, secret: &SessionSecret) -> Result<Option<Actor>> {
    let (digest, now) = (secret.digest(), app.clock.now());
    let tx = app.database.read(secret.organization).await?;
    let found = store::find_session(tx, &digest, now, now - app.settings.sessions.idle).await?;
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
