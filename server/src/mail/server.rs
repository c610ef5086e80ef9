//! Where mail is handed over, as the operator writes it.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

/// Where mail is handed over.
#[derive(Debug, Clone)]
pub enum MailServer {
    /// To a mail server.
    Smtp(SmtpServer),
    /// Nowhere: each letter becomes a file in this folder.
    Folder(PathBuf),
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    /// Its name, or its address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept from others.
    pub security: Security,
    /// User and password, if it asks for them.
    pub credentials: Option<(String, SecretString)>,
    /// How long it may take until it takes the letter, and as long again until it answers.
    pub patience: Duration,
}

/// How a connection to a mail server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Encrypted from the first byte.
    Tls,
    /// Encrypted before anything is said; not used at all if the server offers no encryption.
    StartTls,
    /// Not encrypted.
    Plain,
}

/// Slow servers check a letter before they answer.
const PATIENCE: Duration = Duration::from_secs(60);
const USAGE: &str = "write smtps://USER:PASSWORD@HOST, smtp://USER:PASSWORD@HOST:587 or file:FOLDER; characters with a meaning \
    in addresses (such as @ / # ?) are written %40 %2F %23 %3F in user and password";

impl MailServer {
    /// Reads `smtps://USER:PASSWORD@HOST:465`, `smtp://HOST:587`, or `file:FOLDER`.
    ///
    /// # Errors
    /// What to write instead, without what was written: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(folder) = text.strip_prefix("file:") {
            let folder = folder.strip_prefix("//").unwrap_or(folder);
            if folder.is_empty() {
                return Err(USAGE.to_owned());
            }
            let folder = std::path::absolute(folder).map_err(|error| error.to_string())?;
            return Ok(Self::Folder(folder));
        }
        let url = Url::parse(text).map_err(|_| USAGE.to_owned())?;
        smtp(&url).map(Self::Smtp).ok_or_else(|| USAGE.to_owned())
    }
}

fn smtp(url: &Url) -> Option<SmtpServer> {
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let clear = match url.query() {
        None => false,
        Some("tls=none") => true,
        Some(_) => return None,
    };
    let (security, port) = match url.scheme() {
        "smtps" if !clear => (Security::Tls, 465),
        "smtp" if clear || is_loopback(&host) => (Security::Plain, 587),
        "smtp" => (Security::StartTls, 587),
        _ => return None,
    };
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return None;
    }
    let decoded = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
    let credentials = match (url.username(), url.password()) {
        ("", None) => None,
        (user, Some(password)) if !user.is_empty() => {
            Some((decoded(user)?, SecretString::from(decoded(password)?)))
        }
        _ => return None,
    };
    Some(SmtpServer {
        host,
        port: url.port().unwrap_or(port),
        security,
        credentials,
        patience: PATIENCE,
    })
}

/// Whether nobody else can listen on the way.
fn is_loopback(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(ip)) => ip.is_loopback(),
        _ => host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn read(text: &str) -> SmtpServer {
        match MailServer::parse(text) {
            Ok(MailServer::Smtp(server)) => server,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_server_is_encrypted_unless_nobody_can_listen_or_the_operator_says_so() {
        for (text, security, port) in [
            ("smtps://mail.example", Security::Tls, 465),
            ("smtps://mail.example:2465", Security::Tls, 2465),
            ("smtp://mail.example", Security::StartTls, 587),
            ("smtp://mail.example:25?tls=none", Security::Plain, 25),
            ("smtp://localhost:2525", Security::Plain, 2525),
            ("smtp://127.0.0.1:2525", Security::Plain, 2525),
            ("smtp://[::1]:2525", Security::Plain, 2525),
            ("smtp://10.0.0.1", Security::StartTls, 587),
            ("smtp://localhost.evil.example", Security::StartTls, 587),
        ] {
            let server = read(text);
            assert_eq!((server.security, server.port), (security, port), "{text}");
        }
        assert_eq!(read("smtp://[::1]:2525").host, "::1");
    }

    #[test]
    fn user_and_password_may_have_any_character() {
        let server = read("smtps://desk%40msp.example:p%2Fa%3Ass%23@mail.example");
        let (user, password) = server.credentials.clone().unwrap();
        assert_eq!(user, "desk@msp.example");
        assert_eq!(password.expose_secret(), "p/a:ss#");
        assert!(!format!("{server:?}").contains("p/a:ss#"));
        assert!(read("smtp://mail.example").credentials.is_none());
    }

    #[test]
    fn anything_else_is_refused_without_repeating_it() {
        for text in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://user:secret/word@mail.example",
            "smtp://user@mail.example",
            "smtps://mail.example?tls=none",
            "smtp://mail.example?tls=no",
            "smtp://mail.example/path",
            "file:",
        ] {
            let refusal = MailServer::parse(text).unwrap_err();
            assert!(!refusal.contains("secret"), "{refusal}");
        }
    }

    #[test]
    fn a_folder_is_a_path() {
        for text in ["file:/var/mail/out", "file:///var/mail/out"] {
            let Ok(MailServer::Folder(path)) = MailServer::parse(text) else {
                panic!("{text}")
            };
            assert_eq!(path, PathBuf::from("/var/mail/out"));
        }
    }
}
