//! Every SQL statement about accounts, memberships, sessions and tokens.

use db::{OrgTx, Row, SystemTx, args};
use jiff::{Timestamp, tz::TimeZone};
use money::Currency;

use super::{Actor, NewSession, PasswordHash, PermissionSet, Role, SessionSecret, TokenScope, Via};
use crate::{
    error::{Error, Result},
    ids::{AccountId, ApiTokenId, OrganizationId},
};

db::statements! {
    system INSERT_ACCOUNT = "insert into account (id, email, name, password_hash, password_given, created_at)
        values ($1, $2, $3, $4, $5, $6)";
    org INSERT_MEMBERSHIP = "insert into membership (organization_id, account_id, role, custom_role_id, created_at, joined_at)
        values ($1, $2, $3, $4, $5, $5)";
    system FIND_FOR_SIGN_IN = "select a.id, a.name, a.email, a.password_hash, a.password_given, a.created_at, m.organization_id,
        o.name as organization_name, f.confirmed_at as second_factor_at
        from account a left join membership m on m.account_id = a.id and m.joined_at is not null
        left join organization o on o.id = m.organization_id
        left join second_factor f on f.account_id = a.id and f.confirmed_at is not null
        where a.email = $1 order by m.joined_at limit 1";
    system FIND_AGAIN_FOR_SIGN_IN = "select a.id, a.name, a.email, a.password_hash, a.password_given, a.created_at, m.organization_id,
        o.name as organization_name, f.confirmed_at as second_factor_at
        from account a left join membership m on m.account_id = a.id and m.joined_at is not null
        left join organization o on o.id = m.organization_id
        left join second_factor f on f.account_id = a.id and f.confirmed_at is not null
        where a.id = $1 order by m.joined_at limit 1";
    system INSERT_SESSION = "insert into session (organization_id, id, account_id, csrf_token, created_at, last_seen_at, expires_at,
        confirmed_at, device, remote_address) values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)";
    system DELETE_OTHER_SESSIONS = "delete from session where account_id = $1 and not (organization_id = $2 and id = $3)";
    system CONFIRM_SESSION = "update session set confirmed_at = $3 where organization_id = $1 and id = $2";
    system RENEW_SESSION = "update session set id = $3, csrf_token = $4, confirmed_at = $5 where organization_id = $1 and id = $2";
    org FIND_SESSION = "select s.csrf_token, s.last_seen_at, s.confirmed_at, s.organization_id, o.name as organization_name, o.timezone, o.currency,
        a.id as account_id, a.name, a.email, m.role, r.permissions, o.second_factor_required, f.confirmed_at as second_factor_at
        from session s left join second_factor f on f.account_id = s.account_id and f.confirmed_at is not null join organization o on o.id = s.organization_id join account a on a.id = s.account_id
        join membership m on m.organization_id = s.organization_id and m.account_id = s.account_id and m.joined_at is not null
        left join custom_role r on r.organization_id = m.organization_id and r.id = m.custom_role_id
        where s.organization_id = $1 and s.id = $2 and s.expires_at > $3 and s.last_seen_at > $4";
    system TOUCH_SESSION = "update session set last_seen_at = $3 where organization_id = $1 and id = $2";
    system DELETE_SESSION = "delete from session where organization_id = $1 and id = $2";
    system DELETE_OLD_SESSIONS = "delete from session where organization_id = $1 and expires_at <= $2";
    org INSERT_TOKEN = "insert into api_token (organization_id, id, account_id, name, token_hash, hint, created_at, expires_at, read_only,
        permissions) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    system TOUCH_TOKEN = "update api_token set last_used_at = $3 where organization_id = $1 and token_hash = $2";
    org FIND_TOKEN = "select t.last_used_at, t.expires_at, t.read_only, t.permissions as scope, t.organization_id, o.name as organization_name, o.timezone, o.currency,
        a.id as account_id, a.name, a.email, m.role, r.permissions, o.second_factor_required, f.confirmed_at as second_factor_at
        from api_token t left join second_factor f on f.account_id = t.account_id and f.confirmed_at is not null join organization o on o.id = t.organization_id join account a on a.id = t.account_id
        join membership m on m.organization_id = t.organization_id and m.account_id = t.account_id and m.joined_at is not null
        left join custom_role r on r.organization_id = m.organization_id and r.id = m.custom_role_id
        where t.organization_id = $1 and t.token_hash = $2 and (t.expires_at is null or t.expires_at > $3)";
    org FEATURES = "select feature from organization_feature where organization_id = $1 order by feature";
}

/// An account to be made.
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// Its address, as it is typed at sign-in; stored in lower case.
    pub email: String,
    /// Its name.
    pub name: String,
    /// Its password.
    pub password: PasswordHash,
    /// Whether somebody else chose the password and may know it.
    pub password_given: bool,
}

