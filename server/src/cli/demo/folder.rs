//! Where a demo lives: a folder that stays, or a temporary one that goes with it.

use std::path::{Path, PathBuf};

use crate::cli::Failure;

/// The demo's folder.
pub(super) struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    /// The folder that was asked for, or a new temporary one.
    pub(super) fn choose(asked: Option<PathBuf>) -> Result<Self, Failure> {
        if let Some(path) = asked {
            let path =
                std::path::absolute(&path).map_err(|cause| Failure::DataFolder { path, cause })?;
            return Ok(Self {
                path,
                temporary: false,
            });
        }
        let path =
            std::env::temp_dir().join(format!("ascent-demo-{}", uuid::Uuid::now_v7().simple()));
        Ok(Self {
            path,
            temporary: true,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
