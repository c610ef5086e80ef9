//! The link by which somebody who was invited chooses their first password: good once, for a week.

use db::OrgTx;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::{
    User,
    grant::{refuse_beyond, refuse_unless_owner},
    load_user, store,
};
use crate::{
    accounts::{
        Actor, By, Session, hash_password,
        session::{digest, random_text},
        start_session,
    },
    app::App,
    audit,
    checks::Checks,
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
};

/// A link works for this long.
const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
const LONGEST_NAME: usize = 200;

/// A link, to be shown once and handed over by the person who invited.
pub struct InvitationLink {
    /// Its address. Whoever has it chooses the password.
    pub address: SecretString,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Somebody who opened their link.
pub struct Invitee {
    account: AccountId,
    organization: OrganizationId,
    /// Their name, as the person who invited typed it.
    pub name: String,
    /// The address with which they will sign in.
    pub email: String,
    /// The organization's name.
    pub organization_name: String,
}

/// Makes a link for an account that has no password, in place of earlier ones.
pub(super) async fn make_invitation(
    tx: &mut OrgTx,
    app: &App,
    account: AccountId,
) -> Result<InvitationLink> {
    let (secret, now) = (random_text()?, app.clock.now());
    let expires_at = now + LIFETIME;
    store::replace_invitation(tx, account, &digest(&secret), now, expires_at).await?;
    // Behind the question mark, which no log has.
    let address = format!(
        "{}/invitation?code={}.{secret}",
        app.settings.public_url,
        tx.organization()
    );
    Ok(InvitationLink {
        address: SecretString::from(address),
        expires_at,
    })
}

/// Makes a new link for somebody who has not chosen a password yet; the one before stops working.
///
/// # Errors
/// When they may do what the actor may not, have a password, or belong to another organization too, which then has a say in it.
pub async fn renew_invitation(
    app: &App,
    actor: &Actor,
    id: AccountId,
) -> Result<(User, InvitationLink)> {
    let mut tx = app.database.system_write().await?;
    let memberships = store::count_memberships(&mut tx, id).await?;
    let mut tx = tx.into_writer_of(actor.organization).await?;
    let user = load_user(&mut tx, id).await?;
    refuse_unless_owner(actor, user.role)?;
    // Whoever has the link could become the user.
    refuse_beyond(actor, "role", &user.permissions)?;
    if !user.is_invited() {
        let detail = "They have a password already. They can change it under their account.";
        return Err(Error::conflict("already_active", detail));
    }
    if memberships > 1 {
        let detail =
            "They were invited by another organization first: its link is the one that counts.";
        return Err(Error::conflict("invited_elsewhere", detail));
    }
    let link = make_invitation(&mut tx, app, id).await?;
    let event = audit::Event {
        by: &actor.by(),
        action: "user.invitation_renewed",
        subject_type: "user",
        subject_id: id.to_string(),
    };
    audit::record(&mut tx, event, app.clock.now(), audit::NOTHING, Some(&user)).await?;
    tx.commit().await?;
    Ok((user, link))
}

/// Who was invited by the code of a link, if it works.
///
/// # Errors
/// When the database is gone.
pub async fn find_invitee(app: &App, code: &str) -> Result<Option<Invitee>> {
    let Some((organization, digest)) = parse(code) else {
        return Ok(None);
    };
    let mut tx = app.database.read(organization).await?;
    find(&mut tx, &digest, app.clock.now()).await
}

/// Takes the name and the first password of somebody who opened their link, and signs them in. The link is used up.
///
/// # Errors
/// When a field is refused or the link works no more.
pub async fn accept_invitation(
    app: &App,
    code: &str,
    name: &str,
    password: SecretString,
) -> Result<Session> {
    let mut checks = Checks::default();
    let name = checks.required("name", name, LONGEST_NAME, "Enter your name.");
    checks.finish()?;
    let password = hash_password(password).await?;
    let (organization, digest) = parse(code).ok_or_else(over)?;
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    let invitee = find(&mut tx, &digest, now).await?;
    let invitee = invitee.ok_or_else(over)?;
    store::delete_invitations(&mut tx, invitee.account).await?;
    let by = By {
        account: Some(invitee.account),
        name: format!("{name} <{}>", invitee.email),
        via: "session",
        remote_address: None,
    };
    let event = audit::Event {
        by: &by,
        action: "user.joined",
        subject_type: "user",
        subject_id: invitee.account.to_string(),
    };
    audit::record(&mut tx, event, now, audit::NOTHING, audit::NOTHING).await?;
    let mut tx = tx.into_system();
    if !store::choose_password(&mut tx, invitee.account, &name, &password).await? {
        return Err(over());
    }
    tx.commit().await?;
    start_session(app, invitee.account, invitee.organization).await
}

/// The refusal of a link that was used, replaced or is too old.
pub(super) fn over() -> Error {
    Error::NotFound(
        "invitation any more: links work once, for a week. Ask whoever invited you for a new one",
    )
}

async fn find(tx: &mut OrgTx, digest: &str, now: Timestamp) -> Result<Option<Invitee>> {
    let organization = tx.organization();
    let row = store::find_invitation(tx, digest, now).await?;
    row.map(|row| {
        Ok(Invitee {
            account: row.get("id")?,
            organization,
            name: row.get("name")?,
            email: row.get("email")?,
            organization_name: row.get("organization_name")?,
        })
    })
    .transpose()
}

fn parse(code: &str) -> Option<(OrganizationId, String)> {
    let (organization, secret) = code.split_once('.')?;
    Some((OrganizationId::parse(organization)?, digest(secret)))
}
