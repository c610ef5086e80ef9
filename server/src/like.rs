//! Patterns for `like … escape '\'` on stored texts in lower case.

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
    // Postgres refuses a NUL, and no stored text has one.
    for c in text.trim().to_lowercase().chars().filter(|c| *c != '\0') {
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
    fn wildcards_are_taken_literally() {
        assert_eq!(containing(" 50%_A\\ ").as_deref(), Some(r"%50\%\_a\\%"));
        assert_eq!(containing("  "), None);
        assert_eq!(beginning("Ä\0"), "ä%");
    }
}