/// Stores an account.
///
/// # Errors
/// When the address is taken.
pub async fn insert_account(tx: &mut SystemTx, account: &NewAccount, now: Timestamp) -> Result<()> {
    let email = account.email.trim().to_lowercase();
    let args = args![
        account.id,
        email,
        &account.name,
        account.password.as_stored(),
        account.password_given,
        now
    ];
    match tx.execute(&INSERT_ACCOUNT, args).await {
        Err(error) if error.is_duplicate() => Err(Error::field(
            "email",
            "There is an account with this address already.",
        )),
        done => done.map(|_| ()).map_err(Error::from),
    }
}

/// Makes an account a member of the transaction's organization, from now on.
///
/// # Errors
/// When it is one already.
pub async fn insert_membership(
    tx: &mut OrgTx,
    account: AccountId,
    role: Role,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        &INSERT_MEMBERSHIP,
        args![account, role.as_str(), None::<String>, now],
    )
    .await?;
    Ok(())
}

/// By what an account is looked for.
pub(super) enum Who<'a> {
    /// The address that was typed.
    Typed(&'a str),
    /// Its id.
    Known(AccountId),
}

/// What sign-in needs to know of an account.
pub(super) struct SignInRecord {
    pub account: AccountId,
    pub name: String,
    pub email: String,
    pub created_at: Timestamp,
    /// None: invited, and no password chosen yet.
    pub password: Option<PasswordHash>,
    /// Whether somebody else made the password, with the account.
    pub password_given: bool,
    /// The first that they joined; none: they belong nowhere.
    pub organization: Option<OrganizationId>,
    /// Its name, empty where there is none.
    pub organization_name: String,
    /// Whether a code is asked for as well.
    pub second_factor: bool,
}

pub(super) async fn find_for_sign_in(
    tx: &mut SystemTx,
    who: Who<'_>,
) -> Result<Option<SignInRecord>> {
    let row = match who {
        Who::Typed(email) => {
            let email = email.trim().to_lowercase();
            tx.fetch_optional(&FIND_FOR_SIGN_IN, args![email]).await?
        }
        Who::Known(account) => {
            tx.fetch_optional(&FIND_AGAIN_FOR_SIGN_IN, args![account])
                .await?
        }
    };
    row.map(|row| {
        Ok(SignInRecord {
            account: row.get("id")?,
            name: row.get("name")?,
            email: row.get("email")?,
            created_at: row.get("created_at")?,
            password: row
                .get::<Option<String>>("password_hash")?
                .map(PasswordHash::from_stored),
            password_given: row.get("password_given")?,
            organization: row.get("organization_id")?,
            organization_name: row
                .get::<Option<String>>("organization_name")?
                .unwrap_or_default(),
            second_factor: row.get::<Option<Timestamp>>("second_factor_at")?.is_some(),
        })
    })
    .transpose()
}

pub(super) struct SessionRecord<'a> {
    pub digest: String,
    pub new: &'a NewSession<'a>,
    pub csrf_token: String,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

pub(super) async fn insert_session(tx: &mut SystemTx, session: &SessionRecord<'_>) -> Result<()> {
    let SessionRecord {
        digest,
        new,
        csrf_token,
        now,
        expires_at,
    } = session;
    tx.execute(
        &INSERT_SESSION,
        args![
            new.organization,
            digest,
            new.account,
            csrf_token,
            *now,
            *expires_at,
            new.confirmed_at,
            &new.visitor.device,
            new.visitor.address()
        ],
    )
    .await?;
    tx.execute(&DELETE_OLD_SESSIONS, args![new.organization, *now])
        .await?;
    Ok(())
}

/// Gives a session another digest and token of its forms: old digest, new digest, token. Tells whether there was one.
pub(super) async fn renew_session(
    tx: &mut SystemTx,
    organization: OrganizationId,
    [old, new, csrf_token]: [&String; 3],
    now: Timestamp,
) -> Result<bool> {
    let args = args![organization, old, new, csrf_token, now];
    Ok(tx.execute(&RENEW_SESSION, args).await? == 1)
}

/// Ends all sessions of an account but one; tells how many.
pub(super) async fn delete_other_sessions(
    tx: &mut SystemTx,
    account: AccountId,
    here: &SessionSecret,
) -> Result<u64> {
    let args = args![account, here.organization(), here.digest()];
    Ok(tx.execute(&DELETE_OTHER_SESSIONS, args).await?)
}

/// Notes that the person of a session has just proved who they are.
pub(super) async fn confirm_session(
    tx: &mut SystemTx,
    here: &SessionSecret,
    now: Timestamp,
) -> Result<()> {
    let args = args![here.organization(), here.digest(), now];
    tx.execute(&CONFIRM_SESSION, args).await?;
    Ok(())
}

/// Ends the session that a browser had before.
pub(super) async fn end_session_of_browser(
    tx: &mut SystemTx,
    before: &SessionSecret,
) -> Result<()> {
    delete_session(tx, before.organization(), &before.digest()).await
}

