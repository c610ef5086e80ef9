//! The handle to one simulated Pax8.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::config::{Composition, SandboxConfig};
use crate::counters::Counters;
use crate::estate::{Estate, Records};
use crate::fault::{Faults, Orders};
use crate::http::{self, Lists};
use crate::rate::RollingMinute;
use crate::running::Running;
use crate::tokens::Tokens;
use crate::{demo, generate};

/// One simulated Pax8. Clones share everything.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

struct Shared {
    config: SandboxConfig,
    state: Mutex<State>,
}

pub(crate) struct State {
    pub(crate) now: Timestamp,
    pub(crate) records: Records,
    pub(crate) lists: Lists,
    pub(crate) faults: Orders,
    pub(crate) counters: Counters,
    pub(crate) tokens: Tokens,
    /// Every request, for the peak.
    pub(crate) arrived: RollingMinute,
    /// Requests that were let through, for the limit.
    pub(crate) accepted: RollingMinute,
}

impl State {
    fn of(config: &SandboxConfig) -> Self {
        let records = match config.composition {
            Composition::Generated => generate::estate(config),
            Composition::Demo => demo::estate(config.now),
        };
        Self {
            now: config.now,
            records,
            lists: Lists::default(),
            faults: Orders::default(),
            counters: Counters::default(),
            tokens: Tokens::default(),
            arrived: RollingMinute::default(),
            accepted: RollingMinute::default(),
        }
    }
}

impl Sandbox {
    /// Composes the estate; nothing listens yet.
    #[must_use]
    pub fn new(config: SandboxConfig) -> Self {
        let state = Mutex::new(State::of(&config));
        Self {
            shared: Arc::new(Shared { config, state }),
        }
    }

    /// Serves a new sandbox at `addr`, for example `127.0.0.1:0`, until the
    /// [`Running`] is dropped or shut down.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(
        addr: impl tokio::net::ToSocketAddrs,
        config: SandboxConfig,
    ) -> std::io::Result<Running> {
        Running::start(addr, Self::new(config)).await
    }

    /// The partner API at its own paths and the control API below `/_sandbox`.
    pub fn router(&self) -> axum::Router {
        http::router(self.clone())
    }

    /// What was asked for.
    #[must_use]
    pub fn config(&self) -> &SandboxConfig {
        &self.shared.config
    }

    /// The records, to look at and to change.
    #[must_use]
    pub fn estate(&self) -> Estate {
        Estate::of(self.clone())
    }

    /// Faults, to order and to take back.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::of(self.clone())
    }

    /// What was requested so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.lock().counters.clone()
    }

    /// Counts from zero again; requests under way stay counted as such.
    pub fn reset_counters(&self) {
        let mut state = self.lock();
        let in_flight = state.counters.in_flight;
        state.counters = Counters {
            in_flight,
            ..Counters::default()
        };
    }

    /// The clock of the sandbox, which stamps every change.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.lock().now
    }

    /// Moves the clock, in UTC, and lets everything due happen: trials convert
    /// or end, commitments renew, end dates pass. Tokens run in real time and
    /// are not touched.
    ///
    /// # Errors
    /// If the span leads out of the representable years.
    pub fn advance(&self, span: Span) -> Result<Timestamp, jiff::Error> {
        let now = self
            .now()
            .to_zoned_datetime(TimeZone::UTC)
            .checked_add(span)?
            .timestamp();
        Ok(self.set_now(now))
    }

    /// Sets the clock and lets everything due happen.
    pub fn set_now(&self, now: Timestamp) -> Timestamp {
        let mut state = self.lock();
        state.now = now;
        state.records.live_until(now);
        now
    }

    /// Makes every issued token stop working, as if they had expired.
    pub fn revoke_tokens(&self) {
        self.lock().tokens.revoke_all();
    }

    /// Starts over: estate, clock, faults, counters and tokens as they were.
    pub fn reset(&self) {
        let fresh = State::of(&self.shared.config);
        let mut state = self.lock();
        let in_flight = state.counters.in_flight;
        *state = fresh;
        state.counters.in_flight = in_flight;
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // No change is made in steps, so a panic elsewhere leaves nothing half done.
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
