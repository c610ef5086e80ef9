//! What every request, job and command has at hand.

use std::sync::Arc;

use db::Database;
use jiff::Span;

use crate::{
    accounts::{Passwords, SessionTimes},
    alerts::WebhookHosts,
    clock::Clock,
    http::{Limits, TrustedProxies},
    jobs::Wake,
    mail::Mail,
    metrics::Metrics,
    pax8::connection::RateBudgets,
    secrets::Vault,
};

/// The program's parts. Cloning shares them.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// The database.
    pub database: Database,
    /// Now.
    pub clock: Clock,
    /// Seals and opens stored credentials.
    pub vault: Vault,
    /// Works out passwords.
    pub passwords: Passwords,
    /// What the operator decided.
    pub settings: Settings,
    /// How many requests may leave for Pax8.
    pub pax8_budgets: RateBudgets,
    /// How much is taken on at once.
    pub limits: Limits,
    /// Wakes the workers of this process when a job was enqueued.
    pub wake: Wake,
    /// What this process measures of itself.
    pub metrics: Metrics,
    /// This process, as it signs leases.
    pub node: String,
}

/// What the operator decided.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where Pax8 answers.
    pub pax8_url: String,
    /// The address that people use, without a slash at its end.
    pub public_url: String,
    /// Whether browsers are told to use https for the subdomains of that address as well.
    pub hsts_subdomains: bool,
    /// How long people stay signed in.
    pub sessions: SessionTimes,
    /// Who is believed whom a request is from.
    pub trusted_proxies: TrustedProxies,
    /// Between two scheduled syncs of one organization.
    pub sync_interval: Span,
    /// How mail is sent. None: not at all.
    pub mail: Option<Mail>,
    /// Hosts within the operator's own network that alerts may be sent to.
    pub webhook_hosts: WebhookHosts,
    /// How often and how soon a sync repeats a request that Pax8 failed to answer.
    pub pax8_retry: pax8::RetryPolicy,
}

impl Default for Settings {
    /// As it is where the operator decided nothing.
    fn default() -> Self {
        Self {
            pax8_url: pax8::ClientConfig::PAX8_URL.to_owned(),
            public_url: "http://localhost".to_owned(),
            hsts_subdomains: false,
            sessions: SessionTimes::default(),
            trusted_proxies: TrustedProxies::default(),
            sync_interval: Self::sync_interval(),
            mail: None,
            webhook_hosts: WebhookHosts::default(),
            pax8_retry: pax8::RetryPolicy::default(),
        }
    }
}

impl Parts {
    /// The parts where nobody decided anything, around those that somebody has to bring.
    #[must_use]
    pub fn around(database: Database, clock: Clock, vault: Vault) -> Self {
        Self {
            database,
            metrics: Metrics::new(clock.now()),
            clock,
            vault,
            passwords: Passwords::default(),
            settings: Settings::default(),
            pax8_budgets: RateBudgets::default(),
            limits: Limits::new(None),
            wake: Wake::default(),
            node: format!("{}-{}", std::process::id(), uuid::Uuid::now_v7()),
        }
    }
}

impl Settings {
    /// Between two scheduled syncs, where the operator decided nothing.
    #[must_use]
    pub fn sync_interval() -> Span {
        Span::new().hours(4)
    }

    /// Whether people come over https. Cookies are for https alone then.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
