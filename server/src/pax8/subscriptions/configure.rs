//! Configure Billing: pricing a subscription and linking it to a recurring invoice of its company's client.

use billing::{Markup, Pricing};
use db::OrgTx;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    BillingDraft, BillingPreview, BillingSettings, LinkedRecurring, Subscription, Warning, draft,
    load_subscription, preview::charges, store, warning::warnings,
};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::{RecurringInvoiceId, SubscriptionId},
    recurring::{RecurringInvoice, load_recurring_invoice, schedule_of},
};

/// A subscription whose settings were saved, and what to know about them.
#[derive(Debug, Clone)]
pub struct Configured {
    /// The subscription with its new settings.
    pub subscription: Subscription,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// Replaces the billing settings of a subscription.
///
/// # Errors
/// When there is no such subscription or recurring invoice, the company is not mapped, a field is refused, or somebody
/// else changed the settings since `draft.version`.
pub async fn configure_billing(
    tx: &mut OrgTx,
    by: &By,
    id: SubscriptionId,
    draft: &BillingDraft,
    now: Timestamp,
) -> Result<Configured> {
    let present = load_subscription(tx, id).await?;
    let stale = draft
        .version
        .is_some_and(|version| version != present.settings.version);
    if stale {
        return Err(Error::conflict(
            "changed_meanwhile",
            "Somebody changed these billing settings meanwhile. Load them again and repeat what you did.",
        ));
    }
    let mut settled = settle(tx, &present, draft).await?;
    if settled.subscription.settings != present.settings {
        save(tx, by, &present, &mut settled.subscription, now).await?;
    }
    Ok(settled)
}

/// What the settings would come to. Nothing is saved.
///
/// # Errors
/// As [`configure_billing`], except for a conflict.
pub async fn preview_billing(
    tx: &mut OrgTx,
    subscription: &Subscription,
    draft: &BillingDraft,
) -> Result<BillingPreview> {
    let settled = settle(tx, subscription, draft).await?;
    Ok(BillingPreview {
        worth: settled.subscription.worth(),
        term: settled.subscription.term(),
        charges: charges(&settled.subscription)?,
        warnings: settled.warnings,
    })
}

/// The subscription with the settings that a draft means, checked against everything they depend on.
async fn settle(
    tx: &mut OrgTx,
    present: &Subscription,
    draft: &BillingDraft,
) -> Result<Configured> {
    let Some(client) = &present.client else {
        return Err(Error::refused(
            "company_not_mapped",
            "Map this company to a client to configure billing for its subscriptions.",
        ));
    };
    let mut settings = draft.read(&present.settings)?;
    let recurring = match settings.recurring_invoice {
        Some(id) => Some(load_recurring_invoice(tx, id).await?),
        None => None,
    };
    if let Some(recurring) = &recurring {
        let unchanged = present.settings.recurring_invoice == Some(recurring.id);
        if recurring.client_id != client.id {
            let message = format!("Choose a recurring invoice of {}.", client.name);
            return Err(Error::field(draft::RECURRING_INVOICE, message));
        }
        if !unchanged && !recurring.status.is_live() {
            let message = "This recurring invoice does not bill any more. Choose another.";
            return Err(Error::field(draft::RECURRING_INVOICE, message));
        }
    }
    // A link that moves on goes on where it was; terms that ran before the first one were billed elsewhere, or not at all.
    if present.settings.recurring_invoice.is_none() {
        settings.linked_from = recurring.as_ref().map(|it| it.next_invoice_date);
    }
    let mut subscription = present.clone();
    subscription.settings = settings;
    subscription.recurring_invoice = recurring.as_ref().map(linked);
    let warnings = warnings(&subscription, recurring.as_ref());
    Ok(Configured {
        subscription,
        warnings,
    })
}

fn linked(recurring: &RecurringInvoice) -> LinkedRecurring {
    LinkedRecurring {
        id: recurring.id,
        name: recurring.name.clone(),
        client_id: recurring.client_id,
        status: recurring.status,
        schedule: schedule_of(recurring),
        next_invoice_date: recurring.next_invoice_date,
    }
}

async fn save(
    tx: &mut OrgTx,
    by: &By,
    before: &Subscription,
    after: &mut Subscription,
    now: Timestamp,
) -> Result<()> {
    after.settings.version += 1;
    store::save_settings(tx, &after.pax8_id, &after.settings, now).await?;
    // What happened since it was linked is settled by linking it anew.
    if before.settings.recurring_invoice != after.settings.recurring_invoice {
        store::clear_attention(tx, after.id).await?;
        after.attention = None;
    }
    store::save_worths(tx, vec![(after.id, store::worth_columns(&after.worth()))]).await?;
    let event = audit::Event {
        by,
        action: "pax8_subscription.billing_configured",
        subject_type: "pax8_subscription",
        subject_id: after.id.to_string(),
    };
    let (before, after) = (
        Remembered::of(&before.settings),
        Remembered::of(&after.settings),
    );
    audit::record(tx, event, now, Some(&before), Some(&after)).await
}

/// Settings as the audit log remembers them.
#[derive(Serialize)]
struct Remembered {
    markup: Option<Markup>,
    override_price: Option<Decimal>,
    recurring_invoice_id: Option<RecurringInvoiceId>,
    charge: &'static str,
}

impl Remembered {
    fn of(settings: &BillingSettings) -> Self {
        let Pricing {
            markup,
            override_price,
        } = settings.pricing;
        Self {
            markup,
            override_price,
            recurring_invoice_id: settings.recurring_invoice,
            charge: settings.charge.code(),
        }
    }
}
