//! Passwords: Argon2id, worked out beside the async threads, a few at a time: each takes 19 MiB and a core for a while.

mod rules;

use std::{sync::Arc, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc},
};
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

pub use rules::Whose;

/// So many are worked out at once.
const AT_ONCE: usize = 4;
/// How long one waits for its turn before it is refused.
const PATIENCE: Duration = Duration::from_secs(5);

/// Works out and compares passwords. Cloning shares the turns.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    patience: Duration,
}

/// A stored password: a PHC string.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// As it was read from the database.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// As it is stored.
    #[must_use]
    pub fn as_stored(&self) -> &str {
        &self.0
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            patience: PATIENCE,
        }
    }
}

impl Passwords {
    /// Hashes a new password, if it is accepted.
    ///
    /// # Errors
    /// When it is too short, too long or easily guessed, or too many are being worked out.
    pub async fn hash(&self, password: SecretString, whose: Whose<'_>) -> Result<PasswordHash> {
        let password = rules::normalized(&password);
        let words = whose.words();
        self.in_turn(move || {
            rules::accept(&password, &words)?;
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| PasswordHash(hash.to_string()))
                .map_err(|error| Error::internal(error.to_string()))
        })
        .await
    }

    /// Whether a password would be accepted today: what is known of leaked ones grows with the program's versions.
    ///
    /// # Errors
    /// When too many are being worked out.
    pub async fn accepts(&self, password: &SecretString, whose: Whose<'_>) -> Result<bool> {
        let password = rules::normalized(password);
        let words = whose.words();
        self.in_turn(move || Ok(rules::accept(&password, &words).is_ok()))
            .await
    }

    /// Whether a hash is the password's.
    ///
    /// # Errors
    /// When too many are being worked out.
    pub async fn verify(&self, hash: &PasswordHash, password: SecretString) -> Result<bool> {
        let stored = hash.0.clone();
        let password = rules::normalized(&password);
        self.in_turn(move || {
            let parsed = phc::PasswordHash::new(&stored)
                .map_err(|error| Error::internal(error.to_string()))?;
            Ok(Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok())
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.turns.clone().acquire_owned();
        let Ok(turn) = tokio::time::timeout(self.patience, turn).await else {
            return Err(Error::TooMany {
                retry_after_seconds: 5,
            });
        };
        let turn = turn.map_err(Error::internal)?;
        let work = move || {
            let done = work();
            // Kept to the end of the work, also when nobody waits for it any more.
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::default();
        let right = "correct horse battery";
        let hash = passwords
            .hash(secret(right), Whose::default())
            .await
            .unwrap();
        assert!(hash.as_stored().starts_with("$argon2id$"));
        assert!(passwords.verify(&hash, secret(right)).await.unwrap());
        let wrong = secret("correct horse batterY");
        assert!(!passwords.verify(&hash, wrong).await.unwrap());
        let composed = secret("caf\u{e9} by the river");
        let hash = passwords.hash(composed, Whose::default()).await.unwrap();
        let decomposed = secret("cafe\u{301} by the river");
        assert!(passwords.verify(&hash, decomposed).await.unwrap());
    }

    #[tokio::test]
    async fn short_and_huge_passwords_are_refused_at_the_field() {
        for password in ["short".to_owned(), "x".repeat(129)] {
            let refused = Passwords::default()
                .hash(secret(&password), Whose::default())
                .await;
            assert_eq!(refused.err().unwrap().field_errors()[0].field, "password");
        }
    }

    #[tokio::test]
    async fn when_too_many_are_worked_out_the_next_is_told_when_to_come_again() {
        let passwords = Passwords {
            patience: Duration::ZERO,
            ..Passwords::default()
        };
        let all = passwords.turns.clone().acquire_many_owned(4).await.unwrap();
        let right = "correct horse battery";
        let refused = passwords
            .hash(secret(right), Whose::default())
            .await
            .err()
            .unwrap();
        assert_eq!(refused.status(), 429);
        drop(all);
        let hash = passwords
            .hash(secret(right), Whose::default())
            .await
            .unwrap();
        assert!(passwords.verify(&hash, secret(right)).await.unwrap());
        assert_eq!(passwords.turns.available_permits(), AT_ONCE);
    }
}
