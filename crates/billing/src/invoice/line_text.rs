//! How the lines of subscriptions are worded.

use std::fmt;
use std::str::FromStr;

/// The words of a line with placeholders, such as `{product} from {vendor}, {period}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineText(String);

/// A text that cannot word a line. Prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineTextError {
    /// Lines could not be told apart.
    #[error("Put in {{product}}, so that the lines can be told apart.")]
    NoProduct,
    /// A placeholder that does not exist.
    #[error(
        "{{{0}}} is no placeholder. There are {{product}}, {{vendor}}, {{sku}}, {{term}}, {{period}}, {{quantity}} and {{change}}."
    )]
    Unknown(String),
    /// A brace that is never closed.
    #[error("A brace is opened and never closed.")]
    Unclosed,
}

/// What stands in for the placeholders.
pub(super) struct LineWords<'a> {
    pub product: &'a str,
    pub vendor: &'a str,
    pub sku: &'a str,
    pub term: String,
    pub period: String,
    pub quantity: String,
    pub change: String,
}

const NAMES: [&str; 7] = [
    "product", "vendor", "sku", "term", "period", "quantity", "change",
];

impl LineWords<'_> {
    fn of(&self, name: &str) -> &str {
        match name {
            "product" => self.product,
            "vendor" => self.vendor,
            "sku" => self.sku,
            "term" => &self.term,
            "period" => &self.period,
            "quantity" => &self.quantity,
            "change" => &self.change,
            _ => "",
        }
    }
}

impl FromStr for LineText {
    type Err = LineTextError;

    fn from_str(text: &str) -> Result<Self, LineTextError> {
        let mut product = false;
        for piece in text.split('{').skip(1) {
            let (name, _) = piece.split_once('}').ok_or(LineTextError::Unclosed)?;
            if !NAMES.contains(&name) {
                return Err(LineTextError::Unknown(name.to_owned()));
            }
            product |= name == "product";
        }
        if product {
            Ok(Self(text.trim().to_owned()))
        } else {
            Err(LineTextError::NoProduct)
        }
    }
}

impl fmt::Display for LineText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl LineText {
    /// The text with its placeholders filled. What is not known leaves no empty brackets and no dash at the end.
    pub(super) fn filled(&self, words: &LineWords<'_>) -> String {
        let mut pieces = self.0.split('{');
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            text.push_str(words.of(name));
            text.push_str(rest);
        }
        let text = text.replace("()", "").replace("[]", "");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let loose = [' ', ',', ';', ':', '-', '–', '—', '·'];
        text.replace(" ,", ",").trim_matches(loose).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> LineWords<'static> {
        LineWords {
            product: "Cloud Office",
            vendor: "",
            sku: "CO-1",
            term: "one month".to_owned(),
            period: "2026-03-01 to 2026-03-31".to_owned(),
            quantity: "5".to_owned(),
            change: String::new(),
        }
    }

    #[test]
    fn placeholders_are_filled_and_what_is_unknown_leaves_nothing_behind() {
        let filled = |text: &str| text.parse::<LineText>().unwrap().filled(&words());
        assert_eq!(
            filled("{product} ({sku}), {period}"),
            "Cloud Office (CO-1), 2026-03-01 to 2026-03-31"
        );
        assert_eq!(
            filled("{vendor}: {product} ({vendor}) – {change}"),
            "Cloud Office"
        );
        assert_eq!(filled("Licence {product}"), "Licence Cloud Office");
    }

    #[test]
    fn a_slip_is_named() {
        let refused = |text: &str| text.parse::<LineText>().unwrap_err().to_string();
        assert!(
            refused("{prodct}").starts_with("{prodct} is no placeholder. There are {product},")
        );
        assert_eq!(refused("{product"), "A brace is opened and never closed.");
        assert!(refused("Licences").contains("{product}"));
    }
}
