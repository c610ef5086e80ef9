//! Attempts to prove who one is, counted by whom they are about and by where they come from, so that guessing ends, and ends
//! alike whether there is such an account.
//!
//! - An attempt is counted before anything is looked at: many at once are no more than many in a row.
//! - They are counted in the database: several nodes count together.
//! - Whoever guesses at an account elsewhere locks nobody out of a browser in which its owner has signed in before: that one's
//!   attempts are counted by themselves.

use std::net::IpAddr;

use db::args;
use jiff::{SignedDuration, Timestamp};

use super::{refused, session::digest};
use crate::{
    app::App,
    error::{Error, Result},
    ids::AccountId,
};

/// How long somebody is locked out, and after how much rest attempts count no more.
const LOCK: SignedDuration = SignedDuration::from_mins(15);

db::statements! {
    system RESERVE = "insert into sign_in_attempt (subject_digest, attempts, expires_at) values ($1, 1, $3)
        on conflict (subject_digest) do update set
            attempts = case when sign_in_attempt.expires_at <= $2 then 1 else sign_in_attempt.attempts + 1 end,
            expires_at = case when sign_in_attempt.expires_at > $2 and sign_in_attempt.attempts >= $4
                then sign_in_attempt.expires_at else $3 end
        returning attempts, expires_at";
    system GIVE_BACK = "update sign_in_attempt set attempts = attempts - 1 where subject_digest = $1 and attempts > 0";
    system FORGET = "delete from sign_in_attempt where subject_digest = $1 or expires_at <= $2";
}

/// What attempts are counted by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    /// The typed e-mail address, whether it has an account or not.
    Typed(&'a str),
    /// A browser that the account with the typed address has signed in with: what it keeps.
    Browser(&'a str),
    /// Where from. Many people may come from one place.
    Place(IpAddr),
    /// The codes of an account's second factor.
    Codes(AccountId),
    /// Somebody who is signed in and confirms that it is still them: their session's digest.
    Confirmation(&'a str),
}

impl Subject<'_> {
    /// So many attempts without success, and there is a rest.
    fn most(self) -> i64 {
        match self {
            Self::Typed(_) | Self::Browser(_) | Self::Confirmation(_) => 10,
            Self::Place(_) => 100,
            Self::Codes(_) => 5,
        }
    }

    pub(super) fn digest(self) -> String {
        digest(&match self {
            Self::Typed(email) => format!("typed {}", email.trim().to_lowercase()),
            Self::Browser(secret) => format!("browser {secret}"),
            Self::Place(address) => format!("place {}", neighbourhood(address)),
            Self::Codes(account) => format!("codes {account}"),
            Self::Confirmation(session) => format!("confirmation {session}"),
        })
    }

    /// Whether whose account it is about is known or typed, so that what is refused may be told to them.
    fn is_about_somebody(self) -> bool {
        matches!(self, Self::Typed(_) | Self::Codes(_))
    }

    /// Whether a success says nothing of the attempts before it: an account of one's own must not buy guesses at others.
    fn outlasts_success(self) -> bool {
        matches!(self, Self::Place(_))
    }
}

/// An attempt that may be made.
pub(super) struct Attempt {
    reserved: Vec<(String, bool)>,
    /// By what it is counted if it is refused.
    refused_by: Option<String>,
}

impl Attempt {
    /// Counts an attempt by each of the subjects, in this order; the first that is locked ends it, and those after it are not counted.
    ///
    /// # Errors
    /// When there were too many.
    pub(super) async fn reserve(app: &App, subjects: &[Subject<'_>]) -> Result<Self> {
        let now = app.clock.now();
        let (mut reserved, mut refused_by) = (Vec::new(), None);
        let mut locked_until = None;
        let mut tx = app.database.system_write().await?;
        for subject in subjects {
            let (digest, most) = (subject.digest(), subject.most());
            let row = tx
                .fetch_one(&RESERVE, args![&digest, now, now + LOCK, most])
                .await?;
            if subject.is_about_somebody() {
                refused_by = Some(digest.clone());
            }
            if row.get::<i64>("attempts")? > most {
                if let Some(digest) = &refused_by {
                    refused::count(&mut tx, digest, now).await?;
                }
                locked_until = Some(row.get::<Timestamp>("expires_at")?);
                break;
            }
            reserved.push((digest, subject.outlasts_success()));
        }
        tx.commit().await?;
        let Some(until) = locked_until else {
            return Ok(Self {
                reserved,
                refused_by,
            });
        };
        let seconds = until.duration_since(now).as_secs();
        Err(Error::TooMany {
            retry_after_seconds: u32::try_from(seconds).unwrap_or(u32::MAX).max(1),
        })
    }

    /// It was right: earlier attempts count no more. Those of others that are old are forgotten too.
    pub(super) async fn succeeded(self, app: &App) -> Result<()> {
        let mut tx = app.database.system_write().await?;
        for (digest, outlasts) in self.reserved {
            if outlasts {
                tx.execute(&GIVE_BACK, args![digest]).await?;
            } else {
                tx.execute(&FORGET, args![digest, app.clock.now()]).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// It was wrong.
    pub(super) async fn failed(self, app: &App) -> Result<()> {
        if let Some(digest) = self.refused_by {
            let mut tx = app.database.system_write().await?;
            refused::count(&mut tx, &digest, app.clock.now()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Nothing was looked at after all.
    pub(super) async fn give_back(self, app: &App) -> Result<()> {
        let mut tx = app.database.system_write().await?;
        for (digest, _) in self.reserved {
            tx.execute(&GIVE_BACK, args![digest]).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// What one person is given of addresses: of IPv6 whole networks of 64 bits.
fn neighbourhood(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::neighbourhood;

    #[test]
    fn addresses_of_one_network_are_one_place() {
        let place = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(place("2001:db8:1:2::7"), place("2001:db8:1:2:ffff::9"));
        assert_ne!(place("2001:db8:1:2::7"), place("2001:db8:1:3::7"));
        assert_ne!(place("203.0.113.1"), place("203.0.113.2"));
        assert_eq!(place("::ffff:203.0.113.1"), place("203.0.113.1"));
    }
}
