//! Keeps secrets out of what a server says about a request that held them.

/// The secrets of one request, which its answer might echo.
pub(crate) struct Secrets<'a> {
    pub(crate) client_secret: &'a str,
    pub(crate) token: Option<&'a str>,
}

impl Secrets<'_> {
    /// `text` without them. To be called before a text is shortened, so that
    /// no half of a secret is left at the cut.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        [Some(self.client_secret), self.token]
            .into_iter()
            .flatten()
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| {
                text.replace(secret, "[hidden]")
            })
    }
}
