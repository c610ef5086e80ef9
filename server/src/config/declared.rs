//! The list of settings.

/// A setting: its names, and what `--help` says of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its key in the file.
    pub key: &'static str,
    /// Its flag: the key with dashes.
    pub flag: &'static str,
    /// Its environment variable.
    pub variable: &'static str,
    /// What stands for its value in the help.
    pub value: &'static str,
    /// What it is for, with its default.
    pub help: &'static str,
    /// Whether its value may hold a password, and so is never shown.
    pub secret: bool,
}

const fn setting(
    key: &'static str,
    flag: &'static str,
    variable: &'static str,
    value: &'static str,
    help: &'static str,
) -> Declared {
    Declared {
        key,
        flag,
        variable,
        value,
        help,
        secret: false,
    }
}

pub(super) const CONFIG: Declared = setting(
    "config",
    "config",
    "ASCENT_CONFIG",
    "FILE",
    "A file of settings in TOML; its keys are these flags with underscores [default: none]",
);
pub(super) const DATABASE_URL: Declared = Declared {
    secret: true,
    ..setting(
        "database_url",
        "database-url",
        "ASCENT_DATABASE_URL",
        "URL",
        "The database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [default: the file ascent.db in the data folder]",
    )
};
pub(super) const DATA_DIR: Declared = setting(
    "data_dir",
    "data-dir",
    "ASCENT_DATA_DIR",
    "DIR",
    "Where the database file and the master key are kept [default: the platform's data folder]",
);
pub(super) const LISTEN: Declared = setting(
    "listen",
    "listen",
    "ASCENT_LISTEN",
    "ADDR",
    "Where the server listens; port 0 takes a free one [default: 127.0.0.1:8080]",
);
pub(super) const PUBLIC_URL: Declared = setting(
    "public_url",
    "public-url",
    "ASCENT_PUBLIC_URL",
    "URL",
    "The address that people use; https makes cookies secure [default: where the server listens]",
);
pub(super) const HSTS_SUBDOMAINS: Declared = setting(
    "hsts_subdomains",
    "hsts-subdomains",
    "ASCENT_HSTS_SUBDOMAINS",
    "on|off",
    "With an https address: whether browsers use https for all of its subdomains as well [default: off]",
);
pub(super) const SESSION_LIFETIME: Declared = setting(
    "session_lifetime",
    "session-lifetime",
    "ASCENT_SESSION_LIFETIME",
    "SPAN",
    "After which people sign in again, however busy they are [default: 12h]",
);
pub(super) const SESSION_IDLE: Declared = setting(
    "session_idle",
    "session-idle",
    "ASCENT_SESSION_IDLE",
    "SPAN",
    "After which people sign in again who did nothing, to five minutes [default: 4h]",
);
pub(super) const TRUSTED_PROXIES: Declared = setting(
    "trusted_proxies",
    "trusted-proxies",
    "ASCENT_TRUSTED_PROXIES",
    "ADDRESSES",
    "Proxies whose X-Forwarded-For is believed: addresses and networks such as 10.0.0.0/8, with commas between [default: none]",
);
pub(super) const PAX8_URL: Declared = setting(
    "pax8_url",
    "pax8-url",
    "ASCENT_PAX8_URL",
    "URL",
    "Where Pax8 answers [default: https://api.pax8.com]",
);
pub(super) const SYNC_INTERVAL: Declared = setting(
    "sync_interval",
    "sync-interval",
    "ASCENT_SYNC_INTERVAL",
    "SPAN",
    "Between two scheduled syncs of an organization [default: 4h]",
);
pub(super) const SMTP_URL: Declared = Declared {
    secret: true,
    ..setting(
        "smtp_url",
        "smtp-url",
        "ASCENT_SMTP_URL",
        "URL",
        "The mail server: smtps://USER:PASSWORD@HOST:465, or smtp://USER:PASSWORD@HOST:587, which is encrypted with STARTTLS unless it is \
        this machine or ends in ?tls=none; file:DIR writes mail into a folder instead [default: no mail is sent]",
    )
};
pub(super) const MAIL_FROM: Declared = setting(
    "mail_from",
    "mail-from",
    "ASCENT_MAIL_FROM",
    "ADDRESS",
    "The address that mail comes from; answers go to the organization's [default: no mail is sent]",
);
pub(super) const REQUEST_RATE: Declared = setting(
    "request_rate",
    "request-rate",
    "ASCENT_REQUEST_RATE",
    "NUMBER",
    "Requests a minute that one address, token or session may send to a process; 0: any number [default: 3000]",
);
pub(super) const WEBHOOK_HOSTS: Declared = setting(
    "webhook_hosts",
    "webhook-hosts",
    "ASCENT_WEBHOOK_HOSTS",
    "HOSTS",
    "Hosts within your own network that organizations may send alerts to, http included, such as hooks.lan,10.0.0.5:8443 [default: none; \
    alerts go to public addresses with https only]",
);
pub(super) const INVOICE_FONTS: Declared = setting(
    "invoice_fonts",
    "invoice-fonts",
    "ASCENT_INVOICE_FONTS",
    "FILES",
    "Fonts for scripts that the built-in ones lack, such as Chinese: .ttf, .otf or .ttc files with commas between [default: none]",
);
pub(super) const LOG: Declared = setting(
    "log",
    "log",
    "ASCENT_LOG",
    "FILTER",
    "What is logged: a level, or levels by module such as info,ascent=debug [default: info; warn for commands that end by themselves]",
);
pub(super) const LOG_FORMAT: Declared = setting(
    "log_format",
    "log-format",
    "ASCENT_LOG_FORMAT",
    "FORMAT",
    "How it is logged: text or json [default: text]",
);

/// The settings of every command that opens the database.
pub const EVERYWHERE: &[&Declared] = &[&CONFIG, &DATABASE_URL, &DATA_DIR, &LOG, &LOG_FORMAT];

/// The settings of commands that also talk to Pax8.
pub const WITH_PAX8: &[&Declared] = &[
    &CONFIG,
    &DATABASE_URL,
    &DATA_DIR,
    &PAX8_URL,
    &LOG,
    &LOG_FORMAT,
];

/// The settings of commands that make invoices, which may be sent.
pub const WITH_MAIL: &[&Declared] = &[
    &CONFIG,
    &DATABASE_URL,
    &DATA_DIR,
    &SMTP_URL,
    &MAIL_FROM,
    &INVOICE_FONTS,
    &LOG,
    &LOG_FORMAT,
];

/// Every setting.
pub const SERVER: &[&Declared] = &[
    &CONFIG,
    &DATABASE_URL,
    &DATA_DIR,
    &LISTEN,
    &PUBLIC_URL,
    &HSTS_SUBDOMAINS,
    &SESSION_LIFETIME,
    &SESSION_IDLE,
    &TRUSTED_PROXIES,
    &PAX8_URL,
    &SYNC_INTERVAL,
    &SMTP_URL,
    &MAIL_FROM,
    &WEBHOOK_HOSTS,
    &REQUEST_RATE,
    &INVOICE_FONTS,
    &LOG,
    &LOG_FORMAT,
];
