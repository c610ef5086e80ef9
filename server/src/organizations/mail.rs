//! What the mails say that invoices go with.

use crate::{checks::Checks, deliveries::MailTemplate};

const LONGEST_SUBJECT: usize = 200;
const LONGEST_TEXT: usize = 5000;

/// An organization's own words for its mails.
#[derive(Debug, Clone, Default)]
pub struct MailWords {
    /// None: the usual one.
    pub subject: Option<MailTemplate>,
    /// None: the usual one.
    pub text: Option<MailTemplate>,
}

/// The same as they were typed or sent.
#[derive(Debug, Clone, Default)]
pub struct MailWordsDetails {
    /// With placeholders; empty: the usual one.
    pub subject: String,
    /// With placeholders; empty: the usual one.
    pub text: String,
}

impl MailWordsDetails {
    pub(super) fn of(it: &MailWords) -> Self {
        let told = |it: &Option<MailTemplate>| it.as_ref().map(ToString::to_string);
        Self {
            subject: told(&it.subject).unwrap_or_default(),
            text: told(&it.text).unwrap_or_default(),
        }
    }

    pub(super) fn accept(&self, checks: &mut Checks) -> MailWords {
        let subject = checks.optional("mail_subject", Some(&self.subject), LONGEST_SUBJECT);
        let text = checks.lines("mail_text", &self.text, LONGEST_TEXT);
        let text = Some(text).filter(|text| !text.is_empty());
        MailWords {
            subject: subject.and_then(|it| checks.value("mail_subject", it.parse())),
            text: text.and_then(|it| checks.value("mail_text", it.parse())),
        }
    }
}
