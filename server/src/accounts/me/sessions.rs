//! One's own sessions, in all organizations.

use jiff::Timestamp;

use super::store;
use crate::{
    accounts::{Actor, SessionSecret, session::digest},
    app::App,
    error::{Error, Result},
    ids::OrganizationId,
};

/// A session of one's own.
#[derive(Debug, Clone)]
pub struct OwnSession {
    pub(super) digest: String,
    pub(super) organization: OrganizationId,
    /// The organization that it is in.
    pub organization_name: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last seen, to five minutes.
    pub seen_at: Timestamp,
}

impl OwnSession {
    /// What it is called in forms: says nothing of what is stored.
    #[must_use]
    pub fn handle(&self) -> String {
        digest(&self.digest)
    }

    /// Whether it is the session with this secret.
    #[must_use]
    pub fn is_of(&self, secret: &SessionSecret) -> bool {
        self.digest == secret.digest()
    }
}

/// The actor's sessions, the latest seen first.
///
/// # Errors
/// When the database is gone.
pub async fn list_sessions(app: &App, actor: &Actor) -> Result<Vec<OwnSession>> {
    let mut tx = app.database.system_read().await?;
    store::list_sessions(&mut tx, actor.account, app.clock.now()).await
}

/// Ends one of the actor's sessions.
///
/// # Errors
/// When there is none of that handle.
pub async fn end_own_session(app: &App, actor: &Actor, handle: &str) -> Result<()> {
    let mut tx = app.database.system_write().await?;
    let all = store::list_sessions(&mut tx, actor.account, app.clock.now()).await?;
    let session = all.iter().find(|session| session.handle() == handle);
    let session = session.ok_or(Error::NotFound("session"))?;
    store::delete_session(&mut tx, actor.account, session).await?;
    Ok(tx.commit().await?)
}
