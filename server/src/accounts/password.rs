//! Passwords: Argon2id, worked out beside the async threads.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Error, Result};

/// The shortest password that is accepted, in characters (NIST SP 800-63B).
pub const SHORTEST: usize = 12;
/// The longest that is accepted, so that hashing stays cheap.
pub const LONGEST: usize = 256;

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

    /// Whether this is the hash of the password.
    ///
    /// # Errors
    /// When the thread that works it out is gone.
    pub async fn verify(&self, password: SecretString) -> Result<bool> {
        let stored = self.0.clone();
        in_background(move || {
            let parsed = phc::PasswordHash::new(&stored)
                .map_err(|error| Error::internal(error.to_string()))?;
            Ok(Argon2::default()
                .verify_password(password.expose_secret().as_bytes(), &parsed)
                .is_ok())
        })
        .await
    }
}

/// Hashes a new password.
///
/// # Errors
/// When it is too short or too long.
pub async fn hash_password(password: SecretString) -> Result<PasswordHash> {
    let length = password.expose_secret().chars().count();
    if length < SHORTEST {
        return Err(Error::field(
            "password",
            format!("Use at least {SHORTEST} characters."),
        ));
    }
    if length > LONGEST {
        return Err(Error::field(
            "password",
            format!("Use at most {LONGEST} characters."),
        ));
    }
    in_background(move || {
        let hash = Argon2::default().hash_password(password.expose_secret().as_bytes());
        hash.map(|hash| PasswordHash(hash.to_string()))
            .map_err(|error| Error::internal(error.to_string()))
    })
    .await
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let hash = hash_password(SecretString::from("correct horse battery"))
            .await
            .unwrap();
        assert!(hash.as_stored().starts_with("$argon2id$"));
        assert!(
            hash.verify(SecretString::from("correct horse battery"))
                .await
                .unwrap()
        );
        assert!(
            !hash
                .verify(SecretString::from("correct horse batterY"))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn short_and_huge_passwords_are_refused_at_the_field() {
        for password in ["short".to_owned(), "x".repeat(257)] {
            let refused = hash_password(SecretString::from(password))
                .await
                .err()
                .unwrap();
            assert_eq!(refused.field_errors()[0].field, "password");
        }
    }
}
