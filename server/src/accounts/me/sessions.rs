//! One's own sessions, in all organizations.

use db::SystemTx;
use jiff::Timestamp;

use super::store;
use crate::{
    accounts::{Actor, SessionSecret, browser, session::digest},
    app::App,
    audit,
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
    /// The browser and system in words; empty: it did not say.
    pub device: String,
    /// Where from it began.
    pub remote_address: Option<String>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last seen, to five minutes.
    pub seen_at: Timestamp,
    /// When it ends, however it is used.
    pub expires_at: Timestamp,
}

impl OwnSession {
    /// What it is called in forms and calls: says nothing of what is stored.
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
    living(&mut tx, app, actor).await
}

async fn living(tx: &mut SystemTx, app: &App, actor: &Actor) -> Result<Vec<OwnSession>> {
    let now = app.clock.now();
    store::list_sessions(tx, actor.account, now, now - app.settings.sessions.idle).await
}

/// Ends one of the actor's sessions.
///
/// # Errors
/// When there is none of that handle.
pub async fn end_own_session(app: &App, actor: &Actor, handle: &str) -> Result<()> {
    let mut tx = app.database.system_write().await?;
    let all = living(&mut tx, app, actor).await?;
    let session = all.iter().find(|session| session.handle() == handle);
    let session = session.ok_or(Error::NotFound("session"))?;
    store::delete_session(&mut tx, actor.account, session).await?;
    Ok(tx.commit().await?)
}

/// Ends all of the actor's sessions, this one as well, and forgets the browsers that they signed in with.
///
/// # Errors
/// When the database is gone.
pub async fn end_all_sessions(app: &App, actor: &Actor) -> Result<()> {
    let mut tx = app.database.write(actor.organization).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "account.signed_out_everywhere",
        subject_type: "account",
        subject_id: actor.account.to_string(),
    };
    let now = app.clock.now();
    audit::record(&mut tx, event, now, audit::NOTHING, audit::NOTHING).await?;
    let mut tx = tx.into_system().await?;
    store::delete_sessions(&mut tx, actor.account).await?;
    browser::forget(&mut tx, actor.account, now).await?;
    Ok(tx.commit().await?)
}
