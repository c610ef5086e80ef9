//! Every SQL statement about subscriptions and their billing settings.
//!
//! A subscription is read with the names, currency and schedule of what it is tied to, so that a list is one statement.

use billing::Markup;
use db::{OrgTx, Row, Value, args};
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{
    BillingSettings, Observation, Subscription, Worth,
    row::{read, read_worth},
};
use crate::{
    error::{Error, Result},
    http::Paging,
    ids::{ChangeId, CompanyId, RecurringInvoiceId, SubscriptionId},
};

/// Subscriptions `s` with their companies `c` and settings `b`, or from these three in another order.
macro_rules! subscriptions_where {
    ($condition:expr) => {
        subscriptions_where!(
            from "pax8_subscription s
            join pax8_company c on c.organization_id = s.organization_id and c.id = s.company_id
            left join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id",
            concat!("s.organization_id = $1 and ", $condition)
        )
    };
    (from $three:literal, $condition:expr) => {
        concat!(
            "select s.id, s.pax8_id, s.company_id, s.product_pax8_id, s.product_name, s.vendor, s.sku, s.quantity,
                s.billing_term, s.commitment_term, s.commitment_end, s.currency, s.price, s.partner_cost, s.status,
                s.start_date, s.end_date, s.billing_start, s.missing_since, s.last_known, s.attention, s.seen_at,
                s.seen_sync_id, s.search_text,
                c.name as company_name, k.id as client_id, k.name as client_name, k.currency as client_currency,
                b.markup_type, b.markup_value, b.override_price, b.charge, b.billed_in_status, b.billed_in_status_until,
                b.billed_while_missing, b.billed_while_missing_until, b.linked_from, b.version,
                r.id as recurring_id, r.name as recurring_name, r.client_id as recurring_client_id,
                r.status as recurring_status, r.frequency, r.anchor_date, r.next_invoice_date, o.invoice_id as once_on
            from ",
            $three,
            " left join client k on k.organization_id = c.organization_id and k.id = c.client_id
            left join recurring_invoice r on r.organization_id = b.organization_id and r.id = b.recurring_invoice_id
            left join billed_once o on o.organization_id = s.organization_id and o.subscription_pax8_id = s.pax8_id
            where ",
            $condition
        )
    };
}

pub(super) use subscriptions_where;

