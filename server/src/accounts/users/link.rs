//! The link by which somebody who was invited joins one organization: good once, for a week.

use db::OrgTx;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::{User, grant::refuse_stronger, load_user, store};
use crate::{
    accounts::{
        Actor, Whose,
        session::{digest, random_text},
    },
    app::App,
    audit,
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
};

/// A link works for this long.
const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A link, to be shown once and handed over by the person who invited.
pub struct InvitationLink {
    /// Its address. Whoever has it joins: with their account, or with a new one by choosing its first password.
    pub address: SecretString,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Somebody who opened their link.
pub struct Invitee {
    pub(super) account: AccountId,
    /// What they do to join.
    pub(super) door: Door,
    /// Whether their account has a second factor, a code of which is asked for too.
    pub second_factor: bool,
    /// Their name; as the person who invited typed it, where the account is new.
    pub name: String,
    /// The address with which they will sign in.
    pub email: String,
    /// The organization's name.
    pub organization_name: String,
}

/// What somebody does to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// Choose the first password of the account.
    New,
    /// Sign in.
    Own,
    /// Sign in and choose another password, since the present one was given by an organization, which could come in by it.
    Given,
}

impl Invitee {
    /// Whether they have an account to sign in with.
    #[must_use]
    pub fn signs_in(&self) -> bool {
        self.door != Door::New
    }

    /// Whose password they choose, under the name that they typed.
    pub(super) fn whose<'a>(&'a self, name: &'a str) -> Whose<'a> {
        Whose {
            name,
            email: &self.email,
            organization: &self.organization_name,
        }
    }

    /// Whether they choose a password.
    #[must_use]
    pub fn chooses_password(&self) -> bool {
        self.door != Door::Own
    }
}

/// Makes a link of the transaction's organization, in place of its earlier ones. Links of other organizations stay.
pub(super) async fn make_link(
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

/// Makes a new link for somebody who has yet to join; the one before stops working.
///
/// # Errors
/// When they may do what the actor may not, or have joined.
pub async fn renew_invitation(
    app: &App,
    actor: &Actor,
    id: AccountId,
) -> Result<(User, InvitationLink)> {
    let mut tx = app.database.write(actor.organization).await?;
    let user = load_user(&mut tx, id).await?;
    // Whoever has the link could become the user.
    refuse_stronger(actor, &user)?;
    if !user.is_invited() {
        let detail =
            "They have joined already. They can change their password under their account.";
        return Err(Error::conflict("already_active", detail));
    }
    let link = make_link(&mut tx, app, id).await?;
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

/// The refusal of a link that was used, replaced or is too old.
pub(super) fn over() -> Error {
    Error::NotFound(
        "invitation any more: links work once, for a week. Ask whoever invited you for a new one",
    )
}

/// Who was invited by the digest of a link's secret.
pub(super) async fn find(tx: &mut OrgTx, digest: &str, now: Timestamp) -> Result<Option<Invitee>> {
    let row = store::find_invitation(tx, digest, now).await?;
    row.map(|row| {
        Ok(Invitee {
            account: row.get("id")?,
            door: match (
                row.get::<Option<String>>("password_hash")?,
                row.get::<bool>("password_given")?,
            ) {
                (None, _) => Door::New,
                (Some(_), false) => Door::Own,
                (Some(_), true) => Door::Given,
            },
            second_factor: row.get::<Option<Timestamp>>("second_factor_at")?.is_some(),
            name: row.get("name")?,
            email: row.get("email")?,
            organization_name: row.get("organization_name")?,
        })
    })
    .transpose()
}

/// The organization and the digest of the secret in a link's code.
pub(super) fn parse(code: &str) -> Option<(OrganizationId, String)> {
    let (organization, secret) = code.split_once('.')?;
    Some((OrganizationId::parse(organization)?, digest(secret)))
}
