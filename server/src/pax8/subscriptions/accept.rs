//! Accepting what Pax8 changed: somebody looked at a subscription that is held, and it may be billed again.

use std::collections::HashMap;

use billing::{HoldReason, assemble};
use db::OrgTx;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Attention, Decided, Subscription, link_store, load_subscription, standing::bare_invoice, store,
};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::{RecurringInvoiceId, SubscriptionId, SyncId},
    invoices::any_draft_of,
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
    /// Pulls do not contain it.
    Missing,
}

/// Which invoices it is billed on, where what holds it stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bill {
    /// On all, as long as it stays so.
    #[default]
    Always,
    /// On the drafts that wait; where none does, on the next invoice.
    Once,
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
            Self::Missing => "missing",
        }
    }

    /// The change of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Moved,
            Self::ProductChanged,
            Self::Status,
            Self::Missing,
        ]
        .into_iter()
        .find(|it| it.as_str() == name)
    }

    /// Whether what holds it stays as it is, so that it may be billed once or always.
    #[must_use]
    pub fn stays(self) -> bool {
        matches!(self, Self::Status | Self::Missing)
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
        } else if self.waits_for(|reason| matches!(reason, HoldReason::Missing { .. })) {
            HeldChange::Missing
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

    /// Whether its status would hold it on the next invoice, once it is there again.
    fn status_waits(&self) -> bool {
        let there = Self {
            missing_since: None,
            ..self.clone()
        };
        there.waits_for(|reason| {
            matches!(
                reason,
                HoldReason::Pending { .. } | HoldReason::UnknownStatus { .. }
            )
        })
    }

    /// Whether such a reason holds it on the next invoice.
    fn waits_for(&self, such: impl Fn(&HoldReason) -> bool) -> bool {
        let (Some(invoice), Some(client)) = (&self.recurring_invoice, &self.client) else {
            return false;
        };
        if invoice.status != RecurringStatus::Active {
            return false;
        }
        let Ok(mut input) = bare_invoice(invoice, client) else {
            return false;
        };
        input.subscriptions.push(self.billing_input(&TimeZone::UTC));
        let held = assemble(&input).map(|assembled| assembled.held);
        held.is_ok_and(|held| held.iter().any(|it| such(&it.reason)))
    }

    /// The status as a decision remembers it; empty where Pax8 never gave one.
    pub(super) fn status_text(&self) -> &str {
        self.status.as_deref().unwrap_or_default()
    }
}

/// Somebody looked at a subscription that is held and accepts what holds it. If it moved away from the client whose invoice
/// it feeds, that link ends. `bill` counts where what holds it stays as it is.
///
/// # Errors
/// When there is no such subscription, or it is not as it was `seen` any more; nothing was seen by who does not say what; or
/// it is to be billed once where the change is accepted for good.
pub async fn accept_change(
    tx: &mut OrgTx,
    by: &By,
    id: SubscriptionId,
    seen: Option<Acceptance>,
    bill: Bill,
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
    if bill == Bill::Once && !change.stays() {
        let message = "A move or another product is accepted for good: leave this out.";
        return Err(Error::field("bill", message));
    }
    let mut link_ended = None;
    if change.stays() {
        let until = match bill {
            Bill::Always => None,
            Bill::Once => once_until(tx, &before).await?,
        };
        let mut settings = before.settings.clone();
        if change == HeldChange::Status {
            let of = before.status_text().to_owned();
            settings.billed_in_status = Some(Decided { of, until });
        } else {
            let since = before.missing_since;
            settings.billed_while_missing = since.map(|of| Decided { of, until });
        }
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

/// The first day whose period is not billed any more with “once”.
async fn once_until(tx: &mut OrgTx, subscription: &Subscription) -> Result<Option<Date>> {
    let Some(invoice) = &subscription.recurring_invoice else {
        return Ok(None);
    };
    if any_draft_of(tx, invoice.id).await? {
        return Ok(Some(invoice.next_invoice_date));
    }
    let (schedule, next) = (invoice.schedule, invoice.next_invoice_date);
    let after = schedule
        .resumed_at(next)
        .and_then(|schedule| schedule.next_after(next));
    Ok(Some(after.map_err(Error::internal)?))
}

/// What changed of company and product since somebody last looked, of those of these subscriptions that wait for a look, by
/// Pax8's id.
///
/// # Errors
/// When the database is gone.
pub async fn unseen_changes(
    tx: &mut OrgTx,
    of: impl Iterator<Item = SubscriptionId>,
) -> Result<HashMap<String, Vec<Unseen>>> {
    let mut unseen: HashMap<String, Vec<Unseen>> = HashMap::new();
    for (pax8_id, change) in link_store::unseen_changes(tx, of).await? {
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
    billed_while_missing: bool,
    /// Only for periods that start before this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
}

impl<'a> Remembered<'a> {
    fn of(subscription: &'a Subscription, change: Option<HeldChange>) -> Self {
        let (in_status, while_missing) = (
            subscription.settings.billed_in_status.as_ref(),
            subscription.settings.billed_while_missing.as_ref(),
        );
        Self {
            held: change.map(HeldChange::as_str),
            recurring_invoice_id: subscription.settings.recurring_invoice,
            billed_in_status: in_status.map(|it| it.of.as_str()),
            billed_while_missing: while_missing.is_some(),
            until: match change {
                Some(_) => None,
                None => in_status
                    .and_then(|it| it.until)
                    .or_else(|| while_missing?.until),
            },
        }
    }
}
