//! Accepting what Pax8 changed: somebody looked at a subscription that is held, and it may be billed again.

use std::collections::HashMap;

use billing::{HoldReason, LinkedSubscription, assemble};
use db::OrgTx;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Attention, Subscription, link_store, load_subscription, standing::bare_invoice, store,
};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::{RecurringInvoiceId, SubscriptionId, SyncId},
    recurring::RecurringStatus,
};

/// What holds a linked subscription until somebody accepts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeldChange {
    /// It sits under another company than when it was linked.
    Moved,
    /// It is another product than when it was linked.
    ProductChanged,
    /// Its status is pending although billing has started, or is not known here.
    Status,
}

/// What can be accepted of a subscription as it was seen: who accepts says so, so that nobody accepts what they did not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// What is accepted.
    pub change: HeldChange,
    /// The sync that found the values that are accepted.
    #[schema(value_type = String)]
    pub seen_sync_id: SyncId,
}

/// A subscription of which a change was accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The subscription as it is now.
    pub subscription: Subscription,
    /// The recurring invoice that it no longer feeds, since that is another client's.
    pub link_ended: Option<String>,
}

/// A field that changed since somebody last looked, from what it was then to what it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// The field: `company`, `product_name`, `sku` or `product_id`.
    pub field: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

impl HeldChange {
    /// Its name in forms and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::ProductChanged => "product_changed",
            Self::Status => "status",
        }
    }

    /// The change of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Moved, Self::ProductChanged, Self::Status]
            .into_iter()
            .find(|it| it.as_str() == name)
    }
}

impl Subscription {
    /// What somebody can accept so that it is billed again; none where nothing waits for that.
    #[must_use]
    pub fn to_accept(&self) -> Option<Acceptance> {
        self.recurring_invoice.as_ref()?;
        let change = if self.attention == Some(Attention::Moved) || self.is_linked_to_stranger() {
            HeldChange::Moved
        } else if self.attention == Some(Attention::ProductChanged) {
            HeldChange::ProductChanged
        } else if self.status_waits() {
            HeldChange::Status
        } else {
            return None;
        };
        Some(Acceptance {
            change,
            seen_sync_id: self.seen_sync_id,
        })
    }

    /// Whether its status would hold it on the next invoice, whatever else does.
    fn status_waits(&self) -> bool {
        let (Some(invoice), Some(client)) = (&self.recurring_invoice, &self.client) else {
            return false;
        };
        if invoice.status != RecurringStatus::Active {
            return false;
        }
        let Ok(mut input) = bare_invoice(invoice, client) else {
            return false;
        };
        input.subscriptions.push(LinkedSubscription {
            missing_since: None,
            ..self.billing_input(&TimeZone::UTC)
        });
        let held = assemble(&input).map(|assembled| assembled.held);
        held.is_ok_and(|held| {
            held.iter().any(|it| {
                matches!(
                    it.reason,
                    HoldReason::Pending { .. } | HoldReason::UnknownStatus { .. }
                )
            })
        })
    }

    /// The status as a decision remembers it; empty where Pax8 never gave one.
    pub(super) fn status_text(&self) -> &str {
        self.status.as_deref().unwrap_or_default()
    }
}

/// Somebody looked at a subscription that is held and accepts what holds it. If it moved away from the client whose invoice
/// it feeds, that link ends.
///
/// # Errors
/// When there is no such subscription, or it is not as it was `seen` any more; nothing was seen by who does not say what.
pub async fn accept_change(
    tx: &mut OrgTx,
    by: &By,
    id: SubscriptionId,
    seen: Option<Acceptance>,
    now: Timestamp,
) -> Result<Accepted> {
    let before = load_subscription(tx, id).await?;
    let accepted = before.to_accept().filter(|present| seen == Some(*present));
    let Some(Acceptance { change, .. }) = accepted else {
        return Err(Error::conflict(
            "changed_meanwhile",
            "This subscription changed meanwhile, or somebody decided about it already. Load it again and look before you accept.",
        ));
    };
    let mut link_ended = None;
    if change == HeldChange::Status {
        let mut settings = before.settings.clone();
        settings.billed_in_status = Some(before.status_text().to_owned());
        settings.version += 1;
        store::save_settings(tx, &before.pax8_id, &settings, now).await?;
    } else {
        store::clear_attention(tx, id).await?;
        if before.is_linked_to_stranger() {
            link_store::end_link(tx, &before.pax8_id).await?;
            link_ended = before.recurring_invoice.as_ref().map(|it| it.name.clone());
        }
    }
    let subscription = load_subscription(tx, id).await?;
    let event = audit::Event {
        by,
        action: "pax8_subscription.change_accepted",
        subject_type: "pax8_subscription",
        subject_id: id.to_string(),
    };
    let waited = Remembered::of(&before, Some(change));
    let settled = Remembered::of(&subscription, None);
    audit::record(tx, event, now, Some(&waited), Some(&settled)).await?;
    Ok(Accepted {
        subscription,
        link_ended,
    })
}

/// What changed of company and product since somebody last looked, of each subscription that waits for a look, by Pax8's id;
/// with `only`, of that one.
///
/// # Errors
/// When the database is gone.
pub async fn unseen_changes(
    tx: &mut OrgTx,
    only: Option<SubscriptionId>,
) -> Result<HashMap<String, Vec<Unseen>>> {
    let mut unseen: HashMap<String, Vec<Unseen>> = HashMap::new();
    for (pax8_id, change) in link_store::unseen_changes(tx, only).await? {
        let of_one = unseen.entry(pax8_id).or_default();
        match of_one.iter_mut().find(|it| it.field == change.field) {
            Some(earlier) => earlier.after = change.after,
            None => of_one.push(change),
        }
    }
    for of_one in unseen.values_mut() {
        of_one.retain(|it| it.before != it.after);
        // Pax8's id of the product tells nobody anything, unless nothing else does.
        if of_one.iter().any(|it| it.field != "product_id") {
            of_one.retain(|it| it.field != "product_id");
        }
    }
    Ok(unseen)
}

/// What the audit log remembers of a decision.
#[derive(Serialize)]
struct Remembered<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<&'static str>,
    recurring_invoice_id: Option<RecurringInvoiceId>,
    billed_in_status: Option<&'a str>,
}

impl<'a> Remembered<'a> {
    fn of(subscription: &'a Subscription, change: Option<HeldChange>) -> Self {
        Self {
            held: change.map(HeldChange::as_str),
            recurring_invoice_id: subscription.settings.recurring_invoice,
            billed_in_status: subscription.settings.billed_in_status.as_deref(),
        }
    }
}
