//! Every SQL statement about the audit log.

use db::{OrgTx, Row, Value, args};
use jiff::Timestamp;

use super::{AuditEvent, AuditFilter, Event, Subject, event::ActorTold, filter::BY_ACTOR};
use crate::{
    error::Result,
    http::{Paging, Sort, SortKey},
    ids::AuditEventId,
    like,
};

/// The distinct values of an indexed column, each found by one step in the index: the log may be long, and its kinds are few.
macro_rules! distinct {
    ($column:literal) => {
        concat!(
            "with recursive seen (value) as (select min(",
            $column,
            ") from audit_event where organization_id = $1
            union all select (select min(e.",
            $column,
            ") from audit_event e where e.organization_id = $1 and e.",
            $column,
            " > seen.value)
            from seen where seen.value is not null)
            select value from seen where value is not null"
        )
    };
}

/// A macro, because statements are put together at compile time.
macro_rules! columns {
    () => {
        "select id, at, account_id, actor, via, remote_address, action, subject_type, subject_id, subject_name, before_json, after_json
        from audit_event where organization_id = $1 "
    };
}

/// The place of a row is told by columns as they are, so that each order goes along an index. What few events have leads to them by
/// an index of its own, which only a condition without alternatives uses.
macro_rules! list {
    ($few:literal, $after:literal, $order:literal) => {
        concat!(
            columns!(),
            $few,
            "and (cast($2 as text) is null or actor = $2 or account_id = $2)
            and (cast($3 as text) is null or action = $3)
            and (cast($4 as text) is null or subject_type = $4)
            and (cast($5 as text) is null or subject_id = $5)
            and (cast($6 as bigint) is null or at >= $6)
            and (cast($7 as bigint) is null or at < $7)
            and (cast($8 as text) is null or search_text like $8 escape '\\')
            and (cast($9 as text) is null or ",
            $after,
            ")
            order by ",
            $order,
            " limit $12"
        )
    };
}

macro_rules! newest_first {
    ($few:literal) => {
        list!($few, "(at, id) < ($10, $11)", "at desc, id desc")
    };
}

macro_rules! oldest_first {
    ($few:literal) => {
        list!($few, "(at, id) > ($10, $11)", "at, id")
    };
}

db::statements! {
    bulk INSERT = "insert into audit_event (organization_id, id, at, account_id, actor, via, remote_address, action, subject_type,
        subject_id, subject_name, before_json, after_json, search_text) values", 14, "";
    org FIND = concat!(columns!(), "and id = $2");
    org NEWEST_FIRST = newest_first!("");
    org OLDEST_FIRST = oldest_first!("");
    org NEWEST_OF_ACTION = newest_first!("and action = $3 ");
    org OLDEST_OF_ACTION = oldest_first!("and action = $3 ");
    org NEWEST_OF_SUBJECT = newest_first!("and subject_type = $4 and subject_id = $5 ");
    org OLDEST_OF_SUBJECT = oldest_first!("and subject_type = $4 and subject_id = $5 ");
    org BY_ACTOR_RISING = list!("", "(lower(actor), at, id) > (lower($9), $10, $11)", "lower(actor), at, id");
    org BY_ACTOR_FALLING = list!("", "(lower(actor), at, id) < (lower($9), $10, $11)", "lower(actor) desc, at desc, id desc");
    org ACTORS = distinct!("actor");
    org ACTIONS = distinct!("action");
    org KINDS = distinct!("subject_type");
    /// Names of records whose states do not tell them.
    org SUBJECT_NAME = "select coalesce(s.product_name, 'Unnamed product') as name, c.name as place
        from pax8_subscription s join pax8_company c on c.organization_id = s.organization_id and c.id = s.company_id
        where s.organization_id = $1 and s.id = $3 and cast($2 as text) = 'pax8_subscription'
        union all select coalesce(number, 'Draft') as name, client_name as place
        from invoice where organization_id = $1 and id = $3 and cast($2 as text) = 'invoice'";
    org LAST_CHANGE = "select actor, at from audit_event
        where organization_id = $1 and subject_type = $2 and subject_id = $3 order by at desc, id desc limit 1";
}

/// An event to be written.
pub(super) struct NewEvent<'a> {
    pub id: AuditEventId,
    pub event: Event<'a>,
    pub now: Timestamp,
    pub subject_name: Option<String>,
    pub before: Option<serde_json::Value>,
    pub after: Option<serde_json::Value>,
}

/// What the filters of the list offer: what occurs in the log.
pub(super) struct Occurring {
    pub actors: Vec<String>,
    pub actions: Vec<String>,
    pub kinds: Vec<String>,
}

