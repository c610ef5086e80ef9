//! Companies as pulled from Pax8, and the clients they are mapped to.
//!
//! Invariants:
//! - A mapping made by hand is only ever changed by hand, and a company unlinked by hand is not mapped automatically again.
//! - Whenever a company leaves a client, the links of its subscriptions to that client's recurring invoices end in the same
//!   transaction; their pricing stays.

mod company;

pub use company::{Company, MappedBy, MatchCandidate, MatchOutcome};
