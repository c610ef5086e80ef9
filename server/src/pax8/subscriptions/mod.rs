//! Subscriptions as pulled from Pax8, and what people decided about billing each of them.
//!
//! Invariants:
//! - What Pax8 says and what people decide live in different tables. Settings belong to Pax8's id of one subscription, so
//!   they outlive a disconnection and never spill over to another subscription.
//! - A subscription feeds at most one recurring invoice, and only one of the client that its company is mapped to. Where
//!   the two have come apart it is held, whatever else is said: an old client never pays for a new one.
//! - The figures kept for sums (`bill_price`, `monthly_*_minor`, `below_cost`) are [`Worth::of`] the rest of the row.

mod accept;
mod api;
mod body;
mod conditions;
mod configure;
mod draft;
mod history;
mod link_store;
mod links;
mod list;
mod list_store;
mod preview;
mod reprice;
mod row;
mod search;
mod settings;
mod standing;
mod store;
mod subscription;
mod to_decide;
mod warning;
mod worth;

pub use accept::{Acceptance, Accepted, Bill, HeldChange, Unseen, accept_change, unseen_changes};
pub use api::api;
pub use body::SubscriptionBody;
pub(crate) use conditions::{bills_when_linked, status_bills};
pub use configure::{Configured, configure_billing, preview_billing};
pub use draft::{BillingDraft, MarkupDraft};
pub use history::{Observation, list_history};
pub(in crate::pax8) use links::end_links_of_companies;
pub use links::{
    end_links_of_recurring, forget_billed_once, linked_monthly, linked_subscriptions,
    linked_summaries, mark_billed_once, once_linked,
};
pub use list::{
    ListSubscriptions, count_of_company, list_subscriptions, load_subscription, statuses_present,
};
pub use preview::{BillingPreview, ChargePreview};
pub use reprice::reprice_companies;
pub(in crate::pax8) use row::read_client;
pub use settings::{BillingSettings, Decided};
pub use standing::{BillingStanding, BillingState, Circumstances, StandingReason, told_hold};
pub use subscription::{
    Attention, Commitment, LastKnown, LinkedRecurring, MappedClient, Product, Subscription,
};
pub use to_decide::{Held, ToDecide, count_held, count_to_decide, held_subscriptions};
pub use warning::Warning;
pub use worth::{PriceFacts, Worth};
