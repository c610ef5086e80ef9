//! What `/metrics` tells a monitor, in the text format of Prometheus: whether anybody's billing is at risk, and how this
//! process fares.
//!
//! - What concerns all processes is read from the database when it is asked for (`risk`), so that each of them tells the
//!   same, and kept for a few seconds.
//! - What concerns this process is counted as it happens (`requests`) or read from the system (`process`).
//! - No name, address or number of anybody is in it.

mod process;
mod requests;
mod risk;
mod store;
mod text;

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use text::Text;

pub use requests::Requests;

/// How long what was read from the database is told again.
const FRESH_FOR: SignedDuration = SignedDuration::from_secs(5);

/// The measurements of this process.
#[derive(Debug)]
pub struct Metrics {
    /// When the process began, for whoever works out rates.
    started_at: Timestamp,
    /// Requests, as they are answered.
    pub requests: Requests,
    /// What was read from the database, and when. Whoever asks meanwhile waits for the same answer.
    read: tokio::sync::Mutex<Option<(Timestamp, String)>>,
}

impl Metrics {
    /// Nothing measured yet.
    #[must_use]
    pub fn new(started_at: Timestamp) -> Self {
        Self {
            started_at,
            requests: Requests::default(),
            read: tokio::sync::Mutex::default(),
        }
    }

    /// Everything. A database that cannot be reached is told, and hides nothing else.
    pub async fn render(&self, app: &App) -> String {
        let mut text = Text::default();
        let risk = self.risk(app).await;
        text.gauge("ascent_database_up", "Whether the database answers.")
            .value(&[], i64::from(risk.is_some()));
        process::write(&mut text, self.started_at, app);
        self.requests.write(&mut text);
        let mut all = text.finish();
        all.push_str(&risk.unwrap_or_default());
        all
    }

    async fn risk(&self, app: &App) -> Option<String> {
        let now = app.clock.now();
        let mut read = self.read.lock().await;
        if let Some((at, text)) = read.as_ref()
            && now.duration_since(*at) < FRESH_FOR
        {
            return Some(text.clone());
        }
        match risk::read(app, now).await {
            Ok(text) => {
                *read = Some((now, text.clone()));
                Some(text)
            }
            Err(error) => {
                tracing::warn!(error = ?error, "what is at risk could not be read");
                None
            }
        }
    }
}
