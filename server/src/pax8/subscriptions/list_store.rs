//! Every SQL statement that lists subscriptions: in the order of what they are called, narrowed, a page at a time.

use std::iter::repeat_n;

use db::{IntoValue as _, OrgStatement, OrgTx, Row, Value, args};

use super::{
    Subscription,
    conditions::{may_be_held, status_bills},
    row::read,
    store::subscriptions_where,
};
use crate::{
    error::Result,
    http::Paging,
    ids::{CompanyId, SubscriptionId},
};

/// What a list is narrowed by, and its order; `$10` and what follows belong to the condition.
macro_rules! listed_where {
    ($condition:expr) => {
        subscriptions_where!(concat!(
            $condition,
            " and (cast($2 as text) is null or lower(coalesce(s.status, '')) = $2)
            and (cast($3 as boolean) is null or (r.id is not null) = $3)
            and (cast($4 as boolean) is null or s.below_cost = $4)
            and (cast($8 as boolean) is null or ",
            status_bills!(),
            " = $8)
            and (cast($9 as boolean) is null or ",
            may_be_held!(),
            " = $9)
            and (cast($5 as text) is null or (s.search_text, s.id) > ($5, $6))
            order by s.search_text, s.id limit $7"
        ))
    };
}

/// Whether a text stands anywhere in what a subscription or its company is called; `$11` is how Pax8's id begins.
macro_rules! contains {
    () => {
        "(cast($10 as text) is null or s.search_text like $10 escape '\\' or lower(s.pax8_id) like $11 escape '\\'
            or s.company_id in (select id from pax8_company where organization_id = $1 and search_text like $10 escape '\\'))"
    };
}

/// One of as many values as [`TOGETHER`].
macro_rules! one_of {
    ($column:literal) => {
        concat!($column, " in ($10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41)")
    };
}

db::statements! {
    org LIST = listed_where!("true");
    org LIST_CONTAINING = listed_where!(contains!());
    org LIST_OF_COMPANY = listed_where!(concat!("s.company_id = $12 and ", contains!()));
    org LIST_OF_COMPANIES = listed_where!(one_of!("s.company_id"));
    org LIST_OF_TEXT = listed_where!("s.search_text = $10");
    org LIST_OF_TEXTS = listed_where!(one_of!("s.search_text"));
    org LIST_OF_PAX8_ID = listed_where!("s.pax8_id >= $10 and s.pax8_id < $11");
    bulk FIND_MANY = "with wanted (organization_id, id) as (values", 2,
        concat!(") ", subscriptions_where!("s.id in (select id from wanted) order by s.search_text, s.id"));
    org LINKED = subscriptions_where!("r.id is not null order by s.search_text, s.id");
    org HELD_CANDIDATES = subscriptions_where!(concat!(may_be_held!(), " order by s.search_text, s.id"));
    org NOT_LINKED = concat!("select s.id from pax8_subscription s
        left join subscription_billing b on b.organization_id = s.organization_id and b.subscription_pax8_id = s.pax8_id
        where s.organization_id = $1 and b.recurring_invoice_id is null and ", status_bills!(), "
        order by s.search_text, s.id");
    org BELOW_COST = concat!("select s.id from pax8_subscription s where s.organization_id = $1 and s.below_cost and ",
        status_bills!(), " order by s.search_text, s.id");
    org TEXTS = "select search_text, count(*) as n from pax8_subscription where organization_id = $1
        group by search_text order by search_text";
    org COMPANY_TEXTS = "select id, search_text from pax8_company where organization_id = $1";
}

/// How many values a statement takes at once.
pub(super) const TOGETHER: usize = 32;

/// What a page of a list is narrowed by, beside a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrowing {
    pub status: Option<String>,
    pub linked: Option<bool>,
    pub below_cost: Option<bool>,
    /// Whether its status bills.
    pub bills: Option<bool>,
    /// Whether it may be held, stale data apart.
    pub may_be_held: Option<bool>,
}

/// The place of a subscription in the list: what it is called, and its id.
pub(super) type SortKey = (String, SubscriptionId);

/// A subscription and its place.
pub(super) type Listed = (SortKey, Subscription);

/// Whose subscriptions are listed.
#[derive(Debug)]
pub(super) enum Of<'a> {
    /// All.
    All,
    /// Those that a pattern finds, whose Pax8 id may begin like another.
    Containing(&'a Patterns),
    /// Those of a company, of which a pattern may find some.
    Company(CompanyId, Option<&'a Patterns>),
    /// Those of at most [`TOGETHER`] companies.
    Companies(&'a [CompanyId]),
    /// Those that are called by a text.
    Text(&'a str),
    /// Those that are called by one of at most [`TOGETHER`] texts.
    Texts(&'a [&'a str]),
    /// Those whose Pax8 id lies between two texts, the second excluded.
    Pax8Ids(&'a str, &'a str),
}

/// Patterns for `like`.
#[derive(Debug)]
pub(super) struct Patterns {
    pub containing: String,
    pub beginning: String,
}

/// A page of a list.
pub(super) async fn list(
    tx: &mut OrgTx,
    of: Of<'_>,
    narrowing: &Narrowing,
    paging: &Paging<SortKey>,
) -> Result<Vec<Listed>> {
    let (after_text, after_id) = paging.after.clone().unzip();
    let mut args = args![
        narrowing.status.clone(),
        narrowing.linked,
        narrowing.below_cost,
        after_text,
        after_id,
        paging.fetch(),
        narrowing.bills,
        narrowing.may_be_held
    ];
    let (statement, more) = of.statement();
    args.extend(more);
    let rows = tx.fetch_all(statement, args).await?;
    rows.iter().map(listed).collect()
}

impl Of<'_> {
    fn statement(self) -> (&'static OrgStatement, Vec<Value>) {
        match self {
            Self::All => (&LIST, args![]),
            Self::Containing(patterns) => (&LIST_CONTAINING, patterns_of(Some(patterns))),
            Self::Company(company, patterns) => {
                let mut args = patterns_of(patterns);
                args.push(company.into_value());
                (&LIST_OF_COMPANY, args)
            }
            Self::Companies(ids) => (&LIST_OF_COMPANIES, slots(ids)),
            Self::Text(text) => (&LIST_OF_TEXT, args![text]),
            Self::Texts(texts) => (&LIST_OF_TEXTS, slots(texts)),
            Self::Pax8Ids(from, before) => (&LIST_OF_PAX8_ID, args![from, before]),
        }
    }
}

fn patterns_of(patterns: Option<&Patterns>) -> Vec<Value> {
    let (containing, beginning) = patterns.map(|it| (&it.containing, &it.beginning)).unzip();
    args![containing, beginning]
}

/// Values in all places that a statement has for them.
fn slots<T: db::Bind + Clone>(values: &[T]) -> Vec<Value> {
    let some = values.iter().map(|it| it.clone().into_value());
    some.chain(repeat_n(T::bind(None), TOGETHER))
        .take(TOGETHER)
        .collect()
}

fn listed(row: &Row) -> Result<Listed> {
    let subscription = read(row)?;
    Ok(((row.get("search_text")?, subscription.id), subscription))
}

/// Those of these ids, in the order of the list.
pub(super) async fn find_many(tx: &mut OrgTx, ids: &[SubscriptionId]) -> Result<Vec<Listed>> {
    let wanted = ids.iter().map(|id| args![*id]).collect();
    let rows = tx.fetch_bulk(&FIND_MANY, wanted).await?;
    rows.iter().map(listed).collect()
}

/// Those that feed a recurring invoice, in the order of the list.
pub(super) async fn linked(tx: &mut OrgTx) -> Result<Vec<Listed>> {
    let rows = tx.fetch_all(&LINKED, args![]).await?;
    rows.iter().map(listed).collect()
}

/// Those that feed a recurring invoice and may be held, stale data apart, in the order of the list.
pub(super) async fn held_candidates(tx: &mut OrgTx) -> Result<Vec<Listed>> {
    let rows = tx.fetch_all(&HELD_CANDIDATES, args![]).await?;
    rows.iter().map(listed).collect()
}

/// Those that bill and feed no recurring invoice, in the order of the list.
pub(super) async fn not_linked(tx: &mut OrgTx) -> Result<Vec<SubscriptionId>> {
    ids(tx, &NOT_LINKED).await
}

/// Those that bill and are sold for less than they cost, in the order of the list.
pub(super) async fn below_cost(tx: &mut OrgTx) -> Result<Vec<SubscriptionId>> {
    ids(tx, &BELOW_COST).await
}

async fn ids(tx: &mut OrgTx, statement: &'static OrgStatement) -> Result<Vec<SubscriptionId>> {
    let rows = tx.fetch_all(statement, args![]).await?;
    let ids = rows.iter().map(|row| row.get("id"));
    Ok(ids.collect::<db::Result<_>>()?)
}

/// Every text that subscriptions are called by, in the order of the list, with how many are.
pub(super) async fn texts(tx: &mut OrgTx) -> Result<Vec<(String, u32)>> {
    let rows = tx.fetch_all(&TEXTS, args![]).await?;
    let text = |row: &Row| -> db::Result<_> { Ok((row.get("search_text")?, row.get("n")?)) };
    Ok(rows.iter().map(text).collect::<db::Result<_>>()?)
}

/// What each company is found by.
pub(super) async fn company_texts(tx: &mut OrgTx) -> Result<Vec<(CompanyId, String)>> {
    let rows = tx.fetch_all(&COMPANY_TEXTS, args![]).await?;
    let text = |row: &Row| -> db::Result<_> { Ok((row.get("id")?, row.get("search_text")?)) };
    Ok(rows.iter().map(text).collect::<db::Result<_>>()?)
}
