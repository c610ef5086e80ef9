//! The file of the master key, and how another key takes its place.
//!
//! The next key is first written beside the present one. From then on both are read, so that whatever ends the program, the
//! key that the database is sealed with is on the disk.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{MasterKey, MasterKeyError, MasterKeyId, master_key::failed};
use crate::disk::sync_folder_of;

/// Where a master key is kept.
#[derive(Debug, Clone)]
pub struct KeyFile(PathBuf);

impl KeyFile {
    /// The key of that file.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The keys that there are: the present one, and the next one while the keys are being replaced.
    ///
    /// # Errors
    /// When a file cannot be read, holds something else, or can be read by others.
    pub fn read(&self) -> Result<Vec<MasterKey>, MasterKeyError> {
        // In this order: the next one may become the present one between the two.
        let next = MasterKey::find_file(&self.beside("new"))?;
        let present = MasterKey::find_file(&self.0)?;
        Ok(present.into_iter().chain(next).collect())
    }

    /// The present key, made if there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds something else, or can be read by others.
    pub fn make(&self) -> Result<MasterKey, MasterKeyError> {
        MasterKey::from_file(&self.0)
    }

    /// The next key: the one of a replacement that was interrupted, else a new one.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds something else, or can be read by others.
    pub fn make_next(&self) -> Result<MasterKey, MasterKeyError> {
        MasterKey::from_file(&self.beside("new"))
    }

    /// Puts the next key in the place of the present one, and gives the name under which that one is kept.
    ///
    /// # Errors
    /// When the files cannot be read or renamed.
    pub fn promote(&self, next: &MasterKey) -> Result<Option<PathBuf>, MasterKeyError> {
        let present = MasterKey::find_file(&self.0)?;
        let present = present.filter(|present| present.id() != next.id());
        let kept = present.map(|present| self.old(&present.id()));
        if let Some(kept) = &kept {
            match std::fs::hard_link(&self.0, kept) {
                Err(cause) if cause.kind() != ErrorKind::AlreadyExists => {
                    return Err(failed(kept)(cause));
                }
                _ => {}
            }
        }
        match std::fs::rename(self.beside("new"), &self.0) {
            // Another process did the same.
            Err(cause) if cause.kind() == ErrorKind::NotFound && kept.is_none() => {}
            renamed => renamed.map_err(failed(&self.0))?,
        }
        sync_folder_of(&self.0).map_err(failed(&self.0))?;
        Ok(kept)
    }

    /// Where the key of that id is kept, if it was replaced.
    #[must_use]
    pub fn find_old(&self, id: &MasterKeyId) -> Option<PathBuf> {
        Some(self.old(id)).filter(|path| path.exists())
    }

    fn old(&self, id: &MasterKeyId) -> PathBuf {
        self.beside(&format!("old-{}", id.as_str()))
    }

    fn beside(&self, what: &str) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push(format!(".{what}"));
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(file: &KeyFile) -> Vec<String> {
        let keys = file.read().unwrap();
        keys.iter()
            .map(|key| key.id().as_str().to_owned())
            .collect()
    }

    #[test]
    fn the_next_key_is_beside_the_present_one_until_it_takes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("master.key"));
        assert!(file.read().unwrap().is_empty());
        let present = file.make().unwrap();
        let next = file.make_next().unwrap();
        assert_eq!(file.make_next().unwrap().id(), next.id(), "once begun");
        assert_eq!(
            ids(&file),
            [present.id().as_str(), next.id().as_str()],
            "both are there"
        );

        let kept = file.promote(&next).unwrap().unwrap();
        assert_eq!(ids(&file), [next.id().as_str()]);
        let kept = MasterKey::find_file(&kept).unwrap().unwrap();
        assert_eq!(kept.id(), present.id(), "the old one is kept");
        assert_eq!(file.promote(&next).unwrap(), None, "once is enough");
        assert_eq!(ids(&file), [next.id().as_str()]);
    }

    #[test]
    fn a_promotion_that_was_interrupted_after_the_old_key_was_put_aside_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("master.key"));
        let present = file.make().unwrap();
        let next = file.make_next().unwrap();
        let aside = file.old(&present.id());
        std::fs::hard_link(file.path(), &aside).unwrap();
        assert_eq!(file.promote(&next).unwrap(), Some(aside));
        assert_eq!(ids(&file), [next.id().as_str()]);
    }
}
