//! What the operator decides: each setting comes from a command-line flag, else an environment variable, else the file of
//! settings, else its default.
//!
//! - [`Declared`] is the one list of settings: flags, variables, file keys and help all come from it.
//! - A value that cannot be used is refused at the start with its name and where it came from; nothing is guessed.
//! - The master key has no flag and no file key: command lines and shared files are read by others.

mod data_folder;
mod declared;
mod error;
mod file;
mod given;
mod values;

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use jiff::Span;
use secrecy::SecretString;

use crate::{
    accounts::SessionTimes,
    alerts::WebhookHosts,
    app::Settings,
    http::{TrustedProxies, USUAL_RATE},
    mail::{Mail, MailServer},
};

pub use declared::{Declared, EVERYWHERE, SERVER, WITH_MAIL, WITH_PAX8};
pub use error::{ConfigError, Origin};
pub use given::{BillScope, Given, Scope, ServerScope, StoreScope, SyncScope};
pub use values::{ListenAddress, LogFormat};

/// The variable that holds the master key.
pub const MASTER_KEY_VARIABLE: &str = "ASCENT_MASTER_KEY";
/// The variable that holds the master key that takes its place.
pub const NEW_MASTER_KEY_VARIABLE: &str = "ASCENT_NEW_MASTER_KEY";

/// Every setting, ready to be used.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database's address. None: a file in the data folder.
    pub database_url: Option<String>,
    /// Where the program keeps its files.
    pub data_folder: PathBuf,
    /// Where the server listens.
    pub listen: ListenAddress,
    /// The address that people use, without a slash at its end. None: where the server listens.
    pub public_url: Option<String>,
    /// Whether browsers are told to use https for the subdomains of that address as well.
    pub hsts_subdomains: bool,
    /// How long people stay signed in.
    pub sessions: SessionTimes,
    /// The proxies that are believed whom a request is from.
    pub trusted_proxies: TrustedProxies,
    /// Where Pax8 answers.
    pub pax8_url: String,
    /// Between two scheduled syncs of one organization.
    pub sync_interval: Span,
    /// How mail is sent. None: not at all.
    pub mail: Option<Mail>,
    /// Hosts within the operator's own network that alerts may be sent to.
    pub webhook_hosts: WebhookHosts,
    /// Requests a minute from one address, or with one token or session. None: any number.
    pub request_rate: Option<NonZeroU32>,
    /// The fonts of invoices. None: the built-in ones.
    pub invoice_fonts: Option<invoice_pdf::Fonts>,
    /// The master key in base64. None: a file in the data folder.
    pub master_key: Option<SecretString>,
    /// The key that takes its place, in base64. None: it stays.
    pub new_master_key: Option<SecretString>,
    /// What is logged, as a filter of `tracing`. None: it depends on the command.
    pub log: Option<String>,
    /// How it is written.
    pub log_format: LogFormat,
}

