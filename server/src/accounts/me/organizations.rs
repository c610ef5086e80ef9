//! The organizations of one account, and switching between them.

use crate::{
    accounts::{Actor, NewSession, Session, SessionSecret, Visitor, end_session, start_session},
    app::App,
    error::{Error, Result},
    ids::OrganizationId,
};

use super::store;

/// An organization that an account works for.
#[derive(Debug, Clone)]
pub struct OrganizationChoice {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
}

/// The other organizations that the actor's account works for, by name.
///
/// # Errors
/// When the database is gone.
pub async fn list_elsewhere(app: &App, actor: &Actor) -> Result<Vec<OrganizationChoice>> {
    let mut tx = app.database.system_read().await?;
    let mut all = store::organizations_of(&mut tx, actor.account).await?;
    all.retain(|choice| choice.id != actor.organization);
    Ok(all)
}

/// Begins a session in another organization of the account and ends the one here; tells which it is.
///
/// # Errors
/// When the account does not work for it.
pub async fn switch_organization(
    app: &App,
    actor: &Actor,
    visitor: &Visitor,
    here: &SessionSecret,
    there: OrganizationId,
) -> Result<(Session, OrganizationChoice)> {
    let mut choices = list_elsewhere(app, actor).await?.into_iter();
    let choice = choices.find(|choice| choice.id == there);
    let choice = choice.ok_or(Error::NotFound("organization"))?;
    let new = NewSession {
        account: actor.account,
        organization: there,
        visitor,
        confirmed_at: actor.confirmed_at.ok_or(Error::NotSignedIn)?,
    };
    let session = start_session(app, new).await?;
    end_session(app, here).await?;
    Ok((session, choice))
}
