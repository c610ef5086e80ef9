//! Joining an organization by its link.

use db::SystemTx;
use secrecy::SecretString;

use super::{
    Invitee,
    link::{find, find_invitee, over, parse},
    store,
};
use crate::{
    accounts::{
        By, PasswordHash, Session, Visitor,
        notice::{self, Change},
        second_factor,
        sign_in::{enter, recognize},
    },
    app::App,
    audit,
    checks::Checks,
    error::{Error, Result},
    ids::AccountId,
};

const LONGEST_NAME: usize = 200;

/// What somebody typed who opened their link.
pub struct Joining {
    /// Their name; an account that exists keeps its own.
    pub name: String,
    /// The password of their account, where it has one.
    pub present_password: SecretString,
    /// A code of their second factor, where their account has one.
    pub code: String,
    /// The password that they choose, where they have to.
    pub password: SecretString,
}

/// By what it is known that the account is theirs.
enum Proof {
    /// They signed in.
    SignedIn,
    /// The account had no password and gets this one and this name.
    First(String, PasswordHash),
    /// They signed in with a password that was given to them, and replace it.
    Replaced(PasswordHash, PasswordHash),
}

/// Makes somebody who opened their link a member of its organization and signs them in. The link is used up.
///
/// # Errors
/// When a field is refused or the link works no more.
pub async fn accept_invitation(
    app: &App,
    visitor: &Visitor,
    code: &str,
    typed: Joining,
) -> Result<Session> {
    let (organization, digest) = parse(code).ok_or_else(over)?;
    let invitee = find_invitee(app, code).await?.ok_or_else(over)?;
    let proof = prove(app, visitor, &invitee, typed).await?;
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    let invitee = find(&mut tx, &digest, now).await?.ok_or_else(over)?;
    store::delete_invitations(&mut tx, invitee.account).await?;
    store::join(&mut tx, invitee.account, now).await?;
    let name = match &proof {
        Proof::First(name, _) => name,
        _ => &invitee.name,
    };
    let by = By::visitor(invitee.account, name, &invitee.email, visitor);
    let event = audit::Event {
        by: &by,
        action: "user.joined",
        subject_type: "user",
        subject_id: invitee.account.to_string(),
    };
    audit::record(&mut tx, event, now, audit::NOTHING, audit::NOTHING).await?;
    if let Proof::Replaced(..) = proof {
        notice::tell(&mut tx, app, invitee.account, Change::Password).await?;
    }
    let mut tx = tx.into_system().await?;
    if !proof.store(&mut tx, invitee.account).await? {
        return Err(Error::conflict(
            "password_changed_meanwhile",
            "The account's password was chosen or changed meanwhile. Open the link again and sign in with it.",
        ));
    }
    tx.commit().await?;
    enter(app, visitor, None, invitee.account, organization).await
}

async fn prove(app: &App, visitor: &Visitor, invitee: &Invitee, typed: Joining) -> Result<Proof> {
    if !invitee.signs_in() {
        let mut checks = Checks::default();
        let name = checks.required("name", &typed.name, LONGEST_NAME, "Enter your name.");
        checks.finish()?;
        let password = app.passwords.hash(typed.password, invitee.whose(&name));
        return Ok(Proof::First(name.clone(), password.await?));
    }
    let verified = recognize(app, visitor, &invitee.email, typed.present_password).await?;
    let code_needed = verified.as_ref().is_some_and(|it| it.second_factor);
    let Some(verified) = verified.and_then(|record| record.password) else {
        let detail = format!(
            "This is not the password with which {} signs in.",
            invitee.email
        );
        return Err(Error::field("present_password", detail));
    };
    if code_needed && !second_factor::verify(app, invitee.account, &typed.code).await? {
        return Err(second_factor::not_this_code("second_factor_code"));
    }
    if invitee.chooses_password() {
        let whose = invitee.whose(&invitee.name);
        let new = app.passwords.hash(typed.password, whose).await?;
        return Ok(Proof::Replaced(verified, new));
    }
    Ok(Proof::SignedIn)
}

impl Proof {
    /// Stores the password chosen, if any; tells whether the account was still as it was found.
    async fn store(&self, tx: &mut SystemTx, account: AccountId) -> Result<bool> {
        match self {
            Self::SignedIn => Ok(true),
            Self::First(name, first) => store::choose_password(tx, account, name, first).await,
            Self::Replaced(old, new) => store::replace_password(tx, account, old, new).await,
        }
    }
}