impl Config {
    /// Reads every setting from what the command was given, the environment, and the file.
    ///
    /// # Errors
    /// When a value cannot be used, or the file cannot be read.
    pub fn resolve(given: &Given) -> Result<Self, ConfigError> {
        let file = given
            .file()
            .map(|path| file::read(Path::new(path)))
            .transpose()?;
        let layers = given::Layers { given, file };
        let interval = layers.parse(&declared::SYNC_INTERVAL, values::sync_interval)?;
        Ok(Self {
            database_url: layers.parse(&declared::DATABASE_URL, values::database_url)?,
            data_folder: match layers.parse(&declared::DATA_DIR, values::folder)? {
                Some(folder) => folder,
                None => data_folder::default()?,
            },
            listen: layers
                .parse(&declared::LISTEN, values::listen)?
                .unwrap_or_default(),
            public_url: layers.parse(&declared::PUBLIC_URL, values::public_url)?,
            hsts_subdomains: layers
                .parse(&declared::HSTS_SUBDOMAINS, values::on_or_off)?
                .unwrap_or_default(),
            sessions: sessions(&layers)?,
            trusted_proxies: layers
                .parse(&declared::TRUSTED_PROXIES, str::parse)?
                .unwrap_or_default(),
            pax8_url: layers
                .parse(&declared::PAX8_URL, values::pax8_url)?
                .unwrap_or_else(|| pax8::ClientConfig::PAX8_URL.to_owned()),
            sync_interval: interval.unwrap_or_else(Settings::sync_interval),
            mail: mail(&layers)?,
            webhook_hosts: layers
                .parse(&declared::WEBHOOK_HOSTS, WebhookHosts::parse)?
                .unwrap_or_default(),
            request_rate: layers
                .parse(&declared::REQUEST_RATE, values::request_rate)?
                .unwrap_or(Some(USUAL_RATE)),
            invoice_fonts: layers.parse(&declared::INVOICE_FONTS, values::fonts)?,
            master_key: key(MASTER_KEY_VARIABLE),
            new_master_key: key(NEW_MASTER_KEY_VARIABLE),
            log: layers.parse(&declared::LOG, values::log_filter)?,
            log_format: layers
                .parse(&declared::LOG_FORMAT, values::log_format)?
                .unwrap_or_default(),
        })
    }

    /// The settings of a rehearsal: nothing of the environment, so that it cannot reach anything real. Mail becomes files.
    #[must_use]
    pub fn apart(data_folder: PathBuf, listen: ListenAddress, pax8_url: String) -> Self {
        Self {
            database_url: None,
            listen,
            public_url: None,
            hsts_subdomains: false,
            sessions: SessionTimes::default(),
            trusted_proxies: TrustedProxies::default(),
            pax8_url,
            sync_interval: Settings::sync_interval(),
            mail: values::mail_from("billing@ridgeline-it.example")
                .ok()
                .map(|from| Mail {
                    server: MailServer::Folder(data_folder.join("mail")),
                    from,
                }),
            webhook_hosts: WebhookHosts::default(),
            request_rate: Some(USUAL_RATE),
            invoice_fonts: None,
            master_key: None,
            new_master_key: None,
            data_folder,
            log: None,
            log_format: LogFormat::Text,
        }
    }

    /// The database's address, given or within the data folder.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| db::SqliteFile::at(self.data_folder.join("ascent.db")).url())
    }

    /// Where the master key is kept when the environment does not hold it.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.data_folder.join("master.key")
    }
}

fn sessions(layers: &given::Layers<'_>) -> Result<SessionTimes, ConfigError> {
    let usual = SessionTimes::default();
    let lifetime = layers.parse(&declared::SESSION_LIFETIME, values::session_time)?;
    let idle = layers.parse(&declared::SESSION_IDLE, values::session_time)?;
    Ok(SessionTimes {
        lifetime: lifetime.unwrap_or(usual.lifetime),
        idle: idle.unwrap_or(usual.idle),
    })
}

/// Both settings or none: mail without a sender, or the other way round, is a slip.
fn mail(layers: &given::Layers<'_>) -> Result<Option<Mail>, ConfigError> {
    let server = layers.parse(&declared::SMTP_URL, MailServer::parse)?;
    let from = layers.parse(&declared::MAIL_FROM, values::mail_from)?;
    let alone = |setting: &Declared, other: &Declared| ConfigError::Alone {
        key: setting.key,
        other: other.key,
        reason: "Mail needs the server and the address that it comes from: give both, or neither.",
    };
    match (server, from) {
        (Some(server), Some(from)) => Ok(Some(Mail { server, from })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(alone(&declared::SMTP_URL, &declared::MAIL_FROM)),
        (None, Some(_)) => Err(alone(&declared::MAIL_FROM, &declared::SMTP_URL)),
    }
}

fn key(variable: &str) -> Option<SecretString> {
    let text = std::env::var(variable).ok();
    text.filter(|text| !text.trim().is_empty())
        .map(SecretString::from)
}
