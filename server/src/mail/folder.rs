//! Mail as files in a folder, for a rehearsal: each letter is one `.eml` file that mail programs open.

use std::path::Path;

use lettre::Message;
use tokio::fs;

use super::NotSent;

/// Writes a letter. The same letter again takes the place of the first.
pub(super) async fn write(
    folder: &Path,
    message_id: &str,
    message: &Message,
) -> Result<(), NotSent> {
    let name = file_name(message_id);
    let (made, file) = (
        folder.join(format!("{name}.part")),
        folder.join(format!("{name}.eml")),
    );
    let work = async {
        fs::create_dir_all(folder).await?;
        fs::write(&made, message.formatted()).await?;
        fs::rename(&made, &file).await
    };
    work.await.map_err(|cause: std::io::Error| {
        NotSent::Later(format!(
            "The mail cannot be written to the folder {}: {cause}.",
            folder.display()
        ))
    })
}

fn file_name(message_id: &str) -> String {
    let key = message_id.trim_start_matches('<');
    let key = key.split('@').next().unwrap_or_default();
    key.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}
