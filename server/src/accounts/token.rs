//! API tokens: shown once, stored as digests.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Actor, PermissionSet,
    session::{digest, note_if_free, random_text},
    store,
};
use crate::{
    app::App,
    error::Result,
    ids::{AccountId, ApiTokenId, OrganizationId},
};

/// Marks a text as one of our tokens, for people and for secret scanners.
const PREFIX: &str = "asc_";
/// Between the organization's id, which leads to its rows, and the secret.
const SEPARATOR: char = '_';

/// How exactly "last used" is kept; finer would write on every call.
const USED_GRAIN: SignedDuration = SignedDuration::from_mins(5);

/// What a token may do of what its owner may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenScope {
    /// It reads only.
    pub read_only: bool,
    /// None: all that its owner may, whatever that is at the time.
    pub permissions: Option<PermissionSet>,
}

/// Makes a token without an end that may do all that its owner may, for an account of the transaction's organization. This is the only time that it can be read.
///
/// # Errors
/// When the database refuses.
pub async fn make_token(
    tx: &mut db::OrgTx,
    app: &App,
    account: AccountId,
    name: &str,
) -> Result<(ApiTokenId, SecretString)> {
    make_token_until(tx, app, account, name, None, &TokenScope::default()).await
}

/// Makes a token that works until an instant, or for good.
pub(super) async fn make_token_until(
    tx: &mut db::OrgTx,
    app: &App,
    account: AccountId,
    name: &str,
    expires_at: Option<Timestamp>,
    scope: &TokenScope,
) -> Result<(ApiTokenId, SecretString)> {
    let token = format!("{PREFIX}{}{SEPARATOR}{}", tx.organization(), random_text()?);
    let record = store::TokenRecord {
        id: ApiTokenId::new(),
        account,
        name,
        digest: &digest(&token),
        hint: &token[token.len() - 4..],
        expires_at,
        scope,
    };
    store::insert_token(tx, &record, app.clock.now()).await?;
    Ok((record.id, SecretString::from(token)))
}

/// Who the token belongs to, if it is valid.
///
/// # Errors
/// When the database is gone.
pub async fn find_token(app: &App, token: &SecretString) -> Result<Option<Actor>> {
    let Some(organization) = organization_of(token.expose_secret()) else {
        return Ok(None);
    };
    let (digest, now) = (digest(token.expose_secret()), app.clock.now());
    let tx = app.database.read(organization).await?;
    let Some((actor, last_used)) = store::find_token(tx, &digest, now).await? else {
        return Ok(None);
    };
    if last_used.is_none_or(|last_used| now.duration_since(last_used) > USED_GRAIN) {
        note_if_free(async {
            let mut tx = app.database.system_write().await?;
            store::touch_token(&mut tx, organization, &digest, now).await?;
            Ok(tx.commit().await?)
        })
        .await;
    }
    Ok(Some(actor))
}

fn organization_of(token: &str) -> Option<OrganizationId> {
    let (organization, _secret) = token.strip_prefix(PREFIX)?.split_once(SEPARATOR)?;
    OrganizationId::parse(organization)
}
