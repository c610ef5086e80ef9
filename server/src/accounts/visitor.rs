//! Somebody at the door: what is known of them before they say who they are.

use std::net::IpAddr;

/// Somebody at the door.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// Where from.
    pub remote: Option<IpAddr>,
    /// What they came with, in words: `Firefox on Windows`; empty: it did not say.
    pub device: String,
    /// What the browser keeps to be known again.
    pub browser: Option<String>,
}

impl Visitor {
    /// Where from, as it is stored.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.remote.map(|address| address.to_string())
    }
}

/// What a browser says of itself, in a few words.
#[must_use]
pub fn device(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(mark, _)| user_agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    // Each calls itself by the names of those before it as well: the most particular mark comes first.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_browser_is_told_by_what_it_says_of_itself() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (said, told) in [
            (
                format!(
                    "Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/149.0 Safari/537.36 Edg/149.0"
                ),
                "Edge on Windows",
            ),
            (
                format!("Mozilla/5.0 (X11; Linux x86_64) {webkit} Chrome/149.0 Safari/537.36"),
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Macintosh) AppleWebKit/605.1 Version/26.0 Safari/605.1".to_owned(),
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (Android 16; Mobile) Gecko/150.0 Firefox/150.0".to_owned(),
                "Firefox on Android",
            ),
            ("curl/8".to_owned(), ""),
        ] {
            assert_eq!(device(&said), told);
        }
    }
}
