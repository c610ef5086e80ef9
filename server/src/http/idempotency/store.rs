//! Every SQL statement about idempotency keys, each in a transaction of its own: before the work and after it.

use axum::http::StatusCode;
use db::{OrgTx, Row, args};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::{IN_USE, KEPT, Kept, Keyed, LEASE};
use crate::{
    app::App,
    error::{Error, Result},
    ids::AccountId,
    organizations::load_data_key,
    secrets::{DataKey, Rekey, Resealer},
};

db::statements! {
    org FIND = "select request_sealed, started_at, lease_until, status, content_type, body_sealed from idempotency_key
        where organization_id = $1 and account_id = $2 and idempotency_key = $3";
    org INSERT = "insert into idempotency_key (organization_id, account_id, idempotency_key, request_sealed, started_at, lease_until)
        values ($1, $2, $3, $4, $5, $6)";
    org ANSWER = "update idempotency_key set status = $4, content_type = $5, body_sealed = $6
        where organization_id = $1 and account_id = $2 and idempotency_key = $3";
    system RENEW = "update idempotency_key set lease_until = $4
        where organization_id = $1 and account_id = $2 and idempotency_key = $3 and status is null";
    org DELETE = "delete from idempotency_key where organization_id = $1 and account_id = $2 and idempotency_key = $3";
    org LIST_SEALED = "select account_id, idempotency_key, request_sealed, body_sealed from idempotency_key where organization_id = $1";
    org RESEAL = "update idempotency_key set request_sealed = $4, body_sealed = $5
        where organization_id = $1 and account_id = $2 and idempotency_key = $3";
    system DELETE_BEFORE = "delete from idempotency_key where started_at <= $1";
}

/// Records the attempt, or gives the answer that there is already.
pub(super) async fn claim(app: &App, keyed: &Keyed) -> Result<Option<Kept>> {
    let now = app.clock.now();
    let mut tx = app.database.write(keyed.organization).await?;
    let key = load_data_key(&mut tx, &app.vault).await?;
    if let Some(row) = tx
        .fetch_optional(&FIND, args![keyed.account, &keyed.key])
        .await?
    {
        if row.get::<Timestamp>("started_at")? > now - KEPT {
            return known(&key, keyed, &row, now).map(Some);
        }
        delete(&mut tx, keyed).await?;
    }
    let request = seal(&key, keyed, "request", &keyed.digest)?;
    let args = args![keyed.account, &keyed.key, request, now, now + LEASE];
    tx.execute(&INSERT, args).await?;
    tx.commit().await?;
    Ok(None)
}

fn known(key: &DataKey, keyed: &Keyed, row: &Row, now: Timestamp) -> Result<Kept> {
    if open(key, keyed, "request", &row.get::<String>("request_sealed")?)? != keyed.digest {
        return Err(Error::refused(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Use a new key for each request.",
        ));
    }
    let Some(status) = row.get::<Option<i64>>("status")? else {
        return Err(without_answer(row, now)?);
    };
    Ok(Kept {
        status: u16::try_from(status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .ok_or_else(|| Error::internal("a stored status that is none"))?,
        content_type: row.get("content_type")?,
        body: open(key, keyed, "body", &row.get::<String>("body_sealed")?)?,
    })
}

fn without_answer(row: &Row, now: Timestamp) -> Result<Error> {
    if row.get::<Timestamp>("lease_until")? > now {
        return Ok(Error::conflict(
            IN_USE,
            "The first request with this Idempotency-Key is still at work. Send it again in a moment.",
        ));
    }
    let started: Timestamp = row.get("started_at")?;
    Ok(Error::conflict(
        "idempotency_outcome_unknown",
        format!(
            "The request of {started} with this Idempotency-Key was interrupted or failed, and it is not known whether it took effect. Nothing \
             was repeated. Look at the present state; if it had no effect, send it again with a new key."
        ),
    ))
}

/// Stores the answer.
pub(super) async fn answer(app: &App, keyed: &Keyed, kept: &Kept) -> Result<()> {
    let mut tx = app.database.write(keyed.organization).await?;
    let key = load_data_key(&mut tx, &app.vault).await?;
    let body = seal(&key, keyed, "body", &kept.body)?;
    let status = i64::from(kept.status.as_u16());
    let args = args![
        keyed.account,
        &keyed.key,
        status,
        kept.content_type.clone(),
        body
    ];
    tx.execute(&ANSWER, args).await?;
    Ok(tx.commit().await?)
}

/// The request is at work for another while. Not behind other writers of the organization: the work itself may be one.
pub(super) async fn renew(app: &App, keyed: &Keyed) -> Result<()> {
    set_lease(app, keyed, app.clock.now() + LEASE).await
}

/// The request is not at work any more, although there is no answer.
pub(super) async fn end(app: &App, keyed: &Keyed) -> Result<()> {
    set_lease(app, keyed, app.clock.now()).await
}

async fn set_lease(app: &App, keyed: &Keyed, until: Timestamp) -> Result<()> {
    let mut tx = app.database.system_write().await?;
    let args = args![keyed.organization, keyed.account, &keyed.key, until];
    tx.execute(&RENEW, args).await?;
    Ok(tx.commit().await?)
}

/// Frees the key.
pub(super) async fn release(app: &App, keyed: &Keyed) -> Result<()> {
    let mut tx = app.database.write(keyed.organization).await?;
    delete(&mut tx, keyed).await?;
    Ok(tx.commit().await?)
}

async fn delete(tx: &mut OrgTx, keyed: &Keyed) -> Result<()> {
    tx.execute(&DELETE, args![keyed.account, &keyed.key])
        .await?;
    Ok(())
}

/// Forgets all attempts that began before.
pub(super) async fn delete_before(app: &App, instant: Timestamp) -> Result<()> {
    let mut tx = app.database.system_write().await?;
    tx.execute(&DELETE_BEFORE, args![instant]).await?;
    Ok(tx.commit().await?)
}

/// How requests and answers are sealed anew.
pub const RESEALER: Resealer = Resealer {
    columns: &[
        "idempotency_key.request_sealed",
        "idempotency_key.body_sealed",
    ],
    run: |tx, keys| Box::pin(reseal(tx, keys)),
};

async fn reseal(tx: &mut OrgTx, keys: &Rekey) -> Result<()> {
    for row in tx.fetch_all(&LIST_SEALED, args![]).await? {
        let account: AccountId = row.get("account_id")?;
        let key: String = row.get("idempotency_key")?;
        let anew = |what, sealed: &String| keys.reseal(&place(account, &key, what), sealed);
        let request = anew("request", &row.get("request_sealed")?)?;
        let body: Option<String> = row.get("body_sealed")?;
        let body = body.as_ref().map(|body| anew("body", body)).transpose()?;
        tx.execute(&RESEAL, args![account, &key, request, body])
            .await?;
    }
    Ok(())
}

/// A sealed text opens for its own key and place only.
fn place(account: AccountId, key: &str, what: &str) -> String {
    format!("idempotency {what} {account} {key}")
}

fn seal(key: &DataKey, keyed: &Keyed, what: &str, text: &str) -> Result<String> {
    let secret = SecretString::from(text.to_owned());
    key.seal(&place(keyed.account, &keyed.key, what), &secret)
        .map_err(Error::internal)
}

fn open(key: &DataKey, keyed: &Keyed, what: &str, sealed: &str) -> Result<String> {
    let secret = key
        .open(&place(keyed.account, &keyed.key, what), sealed)
        .map_err(Error::internal)?;
    Ok(secret.expose_secret().to_owned())
}
