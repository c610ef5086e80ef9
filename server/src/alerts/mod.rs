//! Alerts: an organization is told when something that runs by itself no longer does, and when it does again.
//!
//! - What can go wrong is a short list of conditions ([`Condition`]). They are looked at by the clock, in one transaction
//!   for each organization, by whichever process comes first.
//! - An alert begins once, is repeated once a day while it lasts, and ends once: a rule of the schema allows one open
//!   alert for each condition.
//! - Telling of it is a job for each way it goes, written in that transaction. An alert is rather told twice than not at
//!   all: what nobody knows to have arrived is sent again, under the same id.
//! - A webhook is sent to the address that an administrator of the organization typed and nowhere else: no redirects, no
//!   addresses within the server's own network unless the operator allows the host.

mod api;
mod check;
mod condition;
mod letter;
mod observe;
mod pages;
mod record;
mod settings;
mod store;
mod tell;
mod test_notice;
mod webhook;

pub use api::api;
pub use check::{SCHEDULE, check, watch};
pub use condition::Condition;
pub use pages::routes;
pub use record::{Alert, Channel, Event, Notice, list_alerts, list_open};
pub use settings::{
    AlertSettings, AlertSettingsDetails, RESEALER, change_settings, load_settings, remove_webhook,
    set_webhook,
};
pub use tell::{JOB, perform};
pub use test_notice::{TestResult, send_test};
pub use webhook::WebhookHosts;
