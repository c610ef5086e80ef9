//! Keeps secrets out of what a server says about a request that held them.

/// The secrets of one request, which its answer might echo.
pub(crate) struct Secrets<'a> {
    pub(crate) client_secret: &'a str,
    pub(crate) token: Option<&'a str>,
}

impl Secrets<'_> {
    /// What `text` says, for people: one line without secrets and control
    /// characters, shortened, nothing if empty.
    pub(crate) fn line_of(&self, text: &str, longest: usize) -> Option<String> {
        let text = self.hidden_in(text);
        let words = text.split_whitespace().take(longest);
        let mut line = words.collect::<Vec<_>>().join(" ");
        line.retain(|character| !character.is_control());
        // Again: what stood between the halves of a secret may have gone. And
        // before the cut, so that no half of one is left there.
        let line: String = self.hidden_in(&line).chars().take(longest).collect();
        (!line.is_empty()).then_some(line)
    }

    fn hidden_in(&self, text: &str) -> String {
        [Some(self.client_secret), self.token]
            .into_iter()
            .flatten()
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| {
                text.replace(secret, "[hidden]")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRETS: Secrets<'static> = Secrets {
        client_secret: "s3cret",
        token: Some("t0ken"),
    };

    #[test]
    fn a_secret_does_not_come_together_when_what_parts_it_goes() {
        for text in [
            "s3cret",
            "s3c\0\0ret",
            "s3\u{7}cret and t0\u{85}ken",
            "t0ken\n s3cret",
        ] {
            let line = SECRETS.line_of(text, 120).unwrap();
            assert!(
                !line.contains("s3cret") && !line.contains("t0ken"),
                "{line}"
            );
        }
    }

    #[test]
    fn no_half_of_a_secret_is_left_at_the_cut() {
        for filling in 110..122 {
            let text = format!("{}s3cret t0ken", "x".repeat(filling));
            let line = SECRETS.line_of(&text, 120).unwrap();
            assert!(!line.contains("s3") && !line.contains("t0"), "{line}");
        }
    }

    #[test]
    fn what_is_said_is_one_short_line_or_nothing() {
        let text = format!("<html>\n\n<h1>Bad\tgateway</h1>\u{0}{}", "é".repeat(500));
        let line = SECRETS.line_of(&text, 120).unwrap();
        assert!(line.starts_with("<html> <h1>Bad gateway</h1>é"));
        assert_eq!(line.chars().count(), 120);
        assert_eq!(SECRETS.line_of(" \n \0", 120), None);
    }
}
