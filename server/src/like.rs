//! Patterns for `like … escape '\'` on stored texts in lower case, and these texts.

/// Characters, of up to four bytes each, in an index of Postgres, which takes some 2,700 bytes.
const LONGEST_INDEXED: usize = 500;

/// What a record is found by, as it is stored: in lower case, one a line. The program does it, because the engines disagree
/// on letters beyond ASCII.
#[must_use]
pub fn search_text<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join("\n").to_lowercase()
}

/// A text that is stored in an index, no longer than Postgres takes there.
#[must_use]
pub fn indexed(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST_INDEXED);
    end.map_or(text, |(end, _)| &text[..end])
}

/// What somebody typed, as it stands in stored texts; none for an empty text.
#[must_use]
pub fn typed(text: &str) -> Option<String> {
    // Postgres refuses a NUL, and no stored text has one.
    let text = text.trim().to_lowercase().replace('\0', "");
    (!text.is_empty()).then_some(text)
}

/// The pattern that finds a typed text anywhere; none for an empty text.
#[must_use]
pub fn containing(text: &str) -> Option<String> {
    let text = literal(text);
    (!text.is_empty()).then(|| format!("%{text}%"))
}

/// The pattern of texts that begin with a typed text.
#[must_use]
pub fn beginning(text: &str) -> String {
    format!("{}%", literal(text))
}

/// A typed text in lower case, its wildcards taken literally.
fn literal(text: &str) -> String {
    let mut pattern = String::new();
    for c in typed(text).unwrap_or_default().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_leaves_no_line() {
        assert_eq!(
            search_text([Some("Ärzte"), None, Some("SKU")]),
            "ärzte\nsku"
        );
    }

    #[test]
    fn what_is_indexed_is_cut_between_characters() {
        let long = "é".repeat(LONGEST_INDEXED + 1);
        assert_eq!(indexed(&long), "é".repeat(LONGEST_INDEXED));
        assert_eq!(indexed("Ä"), "Ä");
    }

    #[test]
    fn wildcards_are_taken_literally() {
        assert_eq!(containing(" 50%_A\\ ").as_deref(), Some(r"%50\%\_a\\%"));
        assert_eq!(containing("  "), None);
        assert_eq!(beginning("Ä\0"), "ä%");
    }
}
