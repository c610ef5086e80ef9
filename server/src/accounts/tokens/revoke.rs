//! Revoking a token.

use db::OrgTx;
use jiff::Timestamp;

use super::{ApiToken, store};
use crate::{
    accounts::{Actor, Permission},
    audit,
    error::{Error, Result},
    ids::ApiTokenId,
};

/// Revokes a token: the next call with it is refused.
///
/// # Errors
/// When there is none, or it is somebody else's and the actor does not manage the settings.
pub async fn revoke_token(
    tx: &mut OrgTx,
    actor: &Actor,
    id: ApiTokenId,
    now: Timestamp,
) -> Result<ApiToken> {
    let token = find_revocable(tx, actor, id).await?;
    store::delete(tx, id).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "api_token.revoked",
        subject_type: "api_token",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, Some(&token), audit::NOTHING).await?;
    Ok(token)
}

/// A token that the actor may revoke.
///
/// # Errors
/// When there is none, or it is somebody else's and the actor does not manage the settings.
pub async fn find_revocable(tx: &mut OrgTx, actor: &Actor, id: ApiTokenId) -> Result<ApiToken> {
    let token = store::find(tx, id).await?;
    let everybodys = actor.may_administer(Permission::SettingsManage);
    token
        .filter(|token| everybodys || token.owner.id == actor.account)
        .ok_or(Error::NotFound("token"))
}