db::statements! {
    org FIND = subscriptions_where!("s.id = $2");
    org COUNT_OF_COMPANY = "select count(*) as n from pax8_subscription where organization_id = $1 and company_id = $2
        and (cast($3 as text) is null or lower(coalesce(status, '')) = $3)";
    /// Joined in this order on SQLite too, and put in order when read, because it would put these many columns aside for that.
    bulk OF_RECURRING = "with wanted (organization_id, id) as (values", 2,
        concat!(") ", subscriptions_where!(
            from "wanted cross join subscription_billing b cross join pax8_subscription s cross join pax8_company c",
            "b.organization_id = wanted.organization_id and b.recurring_invoice_id = wanted.id
            and s.organization_id = b.organization_id and s.pax8_id = b.subscription_pax8_id
            and c.organization_id = s.organization_id and c.id = s.company_id"));
    org STATUSES = "select distinct status from pax8_subscription
        where organization_id = $1 and status is not null order by status";
    org SAVE_SETTINGS = "insert into subscription_billing (organization_id, subscription_pax8_id, markup_type, markup_value,
            override_price, recurring_invoice_id, charge, billed_in_status, billed_in_status_until, billed_while_missing,
            billed_while_missing_until, linked_from, version, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        on conflict (organization_id, subscription_pax8_id) do update set markup_type = excluded.markup_type,
            markup_value = excluded.markup_value, override_price = excluded.override_price,
            recurring_invoice_id = excluded.recurring_invoice_id, charge = excluded.charge,
            billed_in_status = excluded.billed_in_status, billed_in_status_until = excluded.billed_in_status_until,
            billed_while_missing = excluded.billed_while_missing,
            billed_while_missing_until = excluded.billed_while_missing_until, linked_from = excluded.linked_from,
            version = excluded.version, updated_at = excluded.updated_at";
    bulk SAVE_WORTHS = "with news (organization_id, id, bill_price, revenue, cost, below_cost) as (values", 6,
        ") update pax8_subscription set bill_price = news.bill_price, monthly_revenue_minor = cast(news.revenue as bigint),
            monthly_cost_minor = cast(news.cost as bigint), below_cost = cast(news.below_cost as boolean)
        from news where pax8_subscription.organization_id = news.organization_id and pax8_subscription.id = news.id";
    /// What the figures for sums are made of, and the figures as they are stored.
    bulk WORTHS = "with wanted (organization_id, id) as (values", 2,
        ") select s.id, s.quantity, s.billing_term, s.currency, s.price, s.partner_cost, s.bill_price, s.monthly_revenue_minor,
            s.monthly_cost_minor, s.below_cost, b.markup_type, b.markup_value, b.override_price, k.currency as client_currency
        from pax8_subscription s
        join pax8_company c on c.organization_id = s.organization_id and c.id = s.company_id
        left join client k on k.organization_id = c.organization_id and k.id = c.client_id
        left join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        where s.organization_id = $1 and s.company_id in (select id from wanted)";
    org CLEAR_ATTENTION = "update pax8_subscription set attention = null, attention_at = null
        where organization_id = $1 and id = $2";
    org HISTORY = "select id, at, sync_id, field, before_value, after_value
        from pax8_change where organization_id = $1 and record_type = 'subscription' and record_pax8_id = $2
            and (cast($3 as text) is null or id < $3)
        order by id desc limit $4";
}

pub(super) async fn find(tx: &mut OrgTx, id: SubscriptionId) -> Result<Option<Subscription>> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn count_of_company(
    tx: &mut OrgTx,
    company: CompanyId,
    status: Option<&str>,
) -> Result<u32> {
    let args = args![company, status.map(str::to_lowercase)];
    Ok(tx.fetch_one(&COUNT_OF_COMPANY, args).await?.get("n")?)
}

/// Those that feed any of these recurring invoices, by product.
pub(super) async fn of_recurring(
    tx: &mut OrgTx,
    recurring: &[RecurringInvoiceId],
) -> Result<Vec<Subscription>> {
    let wanted = recurring.iter().map(|id| args![*id]).collect();
    let mut found: Vec<(String, Subscription)> = Vec::new();
    tx.fetch_bulk_each(&OF_RECURRING, wanted, |row| {
        found.push((row.get("search_text")?, read(&row)?));
        Ok::<_, Error>(())
    })
    .await?;
    found.sort_unstable_by(|(a, one), (b, other)| (a, one.id).cmp(&(b, other.id)));
    Ok(found.into_iter().map(|(_, it)| it).collect())
}

pub(super) async fn statuses(tx: &mut OrgTx) -> Result<Vec<String>> {
    let rows = tx.fetch_all(&STATUSES, args![]).await?;
    Ok(rows
        .iter()
        .map(|row| row.get("status"))
        .collect::<db::Result<_>>()?)
}

pub(super) async fn save_settings(
    tx: &mut OrgTx,
    pax8_id: &str,
    settings: &BillingSettings,
    now: Timestamp,
) -> Result<()> {
    let (markup_type, markup_value) = match settings.pricing.markup {
        Some(Markup::Percentage(percent)) => (Some("percentage"), Some(percent)),
        Some(Markup::Fixed(amount)) => (Some("fixed"), Some(amount)),
        None => (None, None),
    };
    let in_status = settings.billed_in_status.as_ref();
    let while_missing = settings.billed_while_missing.as_ref();
    let args = args![
        pax8_id,
        markup_type,
        markup_value,
        settings.pricing.override_price,
        settings.recurring_invoice,
        settings.charge.code(),
        in_status.map(|it| it.of.clone()),
        in_status.and_then(|it| it.until),
        while_missing.map(|it| it.of),
        while_missing.and_then(|it| it.until),
        settings.linked_from,
        settings.version,
        now
    ];
    tx.execute(&SAVE_SETTINGS, args).await?;
    Ok(())
}

/// Keeps the figures for sums, given as columns.
pub(super) async fn save_worths(
    tx: &mut OrgTx,
    worths: Vec<(SubscriptionId, Vec<Value>)>,
) -> Result<()> {
    let rows = worths.into_iter().map(|(id, columns)| {
        let mut row = args![id];
        row.extend(columns);
        row
    });
    tx.bulk(&SAVE_WORTHS, rows).await?;
    Ok(())
}

/// The figures kept for sums of each subscription of companies that are not what they should be, as they should be.
pub(super) async fn outdated_worths(
    tx: &mut OrgTx,
    companies: &[CompanyId],
) -> Result<Vec<(SubscriptionId, Vec<Value>)>> {
    let wanted = companies.iter().map(|id| args![*id]).collect();
    let mut outdated = Vec::new();
    for row in tx.fetch_bulk(&WORTHS, wanted).await? {
        let stored = args![
            row.get::<Option<Decimal>>("bill_price")?,
            row.get::<Option<i64>>("monthly_revenue_minor")?,
            row.get::<Option<i64>>("monthly_cost_minor")?,
            row.get::<bool>("below_cost")?
        ];
        let worth = worth_columns(&read_worth(&row)?);
        if worth != stored {
            outdated.push((row.get("id")?, worth));
        }
    }
    Ok(outdated)
}

/// The figures kept for sums, as columns: bill price, revenue, cost, below cost.
pub(super) fn worth_columns(worth: &Worth) -> Vec<Value> {
    args![
        worth.bill_price.map(|price| price.unit.value()),
        worth.monthly_revenue.map(money::Amount::minor),
        worth.monthly_cost.map(money::Amount::minor),
        worth.below_cost()
    ]
}

pub(super) async fn clear_attention(tx: &mut OrgTx, id: SubscriptionId) -> Result<()> {
    tx.execute(&CLEAR_ATTENTION, args![id]).await?;
    Ok(())
}

pub(super) async fn history(
    tx: &mut OrgTx,
    pax8_id: &str,
    paging: &Paging<ChangeId>,
) -> Result<Vec<Observation>> {
    let args = args![pax8_id, paging.after, paging.fetch()];
    let rows = tx.fetch_all(&HISTORY, args).await?;
    let observation = |row: &Row| -> db::Result<_> {
        Ok(Observation {
            id: row.get("id")?,
            at: row.get("at")?,
            sync_id: row.get("sync_id")?,
            field: row.get("field")?,
            before: row.get("before_value")?,
            after: row.get("after_value")?,
        })
    };
    Ok(rows.iter().map(observation).collect::<db::Result<_>>()?)
}
