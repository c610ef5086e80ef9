//! What is stored of companies, as far as Pax8 says it. The mapping belongs to `companies` and is not touched here.

use std::collections::HashMap;

use db::{OrgTx, Row, args};
use jiff::Timestamp;
use money::Currency;

use crate::{
    error::{Error, Result},
    ids::CompanyId,
    like,
    pax8::sync::{absorb::CompanyFacts, fingerprint::Fingerprint, pull::LookedUp},
};

db::statements! {
    org LIST = "select id, pax8_id, name, status, external_id, website, missing_since, last_synced_at, fingerprint, first_seen_at
        from pax8_company where organization_id = $1";
    org COUNT_LISTED = "select count(*) as n from pax8_company
        where organization_id = $1 and missing_since is null and looked_up_at is null";
    org FIND_PAX8_ID = "select pax8_id from pax8_company where organization_id = $1 and id = $2";
    org LIST_LOOKED_UP = "select pax8_id, looked_up_at, missing_since from pax8_company
        where organization_id = $1 and looked_up_at is not null";
    org SET_LOOKED_UP = "update pax8_company set looked_up_at = $3 where organization_id = $1 and pax8_id = $2";
    org LIST_CURRENCIES = "select c.id, k.currency from pax8_company c
        join client k on k.organization_id = c.organization_id and k.id = c.client_id where c.organization_id = $1";
    bulk PUT = "insert into pax8_company (organization_id, id, pax8_id, name, status, external_id, website, missing_since, fingerprint,
        first_seen_at, search_text) values", 11,
        "on conflict (organization_id, id) do update set name = excluded.name, status = excluded.status,
            external_id = excluded.external_id, website = excluded.website, missing_since = excluded.missing_since,
            fingerprint = excluded.fingerprint, search_text = excluded.search_text";
    org SET_SYNCED = "update pax8_company set last_synced_at = $3 where organization_id = $1 and id = $2";
    org RECOUNT = "update pax8_company set subscription_count = (select count(*) from pax8_subscription s
            where s.organization_id = pax8_company.organization_id and s.company_id = pax8_company.id)
        where organization_id = $1 and subscription_count <> (select count(*) from pax8_subscription s
            where s.organization_id = pax8_company.organization_id and s.company_id = pax8_company.id)";
}

/// A company, as far as Pax8 says it.
#[derive(Debug, Clone)]
pub(in crate::pax8::sync) struct StoredCompany {
    pub id: CompanyId,
    pub pax8_id: String,
    pub facts: CompanyFacts,
    pub missing_since: Option<Timestamp>,
    pub last_synced_at: Option<Timestamp>,
    pub fingerprint: Fingerprint,
    pub first_seen_at: Timestamp,
}

pub(in crate::pax8::sync) async fn list(tx: &mut OrgTx) -> Result<Vec<StoredCompany>> {
    let rows = tx.fetch_all(&LIST, args![]).await?;
    rows.iter().map(read).collect()
}

/// How many companies Pax8's list has had until now.
pub(in crate::pax8::sync) async fn count_listed(tx: &mut OrgTx) -> Result<u64> {
    let listed: i64 = tx.fetch_one(&COUNT_LISTED, args![]).await?.get("n")?;
    u64::try_from(listed).map_err(Error::internal)
}

pub(in crate::pax8::sync) async fn load_pax8_id(tx: &mut OrgTx, id: CompanyId) -> Result<String> {
    let row = tx.fetch_optional(&FIND_PAX8_ID, args![id]).await?;
    Ok(row.ok_or(Error::NotFound("company"))?.get("pax8_id")?)
}

/// What asking for unlisted companies came to, by Pax8's id. One that went missing after it was asked for counts as known:
/// nobody has asked since.
pub(in crate::pax8::sync) async fn list_looked_up(
    tx: &mut OrgTx,
) -> Result<HashMap<String, LookedUp>> {
    let rows = tx.fetch_all(&LIST_LOOKED_UP, args![]).await?;
    let looked_up = rows.iter().map(|row| {
        let at: Timestamp = row.get("looked_up_at")?;
        let missing_since: Option<Timestamp> = row.get("missing_since")?;
        let found = missing_since.is_none_or(|since| since > at);
        Ok((row.get("pax8_id")?, LookedUp { at, found }))
    });
    looked_up.collect()
}

/// Says when Pax8 was asked for companies that it does not list.
pub(in crate::pax8::sync) async fn set_looked_up(
    tx: &mut OrgTx,
    pax8_ids: &[String],
    now: Timestamp,
) -> Result<()> {
    for pax8_id in pax8_ids {
        tx.execute(&SET_LOOKED_UP, args![pax8_id, now]).await?;
    }
    Ok(())
}

/// The currencies of the clients that companies are mapped to.
pub(in crate::pax8::sync) async fn list_currencies(
    tx: &mut OrgTx,
) -> Result<HashMap<CompanyId, Currency>> {
    let rows = tx.fetch_all(&LIST_CURRENCIES, args![]).await?;
    let mut currencies = HashMap::with_capacity(rows.len());
    for row in &rows {
        if let Some(currency) = row.parse("currency", str::parse)? {
            currencies.insert(row.get("id")?, currency);
        }
    }
    Ok(currencies)
}

pub(in crate::pax8::sync) async fn put(
    tx: &mut OrgTx,
    companies: Vec<StoredCompany>,
) -> Result<()> {
    let rows = companies.into_iter().map(|it| {
        let search_text = like::search_text([
            it.facts.name.as_deref(),
            it.facts.external_id.as_deref(),
            Some(it.pax8_id.as_str()),
        ]);
        args![
            it.id,
            it.pax8_id,
            it.facts.name,
            it.facts.status,
            it.facts.external_id,
            it.facts.website,
            it.missing_since,
            it.fingerprint.to_string(),
            it.first_seen_at,
            search_text
        ]
    });
    tx.bulk(&PUT, rows).await?;
    Ok(())
}

/// Says when a company's subscriptions were pulled by themselves.
pub(in crate::pax8::sync) async fn set_synced(
    tx: &mut OrgTx,
    id: CompanyId,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&SET_SYNCED, args![id, now]).await?;
    Ok(())
}

/// Brings the numbers of subscriptions up to date, where they differ.
pub(in crate::pax8::sync) async fn recount(tx: &mut OrgTx) -> Result<()> {
    tx.execute(&RECOUNT, args![]).await?;
    Ok(())
}

/// What Pax8 said when the row was written.
pub(super) fn fingerprint(row: &Row) -> Result<Fingerprint> {
    let stored = row.parse("fingerprint", str::parse)?;
    stored.ok_or_else(|| Error::internal("a row without a fingerprint"))
}

fn read(row: &Row) -> Result<StoredCompany> {
    Ok(StoredCompany {
        id: row.get("id")?,
        pax8_id: row.get("pax8_id")?,
        facts: CompanyFacts {
            name: row.get("name")?,
            status: row.get("status")?,
            external_id: row.get("external_id")?,
            website: row.get("website")?,
        },
        missing_since: row.get("missing_since")?,
        last_synced_at: row.get("last_synced_at")?,
        fingerprint: fingerprint(row)?,
        first_seen_at: row.get("first_seen_at")?,
    })
}
