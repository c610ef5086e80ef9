//! Reading the values of settings. Each reader says what to write instead.

use std::{fmt, num::NonZeroU32, path::PathBuf};

use jiff::{SignedDuration, Span};
use tracing_subscriber::EnvFilter;

use crate::checks::is_email;

/// The shortest and the longest wait between two syncs.
const INTERVALS: (SignedDuration, SignedDuration) = (
    SignedDuration::from_mins(1),
    SignedDuration::from_hours(31 * 24),
);

/// The shortest and the longest of a session. "Last seen" is kept to five minutes.
const SESSIONS: (SignedDuration, SignedDuration) = (
    SignedDuration::from_mins(15),
    SignedDuration::from_hours(31 * 24),
);

/// A host or address and a port, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenAddress(String);

impl Default for ListenAddress {
    /// This machine only, port 8080.
    fn default() -> Self {
        Self("127.0.0.1:8080".to_owned())
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        listen(text)
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

pub(super) fn listen(text: &str) -> Result<ListenAddress, String> {
    let good = text
        .trim()
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if good {
        Ok(ListenAddress(text.trim().to_owned()))
    } else {
        Err("write an address and a port, such as 127.0.0.1:8080".to_owned())
    }
}

pub(super) fn database_url(text: &str) -> Result<String, String> {
    let schemes = ["sqlite:", "postgres://", "postgresql://"];
    let known = schemes.iter().any(|scheme| {
        text.strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    });
    if known {
        Ok(text.to_owned())
    } else {
        Err("write sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME".to_owned())
    }
}

pub(super) fn folder(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() {
        return Err("write the path of a folder".to_owned());
    }
    std::path::absolute(text).map_err(|error| error.to_string())
}

/// The built-in fonts, and those of the files for what they lack.
pub(super) fn fonts(text: &str) -> Result<invoice_pdf::Fonts, String> {
    let mut fonts = invoice_pdf::Fonts::built_in();
    for path in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        let added = fonts.with_fallback(bytes);
        fonts = added.map_err(|_| {
            format!("{path} is no font that may be embedded; write the path of a .ttf, .otf or .ttc file")
        })?;
    }
    Ok(fonts)
}

pub(super) fn public_url(text: &str) -> Result<String, String> {
    let url = text.trim().trim_end_matches('/');
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ', '@']) => {
            Ok(url.to_owned())
        }
        _ => Err("write an address without a path, such as https://billing.example.com".to_owned()),
    }
}

pub(super) fn on_or_off(text: &str) -> Result<bool, String> {
    match text.trim() {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("write on or off".to_owned()),
    }
}

pub(super) fn pax8_url(text: &str) -> Result<String, String> {
    let nobody = pax8::Credentials::new("nobody", "nothing");
    let config =
        pax8::ClientConfig::new(nobody, pax8::RateBudget::default()).with_base_url(text.trim());
    match pax8::Client::new(config) {
        Ok(_) => Ok(text.trim().trim_end_matches('/').to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn sync_interval(text: &str) -> Result<Span, String> {
    within(text, INTERVALS)
        .and_then(|interval| Span::try_from(interval).ok())
        .ok_or_else(|| "write hours and minutes, such as 4h or 90m, from 1m to 744h".to_owned())
}

pub(super) fn session_time(text: &str) -> Result<SignedDuration, String> {
    within(text, SESSIONS)
        .ok_or_else(|| "write hours and minutes, such as 12h or 30m, from 15m to 744h".to_owned())
}

fn within(
    text: &str,
    (shortest, longest): (SignedDuration, SignedDuration),
) -> Option<SignedDuration> {
    let time: Option<SignedDuration> = text.trim().parse().ok();
    time.filter(|time| (shortest..=longest).contains(time))
}

/// Requests a minute; 0 is any number.
pub(super) fn request_rate(text: &str) -> Result<Option<NonZeroU32>, String> {
    let rate: u32 = text
        .trim()
        .parse()
        .map_err(|_| "write a whole number of requests a minute, 0 for no limit".to_owned())?;
    Ok(NonZeroU32::new(rate))
}

pub(super) fn mail_from(text: &str) -> Result<lettre::Address, String> {
    let text = text.trim();
    let address = text.parse().ok().filter(|_| is_email(text));
    address.ok_or_else(|| "write an address such as billing@example.com, without a name".to_owned())
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    match EnvFilter::builder().parse(text) {
        Ok(_) if !text.trim().is_empty() => Ok(text.to_owned()),
        _ => Err("write a level (error, warn, info, debug, trace), or levels by module such as info,ascent=debug".to_owned()),
    }
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text.trim() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("write text or json".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_hours_and_minutes_within_a_month() {
        let seconds = |text| {
            let span = sync_interval(text).ok()?;
            span.total(jiff::Unit::Second).ok()
        };
        assert_eq!(seconds("4h"), Some(14_400.0));
        assert_eq!(seconds("1h 30m"), Some(5_400.0));
        assert_eq!(seconds("PT90M"), Some(5_400.0));
        for refused in ["", "4", "4 parsecs", "10s", "745h", "-4h", "4d"] {
            assert!(sync_interval(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn sessions_live_from_a_quarter_of_an_hour_to_a_month() {
        assert_eq!(session_time("30m"), Ok(SignedDuration::from_mins(30)));
        assert_eq!(session_time("12h"), Ok(SignedDuration::from_hours(12)));
        for refused in ["", "0", "14m", "745h", "-12h"] {
            assert!(session_time(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn addresses_to_listen_on_name_a_port() {
        for good in [
            "127.0.0.1:0",
            "localhost:8080",
            "[::1]:8080",
            " 0.0.0.0:80 ",
        ] {
            assert!(listen(good).is_ok(), "{good}");
        }
        for refused in [
            "",
            "8080",
            ":8080",
            "localhost",
            "localhost:http",
            "1.2.3.4:70000",
        ] {
            assert!(listen(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn public_urls_are_origins() {
        assert_eq!(
            public_url("https://a.example/").unwrap(),
            "https://a.example"
        );
        for refused in [
            "a.example",
            "ftp://a.example",
            "https://",
            "https://a.example/x",
        ] {
            assert!(public_url(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_switch_is_on_or_off() {
        assert_eq!(on_or_off("on"), Ok(true));
        assert_eq!(on_or_off(" off "), Ok(false));
        assert!(on_or_off("").is_err() && on_or_off("yes").is_err());
    }

    #[test]
    fn a_database_is_a_file_or_a_server() {
        assert!(database_url("sqlite:/tmp/a.db").is_ok());
        assert!(database_url("postgres://u:p@h/n").is_ok());
        assert!(database_url("mysql://h/n").is_err());
        assert!(database_url("sqlite:").is_err());
    }

    #[test]
    fn a_pax8_address_must_be_safe_to_send_a_secret_to() {
        assert!(pax8_url("https://api.pax8.com").is_ok());
        assert!(pax8_url("http://127.0.0.1:4010/").is_ok());
        assert!(pax8_url("http://api.pax8.com").is_err());
    }

    #[test]
    fn filters_and_formats_of_the_log() {
        assert!(log_filter("info,ascent=debug").is_ok());
        assert!(log_filter("ascent=loud").is_err());
        assert!(log_format("xml").is_err());
    }
}
