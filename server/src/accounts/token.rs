//! API tokens: shown once, stored as digests.

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Actor,
    session::{digest, random_text},
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

/// Makes a token for an account of the transaction's organization. This is the only time that it can be read.
///
/// # Errors
/// When the database refuses.
pub async fn make_token(
    tx: &mut db::OrgTx,
    app: &App,
    account: AccountId,
    name: &str,
) -> Result<(ApiTokenId, SecretString)> {
    let token = format!("{PREFIX}{}{SEPARATOR}{}", tx.organization(), random_text()?);
    let record = store::TokenRecord {
        id: ApiTokenId::new(),
        account,
        name,
        digest: &digest(&token),
        hint: &token[token.len() - 4..],
        expires_at: None,
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
    let digest = digest(token.expose_secret());
    let tx = app.database.read(organization).await?;
    store::find_token(tx, &digest, app.clock.now()).await
}

fn organization_of(token: &str) -> Option<OrganizationId> {
    let (organization, _secret) = token.strip_prefix(PREFIX)?.split_once(SEPARATOR)?;
    OrganizationId::parse(organization)
}
