//! What is stored of subscriptions, as far as Pax8 says it, with the figures that follow from it.

use std::{collections::HashMap, num::ParseIntError};

use billing::{Markup, Pricing};
use db::{OrgTx, Row, Value, args};
use jiff::Timestamp;
use money::Amount;

use crate::{
    error::{Error, Result},
    ids::{CompanyId, RecurringInvoiceId, SubscriptionId, SyncId},
    like,
    pax8::{
        subscriptions::{Attention, LastKnown, Worth},
        sync::{
            absorb::SubscriptionFacts, fingerprint::Fingerprint, store::companies::fingerprint,
        },
    },
};

/// A macro, because statements are put together at compile time.
macro_rules! columns {
    () => {
        "select id, pax8_id, company_id, parent_pax8_id, product_pax8_id, product_name, vendor, sku, quantity, billing_term,
        commitment_term, commitment_end, currency, price, partner_cost, status, start_date, end_date, billing_start, missing_since,
        last_known, attention, attention_at, fingerprint, first_seen_at, seen_at, seen_sync_id from pax8_subscription where organization_id = $1"
    };
}

db::statements! {
    /// As one text, because there are many of them, and what a column costs is most of what they cost.
    org LIST_GLANCES = "select case when missing_since is null then fingerprint else '--------------------------------' end || pax8_id as glance
        from pax8_subscription where organization_id = $1 and (cast($2 as text) is null or company_id = $2)";
    bulk FIND_MANY = "with wanted (organization_id, pax8_id) as (values", 2,
        concat!(") ", columns!(), " and pax8_id in (select pax8_id from wanted)");
    org LIST_DECIDED = "select subscription_pax8_id, markup_type, markup_value, override_price, recurring_invoice_id
        from subscription_billing where organization_id = $1";
    org VOID_DECISIONS = "update subscription_billing set billed_in_status = null
        where organization_id = $1 and billed_in_status is not null
            and exists (select 1 from pax8_subscription s where s.organization_id = $1
                and s.pax8_id = subscription_billing.subscription_pax8_id
                and coalesce(s.status, '') <> subscription_billing.billed_in_status)";
    bulk PUT = "insert into pax8_subscription (organization_id, id, pax8_id, company_id, parent_pax8_id, product_pax8_id, product_name,
        vendor, sku, quantity, billing_term, commitment_term, commitment_end, currency, price, partner_cost, status, start_date,
        end_date, billing_start, missing_since, last_known, attention, attention_at, monthly_revenue_minor, monthly_cost_minor,
        bill_price, below_cost, fingerprint, first_seen_at, seen_at, seen_sync_id, search_text) values", 33,
        "on conflict (organization_id, id) do update set company_id = excluded.company_id, parent_pax8_id = excluded.parent_pax8_id,
            product_pax8_id = excluded.product_pax8_id, product_name = excluded.product_name, vendor = excluded.vendor,
            sku = excluded.sku, quantity = excluded.quantity, billing_term = excluded.billing_term,
            commitment_term = excluded.commitment_term, commitment_end = excluded.commitment_end, currency = excluded.currency,
            price = excluded.price, partner_cost = excluded.partner_cost, status = excluded.status, start_date = excluded.start_date,
            end_date = excluded.end_date, billing_start = excluded.billing_start, missing_since = excluded.missing_since,
            last_known = excluded.last_known, attention = excluded.attention,
            attention_at = excluded.attention_at, monthly_revenue_minor = excluded.monthly_revenue_minor,
            monthly_cost_minor = excluded.monthly_cost_minor, bill_price = excluded.bill_price, below_cost = excluded.below_cost,
            fingerprint = excluded.fingerprint, seen_at = excluded.seen_at, seen_sync_id = excluded.seen_sync_id,
            search_text = excluded.search_text";
}

/// As much of a stored subscription as tells whether it has to be read.
pub(in crate::pax8::sync) struct Glance {
    /// Which of all that were looked at, from 0.
    pub place: usize,
    /// What Pax8 said when it was last there; none where it is missing.
    pub fingerprint: Option<Fingerprint>,
}

impl Glance {
    /// From its fingerprint, or as many hyphens, and what follows: Pax8's id.
    fn read(text: &str, place: usize) -> Result<(String, Self), ParseIntError> {
        let (fingerprint, pax8_id) = text
            .split_at_checked(Fingerprint::DIGITS)
            .unwrap_or((text, ""));
        let missing = fingerprint.starts_with('-');
        let fingerprint = (!missing).then(|| fingerprint.parse()).transpose()?;
        Ok((pax8_id.to_owned(), Self { place, fingerprint }))
    }

    /// Whether it is there and Pax8 says of it what it said before.
    pub(in crate::pax8::sync) fn says(&self, told: Fingerprint) -> bool {
        self.fingerprint == Some(told)
    }

    /// Whether Pax8 had it the last time.
    pub(in crate::pax8::sync) fn is_there(&self) -> bool {
        self.fingerprint.is_some()
    }
}

/// A subscription, as far as Pax8 says it.
#[derive(Debug, Clone)]
pub(in crate::pax8::sync) struct StoredSubscription {
    pub id: SubscriptionId,
    pub pax8_id: String,
    pub company: CompanyId,
    pub facts: SubscriptionFacts,
    pub missing_since: Option<Timestamp>,
    pub last_known: LastKnown,
    pub attention: Option<Attention>,
    /// Since when.
    pub attention_at: Option<Timestamp>,
    pub fingerprint: Fingerprint,
    pub first_seen_at: Timestamp,
    pub seen_at: Timestamp,
    pub seen_sync: SyncId,
}

/// What people decided about a subscription, as far as it matters to a sync.
#[derive(Debug, Clone)]
pub(in crate::pax8::sync) struct Decided {
    pub pricing: Pricing,
    /// Whether it feeds a recurring invoice.
    pub linked: bool,
}

