//! A letter, with one file or none, as a message of RFC 5322.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::{
    Address, Message,
    message::{Attachment as Part, Mailbox, MultiPart, SinglePart, header::ContentType},
};

use super::{NotSent, Recipients};

/// A letter to be sent.
#[derive(Debug, Clone)]
pub struct Letter {
    /// With its angle brackets; the same at each attempt.
    pub message_id: String,
    /// When it is sent.
    pub at: Timestamp,
    /// Who writes, as shown before the address of the installation.
    pub sender: String,
    /// Where answers go; none: to the address of the installation.
    pub reply_to: Option<Recipients>,
    /// Whom it goes to.
    pub to: Recipients,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The file that comes with it.
    pub attachment: Option<Attachment>,
}

/// A PDF file that comes with a letter.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// What it is called.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Letter {
    /// The message, ready to be handed over.
    pub(super) fn message(&self, from: &Address) -> Result<Message, NotSent> {
        let sender = Mailbox::new(Some(one_line(&self.sender)), from.clone());
        let mut message = Message::builder()
            .message_id(Some(self.message_id.clone()))
            .date(date(self.at))
            .from(sender)
            .subject(one_line(&self.subject));
        for address in self.to.addresses() {
            message = message.to(Mailbox::new(None, address.clone()));
        }
        for address in self.reply_to.iter().flat_map(Recipients::addresses) {
            message = message.reply_to(Mailbox::new(None, address.clone()));
        }
        let text = SinglePart::plain(self.text.clone());
        let Some(attachment) = &self.attachment else {
            return message.singlepart(text).map_err(unwritable);
        };
        let pdf = ContentType::parse("application/pdf").map_err(unwritable)?;
        let file = Part::new(one_line(&attachment.name)).body(attachment.bytes.clone(), pdf);
        let parts = MultiPart::mixed().singlepart(text).singlepart(file);
        message.multipart(parts).map_err(unwritable)
    }
}

fn date(at: Timestamp) -> SystemTime {
    let since = u64::try_from(at.as_millisecond()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_millis(since)
}

/// A text that cannot begin another header: control characters become spaces.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(plain).collect();
    text.trim().to_owned()
}

fn unwritable(cause: impl std::fmt::Display) -> NotSent {
    NotSent::Never(format!("The mail cannot be written: {cause}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            message_id: "<1@billing.example>".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            sender: "Ridgeline IT".to_owned(),
            reply_to: Recipients::parse("desk@ridgeline.example"),
            to: Recipients::parse("accounts@client.example").unwrap(),
            subject: "Invoice INV-0001".to_owned(),
            text: "Hello".to_owned(),
            attachment: Some(Attachment {
                name: "INV-0001.pdf".to_owned(),
                bytes: b"%PDF".to_vec(),
            }),
        }
    }

    fn written(letter: &Letter) -> String {
        let from = "billing@msp.example".parse().unwrap();
        String::from_utf8(letter.message(&from).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_letter_says_who_writes_to_whom_and_when() {
        let text = written(&letter());
        for line in [
            "Message-ID: <1@billing.example>",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000",
            "From: \"Ridgeline IT\" <billing@msp.example>",
            "Reply-To: desk@ridgeline.example",
            "To: accounts@client.example",
            "Subject: Invoice INV-0001",
            "Content-Type: application/pdf",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in {text}");
        }
        assert!(text.contains("filename=\"INV-0001.pdf\""), "{text}");
    }

    #[test]
    fn no_name_or_subject_begins_another_header() {
        let evil = "x\r\nBcc: thief@evil.example\r\n\r\nbody";
        let mut letter = letter();
        letter.sender = evil.to_owned();
        letter.subject = evil.to_owned();
        letter.attachment.as_mut().unwrap().name = evil.to_owned();
        let text = written(&letter);
        for line in text.lines() {
            assert!(!line.starts_with("Bcc") && line != "body", "{text}");
        }
    }

    #[test]
    fn letters_beyond_ascii_arrive_in_plain_bytes() {
        let mut letter = letter();
        letter.sender = "Müller & Söhne, \"IT\"".to_owned();
        letter.subject = "Rechnung für Bücher €".to_owned();
        letter.text = "Grüße\n.\nEnde".to_owned();
        assert!(written(&letter).is_ascii());
    }
}
