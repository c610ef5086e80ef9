//! What is held about somebody, for themselves: everything that is kept because of who they are, and nothing of anybody else.
//!
//! - An account is one in all its organizations, and so are its sessions. Tokens, and what somebody did, belong to the organization
//!   that they are in, and are told there.
//! - No secret is in it, and nothing of an organization that they do not belong to.
//! - Of what they did it says what, when and where from, not what the records were like: those are the organization's.

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{api::SessionBody, list_sessions, store};
use crate::{
    accounts::{
        Actor, Role,
        tokens::{ApiToken, Whose, list_tokens},
    },
    app::App,
    audit::{AuditEvent, AuditFilter, list_events},
    error::Result,
    http::EveryPage,
    ids::{AccountId, ApiTokenId, OrganizationId},
};

/// What is held about the one who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Held {
    /// When this was put together.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    account: HeldAccount,
    /// The organizations that the account belongs to.
    memberships: Vec<HeldMembership>,
    /// Its sessions that live, in all of them.
    sessions: Vec<SessionBody>,
    /// Until when browsers are known again that it has signed in with.
    #[schema(value_type = Vec<String>)]
    browsers_known_until: Vec<Timestamp>,
    /// The organization that the tokens and activities are of: the one that one is in.
    #[schema(value_type = String)]
    organization_id: OrganizationId,
    /// One's own API tokens there, the latest first; never their secrets.
    tokens: Vec<HeldToken>,
    /// What the audit log there says that one did, the latest first.
    activities: Vec<HeldActivity>,
}

/// The account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HeldAccount {
    #[schema(value_type = String)]
    pub id: AccountId,
    pub name: String,
    pub email: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Since when it has a second factor; null: it has none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub second_factor_since: Option<Timestamp>,
}

/// An organization that the account belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HeldMembership {
    #[schema(value_type = String)]
    pub organization_id: OrganizationId,
    pub organization: String,
    pub role: Role,
    /// The name of the custom role that says what is allowed in place of the role.
    pub custom_role: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub joined_at: Timestamp,
}

/// An API token of the account.
#[derive(Debug, Serialize, ToSchema)]
struct HeldToken {
    #[schema(value_type = String)]
    id: ApiTokenId,
    name: String,
    read_only: bool,
    /// What it may do of what its owner may; null: all of it.
    #[schema(value_type = Option<Vec<String>>)]
    permissions: Option<Vec<&'static str>>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// Something that one did.
#[derive(Debug, Serialize, ToSchema)]
struct HeldActivity {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What, as `subject.verb`: `client.created`.
    action: String,
    /// The kind of record.
    subject_type: String,
    /// The record's id.
    subject_id: String,
    /// How one came in: `session`, `token` or `cli`.
    via: String,
    /// Where from.
    remote_address: Option<String>,
}

/// Puts together what is held about the actor.
///
/// # Errors
/// When the database is gone.
pub async fn held_about(app: &App, actor: &Actor) -> Result<Held> {
    let now = app.clock.now();
    let sessions = list_sessions(app, actor).await?;
    let mut tx = app.database.system_read().await?;
    let account = store::load_held_account(&mut tx, actor.account).await?;
    let memberships = store::list_memberships(&mut tx, actor.account).await?;
    let browsers_known_until = store::list_browsers(&mut tx, actor.account, now).await?;
    drop(tx);
    let mut tx = app.database.read(actor.organization).await?;
    Ok(Held {
        at: now,
        account,
        memberships,
        sessions: sessions.into_iter().map(Into::into).collect(),
        browsers_known_until,
        organization_id: actor.organization,
        tokens: tokens(&mut tx, actor.account).await?,
        activities: activities(&mut tx, actor.account).await?,
    })
}

async fn tokens(tx: &mut OrgTx, account: AccountId) -> Result<Vec<HeldToken>> {
    let mut all = Vec::new();
    let mut pages = EveryPage::default();
    while let Some(page) = pages.next_page() {
        let list = list_tokens(tx, Whose::Of(account), None, &page).await?;
        all.extend(pages.rows(list).into_iter().map(HeldToken::from));
    }
    Ok(all)
}

async fn activities(tx: &mut OrgTx, account: AccountId) -> Result<Vec<HeldActivity>> {
    let own = AuditFilter {
        actor: Some(account.to_string()),
        ..AuditFilter::default()
    };
    let mut all = Vec::new();
    let mut pages = EveryPage::default();
    while let Some(page) = pages.next_page() {
        let list = list_events(tx, &own, &page).await?;
        all.extend(pages.rows(list).into_iter().map(HeldActivity::from));
    }
    Ok(all)
}

impl From<ApiToken> for HeldToken {
    fn from(it: ApiToken) -> Self {
        Self {
            id: it.id,
            name: it.name,
            read_only: it.read_only,
            permissions: it.permissions,
            created_at: it.created_at,
            last_used_at: it.last_used_at,
            expires_at: it.expires_at,
        }
    }
}

impl From<AuditEvent> for HeldActivity {
    fn from(it: AuditEvent) -> Self {
        Self {
            at: it.at,
            action: it.action,
            subject_type: it.subject.kind,
            subject_id: it.subject.id,
            via: it.via,
            remote_address: it.remote_address,
        }
    }
}
