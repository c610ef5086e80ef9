//! Every SQL statement about the links between subscriptions and recurring invoices, and about what waits for a decision.

use std::collections::HashMap;

use billing::{BillingTerm, QuantityChange, SubscriptionStatus};
use db::{OrgTx, Row, args};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use money::Amount;

use super::{ToDecide, Unseen, conditions::status_bills};
use crate::{
    error::{Error, Result},
    ids::{ClientId, CompanyId, InvoiceId, RecurringInvoiceId, SubscriptionId},
};

db::statements! {
    org COUNT_TO_DECIDE = concat!("select count(case when b.recurring_invoice_id is null then 1 end) as not_linked,
            count(case when s.below_cost then 1 end) as below_cost
        from pax8_subscription s
        left join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        where s.organization_id = $1 and ", status_bills!());
    bulk UNSEEN_CHANGES = "with wanted (organization_id, id) as (values", 2,
        ") select h.record_pax8_id, h.field, h.before_value, h.after_value from wanted
        join pax8_subscription s on s.organization_id = wanted.organization_id and s.id = wanted.id
        join pax8_change h on h.organization_id = s.organization_id and h.record_type = 'subscription'
            and h.record_pax8_id = s.pax8_id and h.field in ('company', 'product_id', 'product_name', 'sku')
        where s.attention is not null and h.at >= s.attention_at
        order by h.id";
    bulk RECORDED_CHANGES = "with wanted (organization_id, id) as (values", 2,
        ") select s.id, h.field, h.at, h.sync_id, h.before_value, h.after_value from wanted
        join pax8_subscription s on s.organization_id = wanted.organization_id and s.id = wanted.id
        join pax8_change h on h.organization_id = s.organization_id and h.record_type = 'subscription'
            and h.record_pax8_id = s.pax8_id and h.field in ('quantity', 'status', 'billing_term')
        order by h.id";
    bulk LINKED_SUMS = "with wanted (organization_id, id) as (values", 2,
        ") select b.recurring_invoice_id, c.currency as currency,
            cast(sum(case when k.currency = c.currency then s.monthly_revenue_minor end) as bigint) as monthly
        from subscription_billing b
        join pax8_subscription s on s.organization_id = b.organization_id and s.pax8_id = b.subscription_pax8_id
        join pax8_company o on o.organization_id = s.organization_id and o.id = s.company_id
        left join client k on k.organization_id = o.organization_id and k.id = o.client_id
        join recurring_invoice r on r.organization_id = b.organization_id and r.id = b.recurring_invoice_id
        join client c on c.organization_id = r.organization_id and c.id = r.client_id
        where b.organization_id = $1 and b.recurring_invoice_id in (select id from wanted)
        group by b.recurring_invoice_id, c.currency";
    org END_LINK = "update subscription_billing set recurring_invoice_id = null, billed_in_status = null, billed_while_missing = null,
            version = version + 1
        where organization_id = $1 and subscription_pax8_id = $2";
    org END_LINKS_OF_RECURRING = "update subscription_billing set recurring_invoice_id = null, billed_in_status = null, billed_while_missing = null,
            version = version + 1
        where organization_id = $1 and recurring_invoice_id = $2";
    /// Links of companies' subscriptions to recurring invoices of another client than that given for the company.
    bulk LINKS_TO_OTHERS = "with wanted (organization_id, company_id, client_id) as (values", 3,
        ") select s.company_id, s.pax8_id from wanted
        join pax8_subscription s on s.organization_id = wanted.organization_id and s.company_id = wanted.company_id
        join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        join recurring_invoice r on r.organization_id = b.organization_id and r.id = b.recurring_invoice_id
        where wanted.client_id is null or r.client_id <> wanted.client_id";
    bulk END_LINKS = "with ended (organization_id, pax8_id) as (values", 2,
        ") update subscription_billing set recurring_invoice_id = null, billed_in_status = null, billed_while_missing = null, version = version + 1
        where organization_id = $1 and subscription_pax8_id in (select pax8_id from ended)";
    bulk MARK_BILLED_ONCE = "with news (organization_id, id, invoice_id) as (values", 3,
        ") insert into billed_once (organization_id, subscription_pax8_id, invoice_id)
        select s.organization_id, s.pax8_id, news.invoice_id from news
        join pax8_subscription s on s.organization_id = news.organization_id and s.id = news.id where true
        on conflict (organization_id, subscription_pax8_id) do nothing";
    org FORGET_BILLED_ONCE = "delete from billed_once where organization_id = $1 and invoice_id = $2";
}

/// How many in a status that bills feed no recurring invoice, and how many are sold below their cost.
pub(super) async fn count_to_decide(tx: &mut OrgTx) -> Result<ToDecide> {
    let row = tx.fetch_one(&COUNT_TO_DECIDE, args![]).await?;
    Ok(ToDecide {
        not_linked: row.get("not_linked")?,
        below_cost: row.get("below_cost")?,
    })
}

/// Every change of company and product of these subscriptions since somebody last looked, in order, with Pax8's id.
pub(super) async fn unseen_changes(
    tx: &mut OrgTx,
    of: impl Iterator<Item = SubscriptionId>,
) -> Result<Vec<(String, Unseen)>> {
    let wanted = of.map(|id| args![id]).collect();
    let rows = tx.fetch_bulk(&UNSEEN_CHANGES, wanted).await?;
    let change = |row: &Row| -> db::Result<_> {
        let unseen = Unseen {
            field: row.get("field")?,
            before: row.get("before_value")?,
            after: row.get("after_value")?,
        };
        Ok((row.get("record_pax8_id")?, unseen))
    };
    Ok(rows.iter().map(change).collect::<db::Result<_>>()?)
}

/// What billing needs to know of a subscription's past.
#[derive(Default)]
pub(super) struct Past {
    /// The recorded changes of its quantity, oldest first.
    pub quantity_changes: Vec<QuantityChange>,
    /// The day a sync first saw it paid, if it was a trial before.
    pub trial_until: Option<Date>,
}

/// The past of subscriptions, as far as it was recorded.
pub(super) async fn recorded_past<'a>(
    tx: &mut OrgTx,
    subscriptions: impl Iterator<Item = &'a str>,
    timezone: &TimeZone,
) -> Result<HashMap<String, Past>> {
    let wanted = subscriptions.map(|id| args![id]).collect();
    let mut pasts: HashMap<String, Past> = HashMap::new();
    for row in tx.fetch_bulk(&RECORDED_CHANGES, wanted).await? {
        let at: Timestamp = row.get("at")?;
        let on = at.to_zoned_datetime(timezone.clone()).date();
        let past = pasts.entry(row.get("id")?).or_default();
        let field: String = row.get("field")?;
        if field == "quantity" {
            past.quantity_changes.push(QuantityChange {
                on,
                before: row.get("before_value")?,
                after: row.get("after_value")?,
                sync_id: row.get("sync_id")?,
            });
        } else if was_a_trial(&field, row.get("before_value")?) {
            past.trial_until = Some(on);
        }
    }
    Ok(pasts)
}