/// All subscriptions at a glance, or those of one company, by Pax8's id.
pub(in crate::pax8::sync) async fn list_glances(
    tx: &mut OrgTx,
    company: Option<CompanyId>,
) -> Result<HashMap<String, Glance>> {
    let mut glances = HashMap::new();
    tx.fetch_each(&LIST_GLANCES, args![company], |row| {
        let place = glances.len();
        let glance = row.parse("glance", |text| Glance::read(text, place))?;
        glances.extend(glance);
        Ok::<_, Error>(())
    })
    .await?;
    Ok(glances)
}

/// Those of these that are stored, by Pax8's id; under whatever company they are.
pub(in crate::pax8::sync) async fn load_many(
    tx: &mut OrgTx,
    pax8_ids: impl Iterator<Item = &str>,
) -> Result<HashMap<String, StoredSubscription>> {
    let wanted = pax8_ids.map(|pax8_id| args![pax8_id]);
    let rows = tx.fetch_bulk(&FIND_MANY, wanted.collect()).await?;
    let stored = rows.iter().map(|row| {
        let stored = read(row)?;
        Ok((stored.pax8_id.clone(), stored))
    });
    stored.collect()
}

/// What people decided, by Pax8's id of the subscription.
pub(in crate::pax8::sync) async fn list_decided(
    tx: &mut OrgTx,
) -> Result<HashMap<String, Decided>> {
    let rows = tx.fetch_all(&LIST_DECIDED, args![]).await?;
    let decided = rows.iter().map(|row| {
        let invoice: Option<RecurringInvoiceId> = row.get("recurring_invoice_id")?;
        let pricing = Pricing {
            markup: read_markup(row)?,
            override_price: row.get("override_price")?,
        };
        let linked = invoice.is_some();
        Ok((
            row.get("subscription_pax8_id")?,
            Decided { pricing, linked },
        ))
    });
    decided.collect()
}

/// Voids the decisions to bill subscriptions in a status that they no longer have.
pub(in crate::pax8::sync) async fn void_decisions(tx: &mut OrgTx) -> Result<()> {
    tx.execute(&VOID_DECISIONS, args![]).await?;
    Ok(())
}

/// Stores subscriptions with what they are worth.
pub(in crate::pax8::sync) async fn put(
    tx: &mut OrgTx,
    subscriptions: Vec<(StoredSubscription, Worth)>,
) -> Result<()> {
    let rows = subscriptions.into_iter();
    let rows = rows.map(|(it, worth)| columns_of(it, &worth));
    tx.try_bulk(&PUT, rows).await?;
    Ok(())
}

fn columns_of(it: StoredSubscription, worth: &Worth) -> Result<Vec<Value>> {
    let facts = it.facts;
    let search_text = like::search_text([
        facts.product_name.as_deref(),
        facts.vendor.as_deref(),
        facts.sku.as_deref(),
    ]);
    Ok(args![
        it.id,
        it.pax8_id,
        it.company,
        facts.parent_id,
        facts.product_id,
        facts.product_name,
        facts.vendor,
        facts.sku,
        facts.quantity,
        facts.billing_term,
        facts.commitment_term,
        facts.commitment_end,
        facts.currency,
        facts.price,
        facts.partner_cost,
        facts.status,
        facts.start_date,
        facts.end_date,
        facts.billing_start,
        it.missing_since,
        Value::json(&it.last_known)?,
        it.attention.map(Attention::as_str),
        it.attention_at,
        worth.monthly_revenue.map(Amount::minor),
        worth.monthly_cost.map(Amount::minor),
        worth.bill_price.map(|it| it.unit.value()),
        worth.below_cost(),
        it.fingerprint.to_string(),
        it.first_seen_at,
        it.seen_at,
        it.seen_sync,
        like::indexed(&search_text)
    ])
}

fn read(row: &Row) -> Result<StoredSubscription> {
    Ok(StoredSubscription {
        id: row.get("id")?,
        pax8_id: row.get("pax8_id")?,
        company: row.get("company_id")?,
        facts: SubscriptionFacts {
            parent_id: row.get("parent_pax8_id")?,
            product_id: row.get("product_pax8_id")?,
            product_name: row.get("product_name")?,
            vendor: row.get("vendor")?,
            sku: row.get("sku")?,
            currency: row.get("currency")?,
            billing_term: row.get("billing_term")?,
            quantity: row.get("quantity")?,
            price: row.get("price")?,
            partner_cost: row.get("partner_cost")?,
            commitment_term: row.get("commitment_term")?,
            commitment_end: row.get("commitment_end")?,
            start_date: row.get("start_date")?,
            billing_start: row.get("billing_start")?,
            end_date: row.get("end_date")?,
            status: row.get("status")?,
        },
        missing_since: row.get("missing_since")?,
        last_known: row.json("last_known")?,
        attention: row.parse("attention", |name| {
            Attention::parse(name).ok_or("not a known name")
        })?,
        attention_at: row.get("attention_at")?,
        fingerprint: fingerprint(row)?,
        first_seen_at: row.get("first_seen_at")?,
        seen_at: row.get("seen_at")?,
        seen_sync: row.get("seen_sync_id")?,
    })
}

fn read_markup(row: &Row) -> Result<Option<Markup>> {
    let (kind, value): (Option<String>, Option<_>) =
        (row.get("markup_type")?, row.get("markup_value")?);
    let markup = match (kind.as_deref(), value) {
        (Some("percentage"), Some(value)) => Markup::percentage(value),
        (Some("fixed"), Some(value)) => Markup::fixed(value),
        _ => return Ok(None),
    };
    markup.map(Some).map_err(Error::internal)
}
