//! Bringing somebody into an organization.

use db::{OrgTx, SystemTx};
use jiff::Timestamp;
use secrecy::SecretString;

use super::{GrantDetails, InvitationLink, User, link::make_link, load_user, store};
use crate::{
    accounts::{Actor, NewAccount, PasswordHash, Whose, insert_account},
    app::App,
    audit,
    checks::{Checks, LONGEST_EMAIL, NO_EMAIL, is_email},
    error::Result,
    ids::AccountId,
};

const LONGEST_NAME: usize = 200;

/// Somebody to be brought in.
#[derive(Clone, Default)]
pub struct NewUser {
    /// The address with which they sign in.
    pub email: String,
    /// Their name; the address where it is empty. An account that exists keeps its own.
    pub name: String,
    /// The first password of an account that does not exist yet. None: they choose it by a link. An account that exists keeps its own.
    pub password: Option<SecretString>,
    /// What they may do.
    pub grant: GrantDetails,
}

/// Somebody who was brought in.
pub struct Invited {
    /// The user.
    pub user: User,
    /// By which they join; none where an account was made with the password given. To be shown once.
    pub link: Option<InvitationLink>,
    /// Whether they had an account before, with which they join.
    pub had_account: bool,
}

/// Brings somebody into the actor's organization: at once with a new account and the password given, otherwise as soon as they
/// open the link and sign in. So nobody who can open an account by another organization comes in here with it.
///
/// # Errors
/// When a field is refused, they belong to it already, or the role is not the actor's to give.
pub async fn invite_user(app: &App, actor: &Actor, new: NewUser) -> Result<Invited> {
    let mut checks = Checks::default();
    let empty = "Enter the e-mail address with which they will sign in.";
    let email = checks
        .required("email", &new.email, LONGEST_EMAIL, empty)
        .to_lowercase();
    if !email.is_empty() && !is_email(&email) {
        checks.refuse("email", NO_EMAIL);
    }
    let name = checks.optional("name", Some(&new.name), LONGEST_NAME);
    checks.finish()?;
    let name = name.unwrap_or_else(|| email.clone());
    let password = match new.password {
        Some(password) => {
            let whose = Whose {
                name: &name,
                email: &email,
                organization: &actor.organization_name,
            };
            Some(app.passwords.hash(password, whose).await?)
        }
        None => None,
    };
    let now = app.clock.now();

    let mut tx = app.database.system_write().await?;
    let known = store::find_account(&mut tx, &email).await?;
    let (account, joined) = match known {
        Some(known) => (known, false),
        None => insert_new(&mut tx, email, name, password, now).await?,
    };
    let mut tx = tx.into_writer_of(actor.organization).await?;
    let grant = new.grant.accept(&mut tx, actor).await?;
    store::insert_membership(&mut tx, account, &grant, now, joined.then_some(now)).await?;
    let link = if joined {
        None
    } else {
        Some(make_link(&mut tx, app, account).await?)
    };
    let user = load_user(&mut tx, account).await?;
    record(&mut tx, app, actor, &user).await?;
    tx.commit().await?;
    Ok(Invited {
        user,
        link,
        had_account: known.is_some(),
    })
}

/// Makes an account; tells its id, and whether it has a password and so belongs to the organization at once.
async fn insert_new(
    tx: &mut SystemTx,
    email: String,
    name: String,
    password: Option<PasswordHash>,
    now: Timestamp,
) -> Result<(AccountId, bool)> {
    let id = AccountId::new();
    let Some(password) = password else {
        store::insert_invited(tx, id, &email, &name, now).await?;
        return Ok((id, false));
    };
    let account = NewAccount {
        id,
        email,
        name,
        password,
        password_given: true,
    };
    insert_account(tx, &account, now).await?;
    Ok((id, true))
}

async fn record(tx: &mut OrgTx, app: &App, actor: &Actor, user: &User) -> Result<()> {
    let event = audit::Event {
        by: &actor.by(),
        action: "user.invited",
        subject_type: "user",
        subject_id: user.id.to_string(),
    };
    audit::record(tx, event, app.clock.now(), audit::NOTHING, Some(user)).await
}
