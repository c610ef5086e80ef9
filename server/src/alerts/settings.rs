//! Who is told, of what, and from when on.

use db::OrgTx;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::{Channel, Condition, WebhookHosts, store};
use crate::{
    accounts::{By, random_text},
    app::App,
    audit,
    checks::Checks,
    error::{Error, Result},
    mail::Recipients,
    organizations::load_data_key,
    secrets::{Rekey, Resealer},
};

/// The names under which the two are sealed.
const URL: &str = "alerts.webhook_url";
const SECRET: &str = "alerts.webhook_secret";
/// Marks a text as a webhook's secret, for people and for secret scanners.
const PREFIX: &str = "ascwh_";
const LONGEST_RECIPIENTS: usize = 1000;

/// An organization's settings for alerts, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertSettings {
    /// Whether they are sent by mail, where the installation sends mail.
    pub by_mail: bool,
    /// Addresses with commas between; empty: the owners'.
    pub recipients: String,
    /// So many failed syncs in a row are told.
    pub sync_failures: u32,
    /// No successful sync for so many intervals is told.
    pub stale_intervals: u32,
    /// A draft that waits for more than so many days is told.
    pub waiting_days: u32,
    /// So many sign-ins refused within a day are told.
    pub refused_sign_ins: u32,
    /// Conditions that are shown and told to nobody.
    pub quiet: Vec<Condition>,
    /// The host of the webhook; none: there is no webhook. Its address may hold a secret and is sealed.
    pub webhook_host: Option<String>,
    pub(super) webhook_url_sealed: Option<String>,
    pub(super) webhook_secret_sealed: Option<String>,
    /// Raised by every change.
    pub version: i64,
}

/// The same as it was typed or sent, without the webhook.
#[derive(Debug, Clone)]
pub struct AlertSettingsDetails {
    /// Whether they are sent by mail.
    pub by_mail: bool,
    /// Addresses with commas between; empty: the owners'.
    pub recipients: String,
    /// 1 to 100; none: what was typed is not a whole number.
    pub sync_failures: Option<i64>,
    /// 2 to 1000; none: what was typed is not a whole number.
    pub stale_intervals: Option<i64>,
    /// 1 to 365; none: what was typed is not a whole number.
    pub waiting_days: Option<i64>,
    /// 5 to 10,000; none: what was typed is not a whole number.
    pub refused_sign_ins: Option<i64>,
    /// Conditions that are told to nobody.
    pub quiet: Vec<Condition>,
}

/// A webhook, open.
pub(super) struct Webhook {
    pub url: SecretString,
    pub secret: SecretString,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            by_mail: true,
            recipients: String::new(),
            sync_failures: 3,
            stale_intervals: 6,
            waiting_days: 3,
            refused_sign_ins: 20,
            quiet: Vec::new(),
            webhook_host: None,
            webhook_url_sealed: None,
            webhook_secret_sealed: None,
            version: 1,
        }
    }
}

impl AlertSettings {
    /// The ways in which people are told.
    #[must_use]
    pub fn channels(&self, app: &App) -> Vec<Channel> {
        let mail = self.by_mail && app.settings.mail.is_some();
        let webhook = self.webhook_host.is_some();
        [(mail, Channel::Mail), (webhook, Channel::Webhook)]
            .into_iter()
            .filter_map(|(on, channel)| on.then_some(channel))
            .collect()
    }

    /// What was typed, laid over what there is.
    fn with(self, details: &AlertSettingsDetails) -> Result<Self> {
        let mut checks = Checks::default();
        let recipients =
            checks.optional("recipients", Some(&details.recipients), LONGEST_RECIPIENTS);
        let recipients = recipients.and_then(|typed| {
            let read = Recipients::parse(&typed).ok_or(NO_RECIPIENTS);
            checks.value("recipients", read)
        });
        let mut number = |field: &str, typed: Option<i64>, least: u32, most: u32| {
            let number = typed.and_then(|it| u32::try_from(it).ok());
            let number = number.filter(|it| (least..=most).contains(it));
            if number.is_none() {
                checks.refuse(field, format!("Use a whole number from {least} to {most}."));
            }
            number.unwrap_or(least)
        };
        let sync_failures = number("sync_failures", details.sync_failures, 1, 100);
        let stale_intervals = number("stale_intervals", details.stale_intervals, 2, 1000);
        let waiting_days = number("waiting_days", details.waiting_days, 1, 365);
        let refused_sign_ins = number("refused_sign_ins", details.refused_sign_ins, 5, 10_000);
        checks.finish()?;
        Ok(Self {
            by_mail: details.by_mail,
            recipients: recipients.map(|it| it.to_string()).unwrap_or_default(),
            sync_failures,
            stale_intervals,
            waiting_days,
            refused_sign_ins,
            quiet: Condition::ALL
                .into_iter()
                .filter(|it| details.quiet.contains(it))
                .collect(),
            ..self
        })
    }
}

impl AlertSettingsDetails {
    /// The settings as they are.
    #[must_use]
    pub fn of(it: &AlertSettings) -> Self {
        Self {
            by_mail: it.by_mail,
            recipients: it.recipients.clone(),
            sync_failures: Some(it.sync_failures.into()),
            stale_intervals: Some(it.stale_intervals.into()),
            waiting_days: Some(it.waiting_days.into()),
            refused_sign_ins: Some(it.refused_sign_ins.into()),
            quiet: it.quiet.clone(),
        }
    }
}

const NO_RECIPIENTS: &str = "These are not e-mail addresses that mail can be sent to. They look like desk@example.com; at most ten, separated by \
    commas.";

