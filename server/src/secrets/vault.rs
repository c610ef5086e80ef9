//! The master keys that a process has at hand.

use std::sync::{Arc, PoisonError, RwLock};

use secrecy::SecretString;

use super::{DataKey, KeyFile, Master, MasterKey, MasterKeyError, MasterKeyId, SealError};
use crate::ids::OrganizationId;

/// The master keys of a process: one, and a second one while the keys are replaced. Cloning shares them.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    /// Looked into again when no key fits, because another process replaces them.
    file: Option<KeyFile>,
    ring: RwLock<Arc<[Master]>>,
}

impl Vault {
    /// A vault under one master key.
    #[must_use]
    pub fn new(key: &MasterKey) -> Self {
        Self::of_keys(std::slice::from_ref(key))
    }

    /// A vault under keys that stay what they are.
    #[must_use]
    pub fn of_keys(keys: &[MasterKey]) -> Self {
        Self(Arc::new(Inner {
            file: None,
            ring: RwLock::new(ring(keys)),
        }))
    }

    /// A vault under the keys of a file, which may be replaced while it is in use.
    ///
    /// # Errors
    /// When the file cannot be read, holds something else, or can be read by others.
    pub fn of_file(file: KeyFile) -> Result<Self, MasterKeyError> {
        let ring = RwLock::new(ring(&file.read()?));
        let file = Some(file);
        Ok(Self(Arc::new(Inner { file, ring })))
    }

    /// Unwraps an organization's data key.
    ///
    /// # Errors
    /// When no master key is the one that it was wrapped with, or the text was damaged or belongs to another organization.
    pub fn data_key(
        &self,
        organization: OrganizationId,
        wrapped: &str,
    ) -> Result<DataKey, SealError> {
        let opened = |master: &Master| master.data_key(organization, wrapped).ok();
        self.find(opened).ok_or(SealError::DoesNotOpen)
    }

    /// Seals for what `context` names what is needed for a moment only. What is stored goes under the key in use, which is held
    /// meanwhile, and is sealed anew with it.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn seal(&self, context: &str, secret: &SecretString) -> Result<String, SealError> {
        let master = self.first().ok_or(SealError::DoesNotSeal)?;
        master.seal(context, secret)
    }

    /// Opens what was sealed for what `context` names, under whichever key.
    ///
    /// # Errors
    /// When no key fits, it was sealed for something else, or it was damaged.
    pub fn open(&self, context: &str, sealed: &str) -> Result<SecretString, SealError> {
        let opened = |master: &Master| master.open(context, sealed).ok();
        self.find(opened).ok_or(SealError::DoesNotOpen)
    }

    /// The master key of that id.
    #[must_use]
    pub fn master(&self, id: &MasterKeyId) -> Option<Master> {
        self.find(|master| (master.id() == id).then(|| master.clone()))
    }

    /// The first key: the one that an installation without a key begins with.
    pub(super) fn first(&self) -> Option<Master> {
        self.find(|master| Some(master.clone()))
    }

    /// What a key gives, after another look into the file where none gives anything.
    fn find<T>(&self, give: impl Fn(&Master) -> Option<T>) -> Option<T> {
        let ring = self.ring();
        ring.iter().find_map(&give).or_else(|| {
            self.look_again();
            let again = self.ring();
            again.iter().find_map(&give)
        })
    }

    fn ring(&self) -> Arc<[Master]> {
        let ring = self.0.ring.read();
        ring.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn look_again(&self) {
        let Some(file) = &self.0.file else { return };
        match file.read() {
            Ok(keys) => {
                let mut held = self.0.ring.write().unwrap_or_else(PoisonError::into_inner);
                *held = ring(&keys);
            }
            Err(error) => tracing::error!(%error, "the master key cannot be read again"),
        }
    }
}

fn ring(keys: &[MasterKey]) -> Arc<[Master]> {
    keys.iter().map(Master::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_vault_follows_its_file_through_a_replacement() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("master.key"));
        let old = Master::new(&file.make().unwrap());
        let organization = OrganizationId::new();
        let (_, under_old) = old.make_data_key(organization).unwrap();
        let vault = Vault::of_file(file.clone()).unwrap();
        let opens = |wrapped: &str| vault.data_key(organization, wrapped).is_ok();

        let next = file.make_next().unwrap();
        let (_, under_next) = Master::new(&next).make_data_key(organization).unwrap();
        assert!(opens(&under_old) && opens(&under_next), "both, meanwhile");
        file.promote(&next).unwrap();
        let late = Vault::of_file(file.clone()).unwrap();
        assert!(late.data_key(organization, &under_next).is_ok());
        assert!(late.data_key(organization, &under_old).is_err());

        // Twice more: what was read meanwhile is not needed any more.
        for _ in 0..2 {
            let next = file.make_next().unwrap();
            file.promote(&next).unwrap();
            let (_, wrapped) = Master::new(&next).make_data_key(organization).unwrap();
            assert!(opens(&wrapped));
        }
        assert!(!opens(&under_old), "a key that is gone opens nothing");
    }

    #[test]
    fn an_unreadable_file_leaves_the_keys_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("master.key"));
        let key = file.make().unwrap();
        let vault = Vault::of_file(file.clone()).unwrap();
        std::fs::write(file.path(), "nonsense").unwrap();
        let stranger = MasterKey::from_bytes([9; 32]).id();
        assert!(vault.master(&stranger).is_none());
        assert!(vault.master(&key.id()).is_some());
    }
}