pub(super) async fn insert(tx: &mut OrgTx, news: Vec<NewEvent<'_>>) -> Result<()> {
    tx.bulk(&INSERT, news.into_iter().map(columns_of)).await?;
    Ok(())
}

fn columns_of(new: NewEvent<'_>) -> Vec<Value> {
    let event = new.event;
    let by = event.by;
    let search_text = like::search_text([Some(by.name.as_str()), new.subject_name.as_deref()]);
    args![
        new.id,
        new.now,
        by.account,
        &by.name,
        by.via,
        by.remote_address.clone(),
        event.action,
        event.subject_type,
        event.subject_id,
        new.subject_name,
        new.before,
        new.after,
        search_text
    ]
}

pub(super) async fn find_subject_name(
    tx: &mut OrgTx,
    kind: &str,
    id: &str,
) -> Result<Option<String>> {
    let Some(row) = tx.fetch_optional(&SUBJECT_NAME, args![kind, id]).await? else {
        return Ok(None);
    };
    let (name, place): (String, Option<String>) = (row.get("name")?, row.get("place")?);
    Ok(Some(match place {
        Some(place) => format!("{name}, {place}"),
        None => name,
    }))
}

pub(super) async fn find(tx: &mut OrgTx, id: AuditEventId) -> Result<Option<AuditEvent>> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn list(
    tx: &mut OrgTx,
    filter: &AuditFilter,
    sort: Sort,
    page: &Paging<SortKey<AuditEventId>>,
) -> Result<Vec<AuditEvent>> {
    let after = page.after.as_ref();
    let args = args![
        filter.actor.clone(),
        filter.action.clone(),
        filter.subject_type.clone(),
        filter.subject_id.clone(),
        filter.from,
        filter.until,
        filter.q.as_deref().and_then(like::containing),
        after.map(|it| it.text.as_str()),
        after.map(|it| it.number),
        after.map(|it| it.id),
        page.fetch()
    ];
    let of_subject = filter.subject_type.is_some() && filter.subject_id.is_some();
    let [newest, oldest] = match filter.action {
        _ if of_subject => [&NEWEST_OF_SUBJECT, &OLDEST_OF_SUBJECT],
        Some(_) => [&NEWEST_OF_ACTION, &OLDEST_OF_ACTION],
        None => [&NEWEST_FIRST, &OLDEST_FIRST],
    };
    let statement = match (sort.column, sort.falling) {
        (BY_ACTOR, false) => &BY_ACTOR_RISING,
        (BY_ACTOR, true) => &BY_ACTOR_FALLING,
        (_, false) => oldest,
        (_, true) => newest,
    };
    let rows = tx.fetch_all(statement, args).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn occurring(tx: &mut OrgTx) -> Result<Occurring> {
    let mut lists = Vec::new();
    for statement in [&ACTORS, &ACTIONS, &KINDS] {
        let rows = tx.fetch_all(statement, args![]).await?;
        let values = rows.iter().map(|row| row.get("value"));
        lists.push(values.collect::<db::Result<Vec<String>>>()?);
    }
    let mut lists = lists.into_iter();
    let mut next = || lists.next().unwrap_or_default();
    Ok(Occurring {
        actors: next(),
        actions: next(),
        kinds: next(),
    })
}

fn read(row: &Row) -> Result<AuditEvent> {
    let mut event = AuditEvent {
        id: row.get("id")?,
        at: row.get("at")?,
        actor: ActorTold {
            id: row.get("account_id")?,
            name: row.get("actor")?,
        },
        via: row.get("via")?,
        remote_address: row.get("remote_address")?,
        action: row.get("action")?,
        subject: Subject {
            kind: row.get("subject_type")?,
            id: row.get("subject_id")?,
            name: row.get("subject_name")?,
        },
        summary: String::new(),
        before: row.parse("before_json", |text| serde_json::from_str(text))?,
        after: row.parse("after_json", |text| serde_json::from_str(text))?,
    };
    event.summary = event.sentence();
    Ok(event)
}

/// Who was the last to do something to a subject, and when.
pub(super) async fn last_change(
    tx: &mut OrgTx,
    subject_type: &str,
    subject_id: &str,
) -> Result<Option<(String, Timestamp)>> {
    let args = args![subject_type, subject_id];
    let row = tx.fetch_optional(&LAST_CHANGE, args).await?;
    row.map(|row| Ok((row.get("actor")?, row.get("at")?)))
        .transpose()
}