/// The settings of the transaction's organization; the defaults, where nobody changed them.
///
/// # Errors
/// When the database is gone.
pub async fn load_settings(tx: &mut OrgTx) -> Result<AlertSettings> {
    Ok(store::find_settings(tx).await?.unwrap_or_default())
}

/// Changes the settings. `version` is the one that the person saw; none: whichever there is.
///
/// # Errors
/// When a field is refused, or the settings were changed meanwhile.
pub async fn change_settings(
    tx: &mut OrgTx,
    by: &By,
    version: Option<i64>,
    details: &AlertSettingsDetails,
    now: Timestamp,
) -> Result<AlertSettings> {
    let before = load_settings(tx).await?;
    if version.is_some_and(|version| version != before.version) {
        return Err(Error::conflict(
            "changed_meanwhile",
            "Somebody changed these settings meanwhile. Load them again and repeat your change.",
        ));
    }
    let after = before.clone().with(details)?;
    keep(tx, by, "alert_settings.changed", &before, &after, now).await
}

/// Sends alerts to a webhook from now on, in the place of one that there was. Its secret can be read this one time.
///
/// # Errors
/// When the address is refused.
pub async fn set_webhook(
    tx: &mut OrgTx,
    app: &App,
    by: &By,
    url: &str,
) -> Result<(AlertSettings, SecretString)> {
    let hosts: &WebhookHosts = &app.settings.webhook_hosts;
    let url = hosts.check(url).map_err(|why| Error::field("url", why))?;
    let before = load_settings(tx).await?;
    let key = load_data_key(tx, &app.vault).await?;
    let secret = SecretString::from(format!("{PREFIX}{}", random_text()?));
    let seal = |field, text: &SecretString| key.seal(field, text).map_err(Error::internal);
    let host = url.host_str().map(str::to_owned);
    let after = AlertSettings {
        webhook_host: host,
        webhook_url_sealed: Some(seal(URL, &SecretString::from(String::from(url)))?),
        webhook_secret_sealed: Some(seal(SECRET, &secret)?),
        ..before.clone()
    };
    let now = app.clock.now();
    let after = keep(tx, by, "alert_webhook.set", &before, &after, now).await?;
    Ok((after, secret))
}

/// Sends nothing to the webhook any more.
///
/// # Errors
/// When there is none.
pub async fn remove_webhook(tx: &mut OrgTx, by: &By, now: Timestamp) -> Result<AlertSettings> {
    let before = load_settings(tx).await?;
    if before.webhook_host.is_none() {
        return Err(Error::NotFound("webhook"));
    }
    let after = AlertSettings {
        webhook_host: None,
        webhook_url_sealed: None,
        webhook_secret_sealed: None,
        ..before.clone()
    };
    keep(tx, by, "alert_webhook.removed", &before, &after, now).await
}

/// The webhook with its secret; none: there is none.
pub(super) async fn open_webhook(
    tx: &mut OrgTx,
    app: &App,
    settings: &AlertSettings,
) -> Result<Option<Webhook>> {
    let sealed = (
        &settings.webhook_url_sealed,
        &settings.webhook_secret_sealed,
    );
    let (Some(url), Some(secret)) = sealed else {
        return Ok(None);
    };
    let key = load_data_key(tx, &app.vault).await?;
    let open = |field, sealed: &str| key.open(field, sealed).map_err(Error::internal);
    Ok(Some(Webhook {
        url: open(URL, url)?,
        secret: open(SECRET, secret)?,
    }))
}

/// How a webhook is sealed anew.
pub const RESEALER: Resealer = Resealer {
    columns: &[
        "alert_settings.webhook_url_sealed",
        "alert_settings.webhook_secret_sealed",
    ],
    run: |tx, keys| Box::pin(reseal(tx, keys)),
};

async fn reseal(tx: &mut OrgTx, keys: &Rekey) -> Result<()> {
    let settings = load_settings(tx).await?;
    let sealed = (
        &settings.webhook_url_sealed,
        &settings.webhook_secret_sealed,
    );
    let (Some(url), Some(secret)) = sealed else {
        return Ok(());
    };
    let (url, secret) = (keys.reseal(URL, url)?, keys.reseal(SECRET, secret)?);
    store::reseal(tx, &url, &secret).await
}

async fn keep(
    tx: &mut OrgTx,
    by: &By,
    action: &'static str,
    before: &AlertSettings,
    after: &AlertSettings,
    now: Timestamp,
) -> Result<AlertSettings> {
    store::put_settings(tx, after).await?;
    let event = audit::Event {
        by,
        action,
        subject_type: "alert_settings",
        subject_id: tx.organization().to_string(),
    };
    let (was, is) = (Audited::of(before), Audited::of(after));
    audit::record(tx, event, now, Some(&was), Some(&is)).await?;
    load_settings(tx).await
}

/// The settings as the audit log shows them: no secret, not even sealed.
#[derive(Serialize)]
struct Audited<'a> {
    by_mail: bool,
    recipients: &'a str,
    sync_failures: u32,
    stale_intervals: u32,
    waiting_days: u32,
    refused_sign_ins: u32,
    quiet: &'a [Condition],
    webhook_host: Option<&'a str>,
}

impl<'a> Audited<'a> {
    fn of(it: &'a AlertSettings) -> Self {
        Self {
            by_mail: it.by_mail,
            recipients: &it.recipients,
            sync_failures: it.sync_failures,
            stale_intervals: it.stale_intervals,
            waiting_days: it.waiting_days,
            refused_sign_ins: it.refused_sign_ins,
            quiet: &it.quiet,
            webhook_host: it.webhook_host.as_deref(),
        }
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Webhook")
    }
}

impl Webhook {
    pub(super) fn url(&self) -> &str {
        self.url.expose_secret()
    }
}
