//! Subscriptions as pulled from Pax8, and what people decided about billing each of them.
//!
//! Invariants:
//! - What Pax8 says and what people decide live in different tables. Settings belong to Pax8's id of one subscription, so
//!   they outlive a disconnection and never spill over to another subscription.
//! - A subscription feeds at most one recurring invoice, and only one of the client that its company is mapped to. Where
//!   the two have come apart it is held, whatever else is said: an old client never pays for a new one.
//! - The figures kept for sums (`bill_price`, `monthly_*_minor`, `below_cost`) are [`Worth::of`] the rest of the row.

mod settings;
mod subscription;
mod worth;

pub use settings::BillingSettings;
pub use subscription::{
    Attention, Commitment, LastKnown, LinkedRecurring, MappedClient, Product, Subscription,
};
pub use worth::{PriceFacts, Worth};
