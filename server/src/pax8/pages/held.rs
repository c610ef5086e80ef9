//! Why a subscription is held, what changed, and the button that accepts it.

use std::collections::HashMap;

use billing::HoldReason;
use db::OrgTx;

use super::filter::PAGE;
use crate::{
    error::Result,
    ids::SubscriptionId,
    pax8::subscriptions::{
        Circumstances, HeldChange, Subscription, Unseen, told_hold, unseen_changes,
    },
};

/// What somebody has to know who decides about a subscription.
pub(super) struct HeldNotice {
    /// Why it is held, and what can be done.
    pub reason: String,
    /// What changed since somebody last looked.
    pub changes: Vec<String>,
    pub history_url: String,
    pub accept: Option<Accept>,
    /// Where its link is ended.
    pub end_url: String,
}

/// The form that accepts what holds a subscription, as it was seen.
pub struct Accept {
    /// Where it is sent.
    pub action: String,
    /// What the button says.
    pub label: &'static str,
    /// Whether it may be billed once instead.
    pub once: Option<String>,
    /// The label with the product's name.
    pub name: String,
    /// What is accepted.
    pub change: &'static str,
    /// The sync that found it.
    pub seen_sync_id: String,
    /// What else accepting does.
    pub effect: Option<String>,
}

impl HeldNotice {
    /// The notice about one subscription; none where nothing waits.
    pub(super) async fn load(
        tx: &mut OrgTx,
        subscription: &Subscription,
        circumstances: &Circumstances,
    ) -> Result<Option<Self>> {
        let unseen = unseen_changes(tx, [subscription.id].into_iter()).await?;
        Ok(Self::of(subscription, circumstances, &unseen))
    }

    /// The same, with what changed of all subscriptions at hand.
    pub(super) fn of(
        subscription: &Subscription,
        circumstances: &Circumstances,
        unseen: &HashMap<String, Vec<Unseen>>,
    ) -> Option<Self> {
        let accept = Accept::of(subscription);
        let hold = subscription.standing(circumstances).hold();
        // A paused recurring invoice holds nothing, yet what changed can be accepted already.
        let waits = subscription.to_accept().and_then(|it| match it.change {
            HeldChange::Moved => Some(told_hold(&HoldReason::Moved)),
            HeldChange::ProductChanged => Some(told_hold(&HoldReason::ProductChanged)),
            HeldChange::Status | HeldChange::Missing => None,
        });
        let changes = unseen
            .get(&subscription.pax8_id)
            .filter(|_| accept.is_some());
        Some(Self {
            reason: hold.or(waits)?,
            changes: changes.into_iter().flatten().map(in_words).collect(),
            history_url: format!("{PAGE}/subscriptions/{}/history", subscription.id),
            end_url: end_url(subscription.id),
            accept,
        })
    }
}

impl Accept {
    /// The form, if something can be accepted.
    pub fn of(subscription: &Subscription) -> Option<Self> {
        let acceptance = subscription.to_accept()?;
        let product = subscription.product_name();
        let (label, name) = match acceptance.change {
            HeldChange::Moved => ("Accept", format!("Accept the move of {product}")),
            HeldChange::ProductChanged => ("Accept", format!("Accept the change of {product}")),
            HeldChange::Status => (
                "Bill it in this status",
                format!("Bill it in this status: {product}"),
            ),
            HeldChange::Missing => ("Keep billing", format!("Keep billing {product}")),
        };
        let leaves = subscription.is_linked_to_stranger();
        let invoice = subscription.recurring_invoice.as_ref().filter(|_| leaves);
        Some(Self {
            action: format!("{PAGE}/subscriptions/{}/accept-change", subscription.id),
            label,
            once: acceptance
                .change
                .stays()
                .then(|| format!("Bill {product} once")),
            name,
            change: acceptance.change.as_str(),
            seen_sync_id: acceptance.seen_sync_id.to_string(),
            effect: invoice
                .map(|invoice| format!("Accepting ends its link to “{}”.", invoice.name)),
        })
    }
}

/// Where the link of a subscription is ended.
pub fn end_url(subscription: SubscriptionId) -> String {
    format!("{PAGE}/subscriptions/{subscription}/end-link")
}

/// A change as people read it: `Company: Lakeside → Hartwell`.
fn in_words(unseen: &Unseen) -> String {
    let field = match unseen.field.as_str() {
        "company" => "Company",
        "sku" => "SKU",
        _ => "Product",
    };
    let value = |text: &Option<String>| text.clone().unwrap_or_else(|| "Unknown".to_owned());
    format!(
        "{field}: {} → {}",
        value(&unseen.before),
        value(&unseen.after)
    )
}
