//! A master key: 32 random bytes, as text and in a file that only its owner can read.

use std::{
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::disk::{private, sync_folder_of};

/// 32 random bytes that everything secret depends on.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// How a master key is recognized: the beginning of its digest, which tells nothing of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeyId(String);

impl MasterKeyId {
    /// As it is stored, 16 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for MasterKeyId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Why there is no usable master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is not 32 bytes in base64.
    #[error(
        "the master key must be 32 bytes in base64 (make one with: head -c 32 /dev/urandom | base64)"
    )]
    Malformed,
    /// The file holds something else.
    #[error(
        "the master key file {path} does not hold 32 bytes in base64: put the key of this installation back, or remove the file if \
         nothing was sealed yet", path = path.display()
    )]
    MalformedFile {
        /// Where it is.
        path: PathBuf,
    },
    /// The file cannot be read or made.
    #[error("the master key file {path} cannot be used: {cause}", path = path.display())]
    File {
        /// Where it is or should be.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Others can read the file.
    #[error("the master key file {path} can be read by others: run chmod 600 on it", path = path.display())]
    Exposed {
        /// Where it is.
        path: PathBuf,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
}

impl MasterKey {
    /// A key from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key from its base64 text.
    ///
    /// # Errors
    /// When the text is something else.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = Zeroizing::new(
            BASE64_STANDARD
                .decode(text.trim())
                .map_err(|_| MasterKeyError::Malformed)?,
        );
        let bytes = bytes
            .as_slice()
            .try_into()
            .map_err(|_| MasterKeyError::Malformed)?;
        Ok(Self::from_bytes(bytes))
    }

    /// How it is recognized.
    #[must_use]
    pub fn id(&self) -> MasterKeyId {
        let digest = Sha256::new()
            .chain_update(b"ascent master key\0")
            .chain_update(self.0.as_slice())
            .finalize();
        MasterKeyId(
            digest[..8]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }

    /// Reads the key from a file, making it with mode 0600 if there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds something else, or can be read by others.
    pub fn from_file(path: &Path) -> Result<Self, MasterKeyError> {
        match Self::find_file(path)? {
            Some(key) => Ok(key),
            None => Self::make_file(path),
        }
    }

    /// Reads the key from a file, if there is one.
    ///
    /// # Errors
    /// When the file cannot be read, holds something else, or can be read by others.
    pub fn find_file(path: &Path) -> Result<Option<Self>, MasterKeyError> {
        match std::fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => Self::of_file(path, &text).map(Some),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(failed(path)(cause)),
        }
    }

    fn of_file(path: &Path, text: &str) -> Result<Self, MasterKeyError> {
        refuse_exposed(path)?;
        Self::parse(text).map_err(|_| MasterKeyError::MalformedFile {
            path: path.to_owned(),
        })
    }

    /// The file gets its name only when it is whole: whatever ends the program in between, there is no half key. If another process
    /// was faster, its key counts.
    fn make_file(path: &Path) -> Result<Self, MasterKeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| MasterKeyError::NoRandomness)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let unnamed = folder.join(format!(".master-key-{}", uuid::Uuid::now_v7().simple()));
        let text = Zeroizing::new(BASE64_STANDARD.encode(bytes.as_slice()));
        let linked = write_whole(&unnamed, &text).and_then(|()| std::fs::hard_link(&unnamed, path));
        let removed = std::fs::remove_file(&unnamed);
        match linked {
            Ok(()) => {
                removed
                    .and_then(|()| sync_folder_of(path))
                    .map_err(failed(path))?;
                Ok(Self(bytes))
            }
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                let text = std::fs::read_to_string(path).map(Zeroizing::new);
                Self::of_file(path, &text.map_err(failed(path))?)
            }
            Err(cause) => Err(failed(path)(cause)),
        }
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

pub(super) fn failed(path: &Path) -> impl Fn(std::io::Error) -> MasterKeyError {
    move |cause| MasterKeyError::File {
        path: path.to_owned(),
        cause,
    }
}

/// Writes a file that only its owner can read, down to the disk.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = private().create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<(), MasterKeyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(path).map_err(|cause| MasterKeyError::File {
        path: path.to_owned(),
        cause,
    })?;
    if metadata.permissions().mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(MasterKeyError::Exposed {
            path: path.to_owned(),
        })
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path) -> Result<(), MasterKeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let made = MasterKey::from_file(&path).unwrap();
        let read = MasterKey::from_file(&path).unwrap();
        assert_eq!(made.bytes(), read.bytes());
        assert_ne!(made.bytes(), &[0; 32]);
    }

    #[test]
    fn many_who_make_the_file_at_once_get_one_key_and_leave_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let make = || *MasterKey::from_file(&path).unwrap().bytes();
        let keys = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
            let keys = threads.into_iter().map(|it| it.join().unwrap());
            keys.collect::<std::collections::HashSet<_>>()
        });
        assert_eq!(keys.len(), 1);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_without_a_key_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        write_whole(&path, "").unwrap();
        let refused = MasterKey::from_file(&path).err().unwrap().to_string();
        assert!(refused.contains("master.key"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::from_file(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            MasterKey::from_file(&path),
            Err(MasterKeyError::Exposed { .. })
        ));
    }

    #[test]
    fn a_malformed_key_is_refused() {
        assert!(matches!(
            MasterKey::parse("short"),
            Err(MasterKeyError::Malformed)
        ));
        assert!(MasterKey::parse(&BASE64_STANDARD.encode([7; 32])).is_ok());
    }
}
