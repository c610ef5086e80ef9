//! The links between subscriptions and recurring invoices, seen from the other end.

use std::collections::{BTreeSet, HashMap};

use billing::LinkedSubscription;
use db::OrgTx;
use jiff::tz::TimeZone;
use money::Amount;

use super::{Subscription, link_store, store};
use crate::{
    error::Result,
    ids::{ClientId, CompanyId, InvoiceId, RecurringInvoiceId, SubscriptionId},
};

/// Everything that recurring invoices have to bill, as the rules of billing want it. A subscription whose company belongs
/// to another client by now is among it, marked as moved, so that it is held.
///
/// # Errors
/// When the database is gone.
pub async fn linked_subscriptions(
    tx: &mut OrgTx,
    recurring: &[RecurringInvoiceId],
    timezone: &TimeZone,
) -> Result<HashMap<RecurringInvoiceId, Vec<LinkedSubscription>>> {
    let found = store::of_recurring(tx, recurring).await?;
    let inputs = with_past(tx, &found, timezone).await?;
    let mut linked: HashMap<_, Vec<_>> = HashMap::new();
    for (subscription, input) in found.iter().zip(inputs) {
        if let Some(recurring) = subscription.settings.recurring_invoice {
            linked.entry(recurring).or_default().push(input);
        }
    }
    Ok(linked)
}

/// Subscriptions as the rules of billing want them: with how their quantities moved and until when they were trials, as far
/// as that was recorded.
async fn with_past(
    tx: &mut OrgTx,
    subscriptions: &[Subscription],
    timezone: &TimeZone,
) -> Result<Vec<LinkedSubscription>> {
    let inputs = subscriptions.iter().map(|it| it.billing_input(timezone));
    let mut inputs: Vec<_> = inputs.collect();
    let ids = inputs.iter().map(|it| it.id.as_str());
    let mut pasts = link_store::recorded_past(tx, ids, timezone).await?;
    for input in &mut inputs {
        let past = pasts.remove(&input.id).unwrap_or_default();
        input.quantity_changes = past.quantity_changes;
        input.trial_until = past.trial_until;
    }
    Ok(inputs)
}

/// Subscriptions that feed nothing any more, as the rules of billing want them: of those named, the ones whose link ended with
/// the recurring invoice that they fed. What feeds another one by now is left to that.
///
/// # Errors
/// When the database is gone.
pub async fn once_linked(
    tx: &mut OrgTx,
    named: BTreeSet<&str>,
    timezone: &TimeZone,
) -> Result<Vec<LinkedSubscription>> {
    let mut found = Vec::new();
    for id in named.into_iter().filter_map(SubscriptionId::parse) {
        let subscription = store::find(tx, id).await?;
        found.extend(subscription.filter(|it| it.settings.recurring_invoice.is_none()));
    }
    with_past(tx, &found, timezone).await
}

/// The subscriptions that feed a recurring invoice, by product.
///
/// # Errors
/// When the database is gone.
pub async fn linked_summaries(
    tx: &mut OrgTx,
    recurring: RecurringInvoiceId,
) -> Result<Vec<Subscription>> {
    store::of_recurring(tx, &[recurring]).await
}

/// What subscriptions bring each of these recurring invoices a month, as far as it is known; one that none feeds is not
/// among them.
///
/// # Errors
/// When the database is gone.
pub async fn linked_monthly(
    tx: &mut OrgTx,
    recurring: impl Iterator<Item = RecurringInvoiceId>,
) -> Result<HashMap<RecurringInvoiceId, Amount>> {
    link_store::linked_sums(tx, recurring).await
}

/// Remembers that the prices of these subscriptions, which are paid once, are each on an invoice.
///
/// # Errors
/// When the database is gone.
pub async fn mark_billed_once(
    tx: &mut OrgTx,
    billed: impl IntoIterator<Item = (String, InvoiceId), IntoIter: Send>,
) -> Result<()> {
    link_store::mark_billed_once(tx, billed).await
}

/// Forgets what is remembered of an invoice: it was made void, so prices on it that are paid once are still to be paid.
///
/// # Errors
/// When the database is gone.
pub async fn forget_billed_once(tx: &mut OrgTx, invoice: InvoiceId) -> Result<()> {
    link_store::forget_billed_once(tx, invoice).await
}

/// Ends all links to a recurring invoice and tells how many there were. Pricing stays.
///
/// # Errors
/// When the database is gone.
pub async fn end_links_of_recurring(tx: &mut OrgTx, recurring: RecurringInvoiceId) -> Result<u64> {
    link_store::end_links_of_recurring(tx, recurring).await
}

/// Ends the links of companies' subscriptions, except those to recurring invoices of the client that each belongs to from
/// now on, and tells of each company how many there were, if any. Pricing stays.
///
/// # Errors
/// When the database is gone.
pub(in crate::pax8) async fn end_links_of_companies(
    tx: &mut OrgTx,
    companies: impl IntoIterator<Item = (CompanyId, Option<ClientId>)>,
) -> Result<HashMap<CompanyId, u64>> {
    let mut ended: HashMap<CompanyId, u64> = HashMap::new();
    let mut links = Vec::new();
    for (company, pax8_id) in link_store::links_to_others(tx, companies).await? {
        *ended.entry(company).or_default() += 1;
        links.push(pax8_id);
    }
    link_store::end_links(tx, links).await?;
    Ok(ended)
}
