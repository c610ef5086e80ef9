//! Sealing and opening, with XChaCha20-Poly1305 under random nonces.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Generate as _, Key, Payload},
};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::{Zeroize as _, Zeroizing};

use super::{MasterKey, MasterKeyId};
use crate::ids::OrganizationId;

/// Length of the nonce before the sealed bytes.
const NONCE: usize = 24;
/// What begins every sealed text: how it was sealed. A cipher that takes this one's place has another name, and what is still
/// sealed with this one opens until it is sealed anew.
const CIPHER: &str = "xchacha20poly1305:";

/// A sealed value could not be opened, or nothing could be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key is another one, or the text was damaged or moved.
    #[error(
        "a stored secret cannot be opened: the master key is not the one it was sealed with, or the database was altered"
    )]
    DoesNotOpen,
    /// Encryption failed.
    #[error("a secret could not be sealed")]
    DoesNotSeal,
}

/// Seals and opens the secrets of one organization.
pub struct DataKey {
    cipher: XChaCha20Poly1305,
    organization: OrganizationId,
}

/// A master key at work: it wraps and unwraps the data keys of organizations.
#[derive(Clone)]
pub struct Master {
    id: MasterKeyId,
    cipher: XChaCha20Poly1305,
}

impl Master {
    pub(super) fn new(key: &MasterKey) -> Self {
        Self {
            id: key.id(),
            cipher: XChaCha20Poly1305::new(key.bytes().into()),
        }
    }

    /// How the key is recognized.
    #[must_use]
    pub fn id(&self) -> &MasterKeyId {
        &self.id
    }

    /// Seals a secret that belongs to no organization, for what `context` names.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn seal(&self, context: &str, secret: &SecretString) -> Result<String, SealError> {
        seal(&self.cipher, context, secret.expose_secret().as_bytes())
    }

    /// Opens what was sealed for the same.
    ///
    /// # Errors
    /// When it was sealed under another key or for something else, or was damaged.
    pub fn open(&self, context: &str, sealed: &str) -> Result<SecretString, SealError> {
        let bytes = open(&self.cipher, context, sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| SealError::DoesNotOpen)?;
        Ok(SecretString::from(text.to_owned()))
    }

    /// Makes a data key for an organization, and gives it wrapped, as it is stored.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn make_data_key(
        &self,
        organization: OrganizationId,
    ) -> Result<(DataKey, String), SealError> {
        let mut key = Key::<XChaCha20Poly1305>::generate();
        let wrapped = seal(&self.cipher, &key_context(organization), &key);
        let cipher = XChaCha20Poly1305::new(&key);
        key.zeroize();
        let data_key = DataKey {
            cipher,
            organization,
        };
        Ok((data_key, wrapped?))
    }

    /// Unwraps an organization's data key.
    ///
    /// # Errors
    /// When it was wrapped by another master key, or the text was damaged or belongs to another organization.
    pub fn data_key(
        &self,
        organization: OrganizationId,
        wrapped: &str,
    ) -> Result<DataKey, SealError> {
        let key = open(&self.cipher, &key_context(organization), wrapped)?;
        let cipher = XChaCha20Poly1305::new_from_slice(&key).map_err(|_| SealError::DoesNotOpen)?;
        Ok(DataKey {
            cipher,
            organization,
        })
    }
}

impl DataKey {
    /// Seals a secret for one field.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn seal(&self, field: &str, secret: &SecretString) -> Result<String, SealError> {
        seal(
            &self.cipher,
            &self.context(field),
            secret.expose_secret().as_bytes(),
        )
    }

    /// Opens what was sealed for the field.
    ///
    /// # Errors
    /// When it was sealed under another key, for another field or organization, or was damaged.
    pub fn open(&self, field: &str, sealed: &str) -> Result<SecretString, SealError> {
        let bytes = open(&self.cipher, &self.context(field), sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| SealError::DoesNotOpen)?;
        Ok(SecretString::from(text.to_owned()))
    }

    fn context(&self, field: &str) -> String {
        format!("{} {field}", self.organization)
    }
}

fn key_context(organization: OrganizationId) -> String {
    format!("{organization} data key")
}

fn seal(cipher: &XChaCha20Poly1305, context: &str, plain: &[u8]) -> Result<String, SealError> {
    let nonce = XNonce::generate();
    let payload = Payload {
        msg: plain,
        aad: context.as_bytes(),
    };
    let sealed = cipher
        .encrypt(&nonce, payload)
        .map_err(|_| SealError::DoesNotSeal)?;
    let sealed = BASE64_STANDARD.encode([nonce.as_slice(), &sealed].concat());
    Ok(format!("{CIPHER}{sealed}"))
}

fn open(
    cipher: &XChaCha20Poly1305,
    context: &str,
    sealed: &str,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let sealed = sealed.strip_prefix(CIPHER).ok_or(SealError::DoesNotOpen)?;
    let bytes = BASE64_STANDARD
        .decode(sealed)
        .map_err(|_| SealError::DoesNotOpen)?;
    let (nonce, sealed) = bytes
        .split_at_checked(NONCE)
        .ok_or(SealError::DoesNotOpen)?;
    let nonce = XNonce::try_from(nonce).map_err(|_| SealError::DoesNotOpen)?;
    let payload = Payload {
        msg: sealed,
        aad: context.as_bytes(),
    };
    cipher
        .decrypt(&nonce, payload)
        .map(Zeroizing::new)
        .map_err(|_| SealError::DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(byte: u8) -> Master {
        Master::new(&MasterKey::from_bytes([byte; 32]))
    }

    #[test]
    fn s39_a_sealed_secret_opens_for_its_organization_and_field_only() {
        let (ours, theirs) = (OrganizationId::new(), OrganizationId::new());
        let (_, wrapped) = master(1).make_data_key(ours).unwrap();
        let key = master(1).data_key(ours, &wrapped).unwrap();
        let sealed = key
            .seal("client_secret", &SecretString::from("hush"))
            .unwrap();
        assert!(!sealed.contains("hush"));
        assert_eq!(
            key.open("client_secret", &sealed).unwrap().expose_secret(),
            "hush"
        );
        assert!(key.open("client_id", &sealed).is_err());

        assert!(
            master(2).data_key(ours, &wrapped).is_err(),
            "another master key"
        );
        assert!(
            master(1).data_key(theirs, &wrapped).is_err(),
            "another organization"
        );
    }

    #[test]
    fn sealing_twice_gives_different_texts_that_name_the_cipher_and_damage_is_noticed() {
        let organization = OrganizationId::new();
        let (key, _) = master(1).make_data_key(organization).unwrap();
        let secret = SecretString::from("hush");
        let (first, second) = (
            key.seal("f", &secret).unwrap(),
            key.seal("f", &secret).unwrap(),
        );
        assert_ne!(first, second);
        let bare = first.strip_prefix(CIPHER).expect("what is sealed says how");
        let mut bytes = BASE64_STANDARD.decode(bare).unwrap();
        bytes[30] ^= 1;
        let damaged = format!("{CIPHER}{}", BASE64_STANDARD.encode(bytes));
        for text in ["", CIPHER, "not base64!", bare, damaged.as_str()] {
            assert!(key.open("f", text).is_err(), "{text}");
        }
    }
}