/// The actor of a session and when it was last seen.
pub(super) async fn find_session(
    mut tx: OrgTx,
    digest: &str,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<(Actor, Timestamp)>> {
    let args = args![digest, now, idle_since];
    let Some(row) = tx.fetch_optional(&FIND_SESSION, args).await? else {
        return Ok(None);
    };
    let last_seen = row.get("last_seen_at")?;
    let mut actor = actor(&row, Via::Session)?;
    actor.csrf_token = row.get("csrf_token")?;
    actor.confirmed_at = Some(row.get("confirmed_at")?);
    Ok(Some((with_features(tx, actor).await?, last_seen)))
}

pub(super) async fn touch_session(
    tx: &mut SystemTx,
    organization: OrganizationId,
    digest: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&TOUCH_SESSION, args![organization, digest, now])
        .await?;
    Ok(())
}

pub(super) async fn delete_session(
    tx: &mut SystemTx,
    organization: OrganizationId,
    digest: &str,
) -> Result<()> {
    tx.execute(&DELETE_SESSION, args![organization, digest])
        .await?;
    Ok(())
}

pub(super) struct TokenRecord<'a> {
    pub id: ApiTokenId,
    pub account: AccountId,
    pub name: &'a str,
    pub digest: &'a str,
    pub hint: &'a str,
    pub expires_at: Option<Timestamp>,
    pub scope: &'a TokenScope,
}

pub(super) async fn insert_token(
    tx: &mut OrgTx,
    token: &TokenRecord<'_>,
    now: Timestamp,
) -> Result<()> {
    let TokenRecord {
        id,
        account,
        name,
        digest,
        hint,
        expires_at,
        scope,
    } = token;
    let permissions = scope.permissions.as_ref().map(PermissionSet::names);
    let permissions = permissions
        .map(|it| serde_json::to_string(&it))
        .transpose()?;
    let args = args![
        *id,
        *account,
        *name,
        *digest,
        *hint,
        now,
        *expires_at,
        scope.read_only,
        permissions
    ];
    tx.execute(&INSERT_TOKEN, args).await?;
    Ok(())
}

/// The actor of a token and when it was last used.
pub(super) async fn find_token(
    mut tx: OrgTx,
    digest: &str,
    now: Timestamp,
) -> Result<Option<(Actor, Option<Timestamp>)>> {
    let Some(row) = tx.fetch_optional(&FIND_TOKEN, args![digest, now]).await? else {
        return Ok(None);
    };
    let last_used = row.get("last_used_at")?;
    let mut actor = actor(&row, Via::Token)?;
    actor.token_ends_at = row.get("expires_at")?;
    actor.token_scope = token_scope(&row, "scope")?;
    if let Some(permissions) = &actor.token_scope.permissions {
        actor.permissions = actor.permissions.within(permissions);
    }
    Ok(Some((with_features(tx, actor).await?, last_used)))
}

/// What a token may do, with its permissions in the column.
pub(super) fn token_scope(row: &Row, column: &'static str) -> Result<TokenScope> {
    let names: Option<Vec<String>> = row.parse(column, |text| serde_json::from_str(text))?;
    Ok(TokenScope {
        read_only: row.get("read_only")?,
        permissions: names.map(|names| PermissionSet::of_names(&names)),
    })
}

pub(super) async fn touch_token(
    tx: &mut SystemTx,
    organization: OrganizationId,
    digest: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&TOUCH_TOKEN, args![organization, digest, now])
        .await?;
    Ok(())
}

async fn with_features(mut tx: OrgTx, mut actor: Actor) -> Result<Actor> {
    let rows = tx.fetch_all(&FEATURES, args![]).await?;
    actor.features = rows
        .iter()
        .map(|row| row.get("feature"))
        .collect::<db::Result<_>>()?;
    Ok(actor)
}

fn actor(row: &Row, via: Via) -> Result<Actor> {
    let role: String = row.get("role")?;
    let role = Role::parse(&role).ok_or_else(|| Error::internal(format!("unknown role {role}")))?;
    let custom: Option<Vec<String>> =
        row.parse("permissions", |text| serde_json::from_str(text))?;
    let timezone: String = row.get("timezone")?;
    let currency: Option<Currency> = row.parse("currency", str::parse)?;
    Ok(Actor {
        organization: row.get("organization_id")?,
        organization_name: row.get("organization_name")?,
        timezone: TimeZone::get(&timezone).map_err(Error::internal)?,
        currency: currency.ok_or_else(|| Error::internal("an organization without a currency"))?,
        account: row.get("account_id")?,
        name: row.get("name")?,
        email: row.get("email")?,
        role,
        permissions: custom.map_or_else(
            || role.default_permissions(),
            |names| PermissionSet::of_names(&names),
        ),
        features: Vec::new(),
        via,
        confirmed_at: None,
        second_factor: row.get::<Option<Timestamp>>("second_factor_at")?.is_some(),
        second_factor_required: row.get("second_factor_required")?,
        token_ends_at: None,
        token_scope: TokenScope::default(),
        remote_address: None,
        csrf_token: String::new(),
    })
}
