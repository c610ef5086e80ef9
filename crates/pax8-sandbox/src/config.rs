//! What to simulate: the size of the estate, the wire's habits, the limits.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// The default clock: noon UTC on 2026-07-01.
const DEFAULT_NOW: Timestamp = Timestamp::constant(1_782_907_200, 0);

/// What a [`Sandbox`](crate::Sandbox) simulates. The same configuration gives
/// the same bytes on every machine.
#[derive(Clone)]
pub struct SandboxConfig {
    /// The start of every random choice.
    pub seed: u64,
    /// Where the records come from.
    pub composition: Composition,
    /// Companies to generate.
    pub companies: usize,
    /// Subscriptions to generate; none without companies and products.
    pub subscriptions: usize,
    /// Products to generate.
    pub products: usize,
    /// How long every API answer waits. Zero by default.
    pub latency: Duration,
    /// Requests a credential may make in any 60 seconds before 429. Pax8
    /// documents 1,000; `None` (the default) never refuses.
    pub requests_per_minute: Option<u32>,
    /// The habits of the wire.
    pub wire: Wire,
    /// The only client id that receives a token.
    pub client_id: String,
    /// The secret that goes with [`client_id`](Self::client_id).
    pub client_secret: String,
    /// How long a token works, in real time. `expires_in` says the same.
    pub token_life: Duration,
    /// What an API call without a working token is told.
    pub unauthorized: UnauthorizedBody,
    /// What a page size that is not allowed does.
    pub oversized_pages: OversizedPages,
    /// The largest page size allowed. Pax8 documents 200.
    pub largest_page: u64,
    /// The clock of the sandbox. It stands still until it is moved.
    pub now: Timestamp,
}

impl SandboxConfig {
    /// The hand-composed estate of [`demo`](crate::demo), otherwise defaults.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            composition: Composition::Demo,
            ..Self::default()
        }
    }

    /// A generated estate of this size, otherwise defaults.
    #[must_use]
    pub fn sized(companies: usize, subscriptions: usize, products: usize) -> Self {
        Self {
            companies,
            subscriptions,
            products,
            ..Self::default()
        }
    }
}

impl Default for SandboxConfig {
    /// 1,000 companies, 5,000 subscriptions and 100 products on the live wire,
    /// without latency or rate limit.
    fn default() -> Self {
        Self {
            seed: 1,
            composition: Composition::Generated,
            companies: 1_000,
            subscriptions: 5_000,
            products: 100,
            latency: Duration::ZERO,
            requests_per_minute: None,
            wire: Wire::Live,
            client_id: "sandbox-client".to_owned(),
            client_secret: "sandbox-secret".to_owned(),
            token_life: Duration::from_secs(86_400),
            unauthorized: UnauthorizedBody::OAuth,
            oversized_pages: OversizedPages::Refuse,
            largest_page: 200,
            now: DEFAULT_NOW,
        }
    }
}

impl fmt::Debug for SandboxConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxConfig")
            .field("seed", &self.seed)
            .field("composition", &self.composition)
            .field("companies", &self.companies)
            .field("subscriptions", &self.subscriptions)
            .field("products", &self.products)
            .field("wire", &self.wire)
            .field("client_id", &self.client_id)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// Where the records of the estate come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Composition {
    /// Drawn from the seed in the configured sizes.
    Generated,
    /// The small estate of [`demo`](crate::demo); the sizes do not matter.
    Demo,
}

/// Which habits the wire has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// As clients met it: `commitment`, fields absent or null or empty,
    /// timestamps in several shapes, vendor ids only on the single record.
    Live,
    /// As published: `commitmentTerm`, RFC 3339 timestamps, nothing null.
    Spec,
}

/// The body of a 401 on an API call; Pax8 documents none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnauthorizedBody {
    /// `{"error": "invalid_token", "error_description": …}`
    OAuth,
    /// The error envelope of the other endpoints.
    Envelope,
    /// No body at all.
    Empty,
}

/// What a page size that is not allowed does; Pax8 documents nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OversizedPages {
    /// 400 `INVALID_PARAM`.
    Refuse,
    /// The nearest allowed size is used.
    Clamp,
}
