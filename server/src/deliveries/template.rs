//! The organization's own words for a mail, with placeholders.

use std::{fmt, str::FromStr};

/// Words with placeholders, such as `Invoice {number} from {organization}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTemplate(String);

/// The placeholders, in the order of [`Filling`].
const NAMES: [&str; 6] = [
    "number",
    "client",
    "total",
    "due_date",
    "period",
    "organization",
];

/// What stands in for the placeholders; what an invoice does not have is empty.
pub(super) struct Filling<'a>(pub [&'a str; NAMES.len()]);

impl FromStr for MailTemplate {
    type Err = String;

    /// Reads words whose placeholders all exist; says which does not.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut refused = None;
        walk(text, |piece| {
            if let Piece::Placeholder(name) = piece
                && !NAMES.contains(&name)
            {
                refused.get_or_insert(name.to_owned());
            }
        });
        match refused {
            Some(name) => {
                let names: Vec<_> = NAMES.iter().map(|name| format!("{{{name}}}")).collect();
                Err(format!(
                    "{{{name}}} is no placeholder. There are {}.",
                    names.join(", ")
                ))
            }
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for MailTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl MailTemplate {
    /// The words for one invoice. What stands in is not looked through for placeholders again.
    pub(super) fn fill(&self, filling: &Filling<'_>) -> String {
        let mut filled = String::new();
        walk(&self.0, |piece| match piece {
            Piece::Words(words) => filled.push_str(words),
            Piece::Placeholder(name) => {
                let found = NAMES
                    .iter()
                    .zip(filling.0)
                    .find(|(known, _)| **known == name);
                filled.push_str(found.map_or("", |(_, value)| value));
            }
        });
        filled
    }
}

enum Piece<'a> {
    Words(&'a str),
    Placeholder(&'a str),
}

/// Goes through the pieces of a text. A brace that none closes is a brace.
fn walk<'a>(mut text: &'a str, mut each: impl FnMut(Piece<'a>)) {
    while let Some((before, rest)) = text.split_once('{') {
        let Some((name, after)) = rest.split_once('}') else {
            break;
        };
        each(Piece::Words(before));
        each(Piece::Placeholder(name));
        text = after;
    }
    each(Piece::Words(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_must_exist() {
        let filling = Filling(["INV-1", "{total}", "$5.00", "", "", "Us"]);
        let filled = |text: &str| text.parse::<MailTemplate>().map(|it| it.fill(&filling));
        assert_eq!(
            filled("{number} for {client}: {total} by {due_date}, {organization} {").unwrap(),
            "INV-1 for {total}: $5.00 by , Us {"
        );
        let refused = filled("{number} {amount}").unwrap_err();
        assert!(
            refused.starts_with("{amount} is no placeholder. There are {number}, "),
            "{refused}"
        );
    }
}
