//! Files that only their owner can read, and names that survive a power cut.

use std::{fs::File, path::Path};

/// How to open a file so that, where it is made, only its owner can read it.
#[must_use]
pub fn private() -> std::fs::OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes the folder of a path down to the disk: a name in it is there only when the folder is.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Folders cannot be opened on this system.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_folder_of(_: &Path) -> std::io::Result<()> {
    Ok(())
}
