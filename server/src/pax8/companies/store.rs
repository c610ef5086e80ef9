//! Every SQL statement about companies and their mappings.
//!
//! A company is read with the name and currency of its client, so that a list is one statement.

use std::collections::HashMap;

use billing::CompanyKeys;
use db::{OrgTx, Row, Value, args};

use super::{
    Company, MappedBy, MatchCandidate, MatchOutcome, company::display_name, remap::Mapping,
};
use crate::{
    error::Result,
    http::Paging,
    ids::{ClientId, CompanyId},
    pax8::subscriptions::read_client,
};

macro_rules! companies_where {
    ($condition:literal) => {
        concat!(
            "select c.id, c.pax8_id, c.name, c.status, c.external_id, c.website, c.client_id, c.mapped_by, c.keep_unmapped,
                c.match_outcome, c.match_candidates, c.subscription_count, c.missing_since, c.last_synced_at,
                lower(coalesce(c.name, '')) as sort_name, k.name as client_name, k.currency as client_currency
            from pax8_company c
            left join client k on k.organization_id = c.organization_id and k.id = c.client_id
            where c.organization_id = $1 and ",
            $condition
        )
    };
}

db::statements! {
    org FIND = companies_where!("c.id = $2");
    bulk FIND_MANY = "with wanted (organization_id, id) as (values", 2,
        concat!(") ", companies_where!("c.id in (select id from wanted)"));
    org OF_CLIENT = companies_where!("c.client_id = $2 order by lower(coalesce(c.name, '')), c.id");
    org LIST = companies_where!("(cast($2 as text) is null
            or c.search_text like $2 escape '\\' or c.client_id in
                (select id from client where organization_id = $1 and sort_name like $2 escape '\\'))
        and (cast($3 as text) is null or lower(coalesce(c.status, '')) = $3)
        and (cast($4 as boolean) is null or (c.client_id is not null) = $4)
        and (cast($5 as text) is null or c.client_id = $5)
        and (cast($6 as text) is null or (lower(coalesce(c.name, '')), c.id) > ($6, $7))
        order by lower(coalesce(c.name, '')), c.id limit $8");
    org UNMAPPED = "select id, pax8_id, name, external_id, website, keep_unmapped, match_outcome, match_candidates
        from pax8_company where organization_id = $1 and client_id is null and missing_since is null order by id";
    org CLIENTS_WITH_COMPANY = "select distinct client_id from pax8_company
        where organization_id = $1 and client_id is not null";
    /// A company without a client was unlinked: by hand, since nothing else does.
    bulk SET_MAPPINGS = "with news (organization_id, id, client_id, mapped_by) as (values", 4,
        ") update pax8_company set client_id = news.client_id, mapped_by = news.mapped_by, keep_unmapped = news.client_id is null
        from news where pax8_company.organization_id = news.organization_id and pax8_company.id = news.id";
    bulk SET_MATCHES = "with news (organization_id, id, outcome, candidates) as (values", 4,
        ") update pax8_company set match_outcome = news.outcome, match_candidates = news.candidates
        from news where pax8_company.organization_id = news.organization_id and pax8_company.id = news.id";
    org IMPACT_OF_UNLINK = "select count(*) as lines, cast(sum(s.monthly_revenue_minor) as bigint) as monthly
        from pax8_subscription s
        join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        where s.organization_id = $1 and s.company_id = $2 and b.recurring_invoice_id is not null";
}

/// Which companies a page of the list shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrowing {
    pub containing: Option<String>,
    pub status: Option<String>,
    pub mapped: Option<bool>,
    pub client: Option<ClientId>,
}

/// The place of a company in the list.
pub(super) type SortKey = (String, CompanyId);

/// A company that no client has, as matching sees it.
pub(super) struct Unmapped {
    pub id: CompanyId,
    pub pax8_id: String,
    pub keys: CompanyKeys,
    pub keep_unmapped: bool,
    pub stored: (MatchOutcome, Vec<MatchCandidate>),
}

impl Unmapped {
    /// A name to call it by.
    pub(super) fn display_name(&self) -> &str {
        display_name(Some(&self.keys.name), &self.pax8_id)
    }
}

pub(super) async fn find(tx: &mut OrgTx, id: CompanyId) -> Result<Option<Company>> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn find_many(
    tx: &mut OrgTx,
    ids: impl IntoIterator<Item = CompanyId>,
) -> Result<HashMap<CompanyId, Company>> {
    let wanted = ids.into_iter().map(|id| args![id]).collect();
    let rows = tx.fetch_bulk(&FIND_MANY, wanted).await?;
    rows.iter()
        .map(|row| read(row).map(|company| (company.id, company)))
        .collect()
}

