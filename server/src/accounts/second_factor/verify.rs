//! Looking at a code that was typed: of the app, or a recovery code.

use super::{context, plain, recovery, store, totp};
use crate::{
    accounts::{
        attempts::{Attempt, Subject},
        notice::{self, Change},
    },
    app::App,
    error::{Error, Result},
    ids::AccountId,
    secrets::unknown_master_key,
};

/// What a typed code is.
enum Code {
    Good,
    Wrong,
    /// It was good once, or a later one was used since.
    UsedAgain,
}

/// Uses up a code of an account's second factor; tells whether it was good. A recovery code does as well. Whoever owns the account is
/// told of a code that is used again.
///
/// # Errors
/// After too many that were not.
pub(in crate::accounts) async fn verify(
    app: &App,
    account: AccountId,
    typed: &str,
) -> Result<bool> {
    let attempt = Attempt::reserve(app, &[Subject::Codes(account)]).await?;
    match look(app, account, typed).await {
        Ok(Code::Good) => {
            attempt.succeeded(app).await?;
            Ok(true)
        }
        Ok(Code::Wrong) => {
            attempt.failed(app).await?;
            Ok(false)
        }
        Ok(Code::UsedAgain) => {
            tracing::warn!(%account, "a code of a second factor was used again");
            attempt.failed(app).await?;
            notice::tell_anywhere(app, account, Change::CodeUsedAgain).await?;
            Ok(false)
        }
        Err(error) => {
            attempt.give_back(app).await?;
            Err(error)
        }
    }
}

async fn look(app: &App, account: AccountId, typed: &str) -> Result<Code> {
    let mut tx = app.database.system_write().await?;
    let stored = store::find(&mut tx, account).await?;
    let Some(stored) = stored.filter(|it| it.confirmed_at.is_some()) else {
        return Ok(Code::Wrong);
    };
    let typed = plain(typed);
    let code = if totp::is_code(&typed) {
        let secret = app.vault.open(&context(account), &stored.secret_sealed);
        let secret = secret.map_err(|_| unknown_master_key())?;
        match totp::step_of(&secret, &typed, app.clock.now()) {
            Some(step) if store::use_step(&mut tx, account, step).await? => Code::Good,
            Some(_) => Code::UsedAgain,
            None => Code::Wrong,
        }
    } else if store::use_code(&mut tx, account, &recovery::digest_of(&typed)).await? {
        // Needs no key: with a lost one, people still come in.
        Code::Good
    } else {
        Code::Wrong
    };
    tx.commit().await?;
    Ok(code)
}

/// The refusal of a code.
pub(in crate::accounts) fn not_this_code(field: &str) -> Error {
    Error::field(
        field,
        "This code is not right, or it was used already. Enter the one that your app shows now, or a recovery code.",
    )
}
