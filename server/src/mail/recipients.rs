//! Whom a letter goes to.

use std::fmt;

use lettre::Address;

use crate::checks::is_email;

/// One address or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients(Vec<Address>);

impl Recipients {
    /// A bound, so that an invoice is not sent to a mailing list typed by hand.
    pub const MOST: usize = 10;

    /// Reads addresses separated by commas. None: one of them is no address that every mail server takes, or there are none
    /// or too many.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut addresses = Vec::new();
        for part in text.split(',') {
            let part = part.trim();
            // Addresses beyond ASCII need servers that know SMTPUTF8, all the way.
            let known = part.is_ascii() && is_email(part);
            addresses.push(part.parse().ok().filter(|_| known)?);
        }
        (addresses.len() <= Self::MOST).then_some(Self(addresses))
    }

    pub(super) fn addresses(&self) -> &[Address] {
        &self.0
    }
}

impl fmt::Display for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, address) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{address}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Recipients::parse(text).map(|it| it.to_string())
    }

    #[test]
    fn addresses_are_separated_by_commas() {
        assert_eq!(
            read(" a@b.example ,c@d.example").as_deref(),
            Some("a@b.example, c@d.example")
        );
        let ten = ["a@b.example"; 10].join(",");
        assert!(read(&ten).is_some());
        assert!(read(&format!("{ten},a@b.example")).is_none());
    }

    #[test]
    fn what_could_end_a_line_or_a_command_is_no_address() {
        for bad in [
            "",
            "a",
            "a@b.example,",
            "a@b.example\r\nBcc: x@y.example",
            "a@b.example>\r\nRCPT TO:<x@y.example",
            "<a@b.example>",
            "a b@c.example",
            "\"a\r\n\"@b.example",
            "ä@b.example",
            "a@bücher.example",
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }
}