/// Whether the value that a status or a billing term had before a change says trial.
fn was_a_trial(field: &str, before: Option<String>) -> bool {
    let before = before.unwrap_or_default();
    match field {
        "status" => SubscriptionStatus::from(before) == SubscriptionStatus::Trial,
        _ => BillingTerm::from(before.as_str()) == BillingTerm::Trial,
    }
}

/// What linked subscriptions bring each of these recurring invoices a month; what is unknown adds nothing.
pub(super) async fn linked_sums(
    tx: &mut OrgTx,
    recurring: impl Iterator<Item = RecurringInvoiceId>,
) -> Result<HashMap<RecurringInvoiceId, Amount>> {
    let wanted = recurring.map(|id| args![id]).collect();
    let rows = tx.fetch_bulk(&LINKED_SUMS, wanted).await?;
    rows.iter()
        .map(|row| {
            let currency: String = row.get("currency")?;
            let currency = currency.parse().map_err(Error::internal)?;
            let monthly: Option<i64> = row.get("monthly")?;
            let monthly = Amount::from_minor(monthly.unwrap_or(0), currency);
            Ok((row.get("recurring_invoice_id")?, monthly))
        })
        .collect()
}

pub(super) async fn end_link(tx: &mut OrgTx, pax8_id: &str) -> Result<()> {
    tx.execute(&END_LINK, args![pax8_id]).await?;
    Ok(())
}

pub(super) async fn end_links_of_recurring(
    tx: &mut OrgTx,
    recurring: RecurringInvoiceId,
) -> Result<u64> {
    Ok(tx
        .execute(&END_LINKS_OF_RECURRING, args![recurring])
        .await?)
}

/// The links of companies' subscriptions, by company and Pax8's id, except those to recurring invoices of the client given.
pub(super) async fn links_to_others(
    tx: &mut OrgTx,
    companies: impl IntoIterator<Item = (CompanyId, Option<ClientId>)>,
) -> Result<Vec<(CompanyId, String)>> {
    let wanted = companies.into_iter();
    let wanted = wanted.map(|(company, client)| args![company, client]);
    let rows = tx.fetch_bulk(&LINKS_TO_OTHERS, wanted.collect()).await?;
    let link = |row: &Row| -> db::Result<_> { Ok((row.get("company_id")?, row.get("pax8_id")?)) };
    Ok(rows.iter().map(link).collect::<db::Result<_>>()?)
}

pub(super) async fn end_links(tx: &mut OrgTx, pax8_ids: Vec<String>) -> Result<()> {
    let rows = pax8_ids.into_iter().map(|pax8_id| args![pax8_id]);
    tx.bulk(&END_LINKS, rows).await?;
    Ok(())
}

pub(super) async fn mark_billed_once(
    tx: &mut OrgTx,
    billed: impl IntoIterator<Item = (String, InvoiceId), IntoIter: Send>,
) -> Result<()> {
    let rows = billed.into_iter().map(|(id, invoice)| args![id, invoice]);
    tx.bulk(&MARK_BILLED_ONCE, rows).await?;
    Ok(())
}

pub(super) async fn forget_billed_once(tx: &mut OrgTx, invoice: InvoiceId) -> Result<()> {
    tx.execute(&FORGET_BILLED_ONCE, args![invoice]).await?;
    Ok(())
}
