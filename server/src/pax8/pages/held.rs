//! Why a subscription is held, what changed, and the button that accepts it.

use std::collections::HashMap;

use billing::HoldReason;
use db::OrgTx;

use super::filter::PAGE;
use crate::{
    error::Result,
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
}

/// The form that accepts what holds a subscription, as it was seen.
pub(super) struct Accept {
    pub action: String,
    pub label: &'static str,
    /// The label with the product's name.
    pub name: String,
    pub change: &'static str,
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
        let unseen = unseen_changes(tx, Some(subscription.id)).await?;
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
            HeldChange::Status => None,
        });
        let changes = unseen
            .get(&subscription.pax8_id)
            .filter(|_| accept.is_some());
        Some(Self {
            reason: hold.or(waits)?,
            changes: changes.into_iter().flatten().map(in_words).collect(),
            history_url: format!("{PAGE}/subscriptions/{}/history", subscription.id),
            accept,
        })
    }
}

impl Accept {
    fn of(subscription: &Subscription) -> Option<Self> {
        let acceptance = subscription.to_accept()?;
        let product = subscription.product_name();
        let (label, name) = match acceptance.change {
            HeldChange::Moved => ("Accept", format!("Accept the move of {product}")),
            HeldChange::ProductChanged => ("Accept", format!("Accept the change of {product}")),
            HeldChange::Status => (
                "Bill it in this status",
                format!("Bill it in this status: {product}"),
            ),
        };
        let leaves = subscription.is_linked_to_stranger();
        let invoice = subscription.recurring_invoice.as_ref().filter(|_| leaves);
        Some(Self {
            action: format!("{PAGE}/subscriptions/{}/accept-change", subscription.id),
            label,
            name,
            change: acceptance.change.as_str(),
            seen_sync_id: acceptance.seen_sync_id.to_string(),
            effect: invoice
                .map(|invoice| format!("Accepting ends its link to “{}”.", invoice.name)),
        })
    }
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
