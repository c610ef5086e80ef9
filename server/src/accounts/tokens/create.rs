//! Making a token for oneself.

use db::OrgTx;
use jiff::Timestamp;
use secrecy::SecretString;

use super::{ApiToken, store};
use crate::{
    accounts::{
        Actor, Permission, PermissionSet, TokenScope, roles::beyond_own_rights,
        token::make_token_until,
    },
    app::App,
    audit,
    checks::Checks,
    error::{Error, Result},
};

const LONGEST_NAME: usize = 100;

/// A token to be made.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// What it is for; required.
    pub name: String,
    /// Until when it works, in the future, and where a token makes it, no longer than that one; none: for good.
    pub expires_at: Option<Timestamp>,
    /// Whether it reads only.
    pub read_only: bool,
    /// Names of permissions; none: all that its owner may. Where a token makes it, no more than that one has.
    pub permissions: Option<Vec<String>>,
}

/// Makes a token with the actor's own rights. This is the only time that its secret can be read.
///
/// # Errors
/// When a field is refused.
pub async fn create_token(
    tx: &mut OrgTx,
    app: &App,
    actor: &Actor,
    new: &NewToken,
) -> Result<(ApiToken, SecretString)> {
    let now = app.clock.now();
    let mut checks = Checks::default();
    let empty = "Say what the token is for, such as Accounting export.";
    let name = checks.required("name", &new.name, LONGEST_NAME, empty);
    if new.expires_at.is_some_and(|end| end <= now) {
        checks.refuse("expires_at", "Choose an instant in the future, or none.");
    }
    if let Some(own) = actor.token_ends_at
        && new.expires_at.is_none_or(|end| end > own)
    {
        let longer = format!(
            "The token that you use ends at {own}. Choose that instant or an earlier one: a token makes none that lasts longer."
        );
        checks.refuse("expires_at", longer);
    }
    checks.finish()?;
    let scope = accept_scope(actor, new)?;
    let (id, secret) =
        make_token_until(tx, app, actor.account, &name, new.expires_at, &scope).await?;
    let token = store::find(tx, id).await?.ok_or(Error::NotFound("token"))?;
    let event = audit::Event {
        by: &actor.by(),
        action: "api_token.created",
        subject_type: "api_token",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, audit::NOTHING, Some(&token)).await?;
    Ok((token, secret))
}

/// What the token may do, if that is the actor's own to give.
fn accept_scope(actor: &Actor, new: &NewToken) -> Result<TokenScope> {
    let Some(names) = &new.permissions else {
        if actor.token_scope.permissions.is_some() {
            let message = "Name the permissions: the token that you use has some only, and makes none that has more.";
            return Err(Error::field("permissions", message));
        }
        return Ok(TokenScope {
            read_only: new.read_only,
            permissions: None,
        });
    };
    if let Some(unknown) = names.iter().find(|it| Permission::parse(it).is_none()) {
        let message = format!("There is no permission {unknown}.");
        return Err(Error::field("permissions", message));
    }
    let permissions = PermissionSet::of_names(names);
    match permissions.first_beyond(&actor.permissions) {
        Some(beyond) => Err(beyond_own_rights("permissions", beyond)),
        None => Ok(TokenScope {
            read_only: new.read_only,
            permissions: Some(permissions),
        }),
    }
}