pub(super) async fn of_client(tx: &mut OrgTx, client: ClientId) -> Result<Vec<Company>> {
    let rows = tx.fetch_all(&OF_CLIENT, args![client]).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn list(
    tx: &mut OrgTx,
    narrowing: &Narrowing,
    paging: &Paging<SortKey>,
) -> Result<Vec<(SortKey, Company)>> {
    let (after_name, after_id) = paging.after.clone().unzip();
    let args = args![
        narrowing.containing.clone(),
        narrowing.status.clone(),
        narrowing.mapped,
        narrowing.client,
        after_name,
        after_id,
        paging.fetch()
    ];
    let rows = tx.fetch_all(&LIST, args).await?;
    rows.iter()
        .map(|row| {
            let company = read(row)?;
            Ok(((row.get("sort_name")?, company.id), company))
        })
        .collect()
}

pub(super) async fn unmapped(tx: &mut OrgTx) -> Result<Vec<Unmapped>> {
    let rows = tx.fetch_all(&UNMAPPED, args![]).await?;
    rows.iter()
        .map(|row| {
            let id: CompanyId = row.get("id")?;
            Ok(Unmapped {
                id,
                pax8_id: row.get("pax8_id")?,
                keys: CompanyKeys {
                    id: id.to_string(),
                    name: row.get::<Option<String>>("name")?.unwrap_or_default(),
                    external_id: row.get("external_id")?,
                    website: row.get("website")?,
                },
                keep_unmapped: row.get("keep_unmapped")?,
                stored: (read_outcome(row)?, row.json("match_candidates")?),
            })
        })
        .collect()
}

pub(super) async fn clients_with_company(tx: &mut OrgTx) -> Result<Vec<String>> {
    let rows = tx.fetch_all(&CLIENTS_WITH_COMPANY, args![]).await?;
    Ok(rows
        .iter()
        .map(|row| row.get("client_id"))
        .collect::<db::Result<_>>()?)
}

/// Stores mappings; without a client the company was unlinked, and no sync maps it again.
pub(super) async fn set_mappings(
    tx: &mut OrgTx,
    news: &[(CompanyId, Option<Mapping>)],
) -> Result<()> {
    let rows = news.iter().map(|(id, mapping)| {
        let (client, by) = mapping.unzip();
        args![*id, client, by.map(MappedBy::as_str)]
    });
    tx.bulk(&SET_MAPPINGS, rows).await?;
    Ok(())
}

pub(super) async fn set_matches(
    tx: &mut OrgTx,
    news: Vec<(CompanyId, MatchOutcome, Vec<MatchCandidate>)>,
) -> Result<()> {
    let row = |(id, outcome, candidates): (_, MatchOutcome, Vec<MatchCandidate>)| -> Result<_> {
        Ok(args![id, outcome.as_str(), Value::json(&candidates)?])
    };
    tx.try_bulk(&SET_MATCHES, news.into_iter().map(row)).await?;
    Ok(())
}

/// How many links a company's subscriptions have, and the sum of what these bring a month in minor units.
pub(super) async fn impact_of_unlink(tx: &mut OrgTx, id: CompanyId) -> Result<(u32, Option<i64>)> {
    let row = tx.fetch_one(&IMPACT_OF_UNLINK, args![id]).await?;
    Ok((row.get("lines")?, row.get("monthly")?))
}

fn read(row: &Row) -> Result<Company> {
    Ok(Company {
        id: row.get("id")?,
        pax8_id: row.get("pax8_id")?,
        name: row.get("name")?,
        status: row.get("status")?,
        external_id: row.get("external_id")?,
        website: row.get("website")?,
        client: read_client(row)?,
        mapped_by: row.parse("mapped_by", |name| {
            MappedBy::parse(name).ok_or("neither manual nor auto")
        })?,
        keep_unmapped: row.get("keep_unmapped")?,
        match_outcome: read_outcome(row)?,
        candidates: row.json("match_candidates")?,
        subscription_count: row.get("subscription_count")?,
        missing_since: row.get("missing_since")?,
        last_synced_at: row.get("last_synced_at")?,
    })
}

fn read_outcome(row: &Row) -> Result<MatchOutcome> {
    let outcome = row.parse("match_outcome", |name| {
        MatchOutcome::parse(name).ok_or("not an outcome")
    })?;
    Ok(outcome.unwrap_or(MatchOutcome::None))
}
