//! What a demo must remember: when it began, because its estate counts its dates from there, and whether it was made to
//! its end.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::Failure;

/// A demo's memory: the file `demo.json` in its folder.
pub(super) struct Story {
    file: PathBuf,
    began: Timestamp,
    finished: bool,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Memory {
    began: Timestamp,
}

impl Story {
    /// The story of the demo in the folder, or the beginning of a new one.
    ///
    /// A folder that holds anything but a finished demo is refused: it may be somebody's real installation.
    pub(super) fn of(folder: &Path, now: Timestamp) -> Result<Self, Failure> {
        let file = folder.join("demo.json");
        if let Ok(text) = std::fs::read_to_string(&file) {
            let memory: Memory = serde_json::from_str(&text).map_err(|cause| {
                Failure::Said(format!(
                    "The file {} cannot be read: {cause}.",
                    file.display()
                ))
            })?;
            return Ok(Self {
                file,
                began: memory.began,
                finished: true,
            });
        }
        let used = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
        if used {
            return Err(Failure::Said(format!(
                "The folder {} holds something other than a finished demo. Choose an empty or new one with --data-dir.",
                folder.display()
            )));
        }
        Ok(Self {
            file,
            began: now,
            finished: false,
        })
    }

    pub(super) fn began(&self) -> Timestamp {
        self.began
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Remembers that the demo was made to its end.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        let memory = Memory { began: self.began };
        let refused = |cause: std::io::Error| Failure::DataFolder {
            path: self.file.clone(),
            cause,
        };
        let text = serde_json::to_string(&memory).map_err(std::io::Error::other);
        std::fs::write(&self.file, text.map_err(refused)?).map_err(refused)
    }
}
