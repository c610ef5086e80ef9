//! Outgoing mail: a letter, and handing it over to the installation's mail server.
//!
//! - The operator names the server and the sender; there is no other place that mail goes to.
//! - Handing over ends in one of three ways ([`NotSent`]): for certain accepted, for certain not, or nobody knows. Whoever
//!   asks may try again only after the second.
//! - The password of the server is in no log, no error and no answer, also where the server repeats it.

mod folder;
mod letter;
mod recipients;
mod server;
mod smtp;

pub use letter::{Attachment, Letter};
pub use recipients::Recipients;
pub use server::{MailServer, Security, SmtpServer};

use lettre::Address;

/// How this installation sends mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Where mail is handed over.
    pub server: MailServer,
    /// The address that mail comes from.
    pub from: Address,
}

/// Why a letter was not sent, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSent {
    /// It was not accepted; that may be otherwise later.
    Later(String),
    /// It was not accepted, and will not be.
    Never(String),
    /// The connection ended between the letter and the answer: it may have been accepted.
    Unknown(String),
}

impl Mail {
    /// Hands a letter over.
    ///
    /// # Errors
    /// When it was not accepted, or nobody knows.
    pub async fn send(&self, letter: &Letter) -> Result<(), NotSent> {
        let message = letter.message(&self.from)?;
        match &self.server {
            MailServer::Smtp(server) => smtp::hand_over(server, &self.from, &message).await,
            MailServer::Folder(folder) => folder::write(folder, &letter.message_id, &message).await,
        }
    }

    /// The id of a letter, the same at each attempt: whoever gets it twice can tell.
    #[must_use]
    pub fn message_id(&self, key: &str) -> String {
        format!("<{key}@{}>", self.from.domain())
    }
}
