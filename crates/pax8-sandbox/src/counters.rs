//! What the sandbox was asked, so that a test can prove what a client did.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::fault::Place;

/// Counted since the start or the last reset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Counters {
    /// Every request outside the control API, refused ones included.
    pub requests: u64,
    /// Requests by what they asked for.
    pub by_place: BTreeMap<Place, u64>,
    /// Token requests, refused ones included.
    pub token_requests: u64,
    /// Requests that would have written something; all were refused.
    pub refused_writes: u64,
    /// 429s of the rate limit, without those of faults.
    pub throttled: u64,
    /// 401s of API calls.
    pub unauthorized: u64,
    /// Answers a fault had its hand in.
    pub faults: u64,
    /// The most requests, of any outcome, in any 60 seconds.
    pub peak_per_minute: u32,
    /// The most requests that were under way at once.
    pub peak_in_flight: u32,
    #[serde(skip)]
    pub(crate) in_flight: u32,
}

impl Counters {
    /// Requests for one kind of thing.
    #[must_use]
    pub fn of(&self, place: Place) -> u64 {
        self.by_place.get(&place).copied().unwrap_or(0)
    }

    pub(crate) fn arrived(&mut self, place: Place) {
        self.requests += 1;
        *self.by_place.entry(place).or_default() += 1;
        self.token_requests += u64::from(place == Place::Token);
        self.in_flight += 1;
        self.peak_in_flight = self.peak_in_flight.max(self.in_flight);
    }
}
