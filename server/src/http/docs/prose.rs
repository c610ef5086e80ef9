//! Text of the document as paragraphs, with what stands between backquotes as code.

use serde_json::Value;

/// A paragraph, piece by piece.
pub(super) type Paragraph = Vec<Piece>;

/// A run of words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Whether it is code.
    pub code: bool,
    /// The words.
    pub text: String,
}

/// The paragraphs of a description; none where there is none.
pub(super) fn paragraphs(text: &Value) -> Vec<Paragraph> {
    let text = text.as_str().unwrap_or_default();
    text.split("\n\n")
        .filter(|it| !it.trim().is_empty())
        .map(paragraph)
        .collect()
}

/// One paragraph.
pub(super) fn paragraph(text: &str) -> Paragraph {
    let pieces = text.split('`').enumerate();
    pieces
        .filter(|(_, text)| !text.is_empty())
        .map(|(at, text)| Piece {
            code: at % 2 == 1,
            text: text.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stands_between_backquotes() {
        let read = paragraph("Use `next_cursor` again");
        let read: Vec<(bool, &str)> = read.iter().map(|it| (it.code, &*it.text)).collect();
        assert_eq!(
            read,
            [(false, "Use "), (true, "next_cursor"), (false, " again")]
        );
    }
}
