//! Checks of typed fields. All refusals of a form or body are collected, so that a person sees them at once.

use std::fmt::Display;

use jiff::civil::Date;
use money::{Amount, Currency, MoneyError, parse_decimal};

use crate::error::{Error, FieldError, Result};

/// The refusals met so far.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// Refuses a field, with what is wrong and what to do.
    pub fn refuse(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
    }

    /// A text of one line that has to be there, without the spaces around it.
    pub fn required(&mut self, field: &str, text: &str, most: usize, empty: &str) -> String {
        if text.trim().is_empty() {
            self.refuse(field, empty);
            return String::new();
        }
        self.line(field, text, most)
    }

    /// A text of one line that may be absent; an empty one counts as absent.
    pub fn optional(&mut self, field: &str, text: Option<&str>, most: usize) -> Option<String> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        Some(self.line(field, text, most))
    }

    /// A text of several lines, which may be empty.
    pub fn lines(&mut self, field: &str, text: &str, most: usize) -> String {
        let text = text.replace("\r\n", "\n");
        let unprintable = |c: char| c.is_control() && c != '\n';
        self.within(field, text.trim(), most, unprintable)
    }

    /// A date that may be absent; an empty one counts as absent.
    pub fn date(&mut self, field: &str, text: Option<&str>) -> Option<Date> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        let date = text
            .parse::<Date>()
            .ok()
            // Elsewhere in time a year is a slip of the finger.
            .filter(|date| (2000..2200).contains(&date.year()));
        if date.is_none() {
            self.refuse(
                field,
                "This is not a date. Use year-month-day, for example 2026-07-01.",
            );
        }
        date
    }

    /// An amount that needs no rounding.
    pub fn amount(
        &mut self,
        field: impl Into<String>,
        text: &str,
        currency: Currency,
    ) -> Option<Amount> {
        let exact = |typed| {
            Amount::from_decimal_exact(typed, currency).map_err(|error| match error {
                MoneyError::TooManyDecimals { digits, .. } => {
                    format!("Use at most {digits} decimals for {currency}.")
                }
                error => error.to_string(),
            })
        };
        let typed = parse_decimal(text).map_err(|error| error.to_string());
        self.value(field, typed.and_then(exact))
    }

    /// The value, or a refusal in the words of its reader.
    pub fn value<T, E: Display>(
        &mut self,
        field: impl Into<String>,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|reason| self.refuse(field, reason.to_string()))
            .ok()
    }

    /// Goes on only if nothing was refused.
    ///
    /// # Errors
    /// Everything that was refused.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.into_refusal())
        }
    }

    /// What was refused, where something was.
    #[must_use]
    pub fn into_refusal(self) -> Error {
        Error::fields(self.0)
    }

    fn line(&mut self, field: &str, text: &str, most: usize) -> String {
        self.within(field, text.trim(), most, char::is_control)
    }

    fn within(
        &mut self,
        field: &str,
        text: &str,
        most: usize,
        refused: impl Fn(char) -> bool,
    ) -> String {
        if text.chars().count() > most {
            self.refuse(field, format!("Use at most {most} characters."));
        } else if text.contains(refused) {
            self.refuse(field, "This contains characters that cannot be printed.");
        }
        text.to_owned()
    }
}

/// Whether a text looks like an e-mail address. Only sending to it would tell for sure.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else {
        return false;
    };
    let dotted = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    !user.is_empty() && dotted && !host.contains('@') && !text.contains(char::is_whitespace)
}

/// The longest address that mail carries (RFC 5321).
pub const LONGEST_EMAIL: usize = 254;

/// What is said of a text that is no e-mail address.
pub const NO_EMAIL: &str = "This is not an e-mail address. It looks like accounts@example.com.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_mail_has_a_user_and_a_dotted_host() {
        for good in ["a@b.c", "accounts+x@mail.example.com"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["a", "@b.c", "a@b", "a@.b", "a@b.", "a b@c.d", "a@b@c.d"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn all_refusals_are_told_at_once() {
        let mut checks = Checks::default();
        checks.required("name", "  ", 10, "Enter a name.");
        checks.optional("website", Some("a\0b"), 10);
        checks.value("number", "x".parse::<u32>());
        let Err(error) = checks.finish() else {
            panic!("nothing was refused")
        };
        let fields: Vec<_> = error
            .field_errors()
            .iter()
            .map(|it| it.field.as_str())
            .collect();
        assert_eq!(fields, ["name", "website", "number"]);
    }

    #[test]
    fn texts_lose_the_spaces_around_them_and_count_letters_not_bytes() {
        let mut checks = Checks::default();
        assert_eq!(checks.required("name", " ÄÖÜ ", 3, ""), "ÄÖÜ");
        assert_eq!(checks.optional("email", Some("   "), 3), None);
        assert_eq!(checks.lines("address", "a\r\nb\n", 3), "a\nb");
        assert!(checks.finish().is_ok());
    }
}
