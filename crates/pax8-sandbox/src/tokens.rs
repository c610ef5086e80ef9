//! Issued tokens. They look like a JWT and mean nothing: only a token that is
//! on this list works.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::seeded::derived_uuid;

/// A JWT header, as real tokens begin.
const HEADER: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";

#[derive(Default)]
pub(crate) struct Tokens {
    issued: u64,
    live: HashMap<String, Instant>,
}

impl Tokens {
    pub(crate) fn issue(&mut self, now: Instant, life: Duration) -> String {
        self.issued += 1;
        let part = |kind: &str| derived_uuid(kind, &self.issued.to_string()).replace('-', "");
        let token = format!(
            "{HEADER}.eyJ{}.{}",
            part("token claims"),
            part("token signature")
        );
        self.live.retain(|_, ends| *ends > now);
        self.live.insert(token.clone(), now + life);
        token
    }

    pub(crate) fn works(&self, token: &str, now: Instant) -> bool {
        self.live.get(token).is_some_and(|ends| *ends > now)
    }

    pub(crate) fn revoke_all(&mut self) {
        self.live.clear();
    }
}
