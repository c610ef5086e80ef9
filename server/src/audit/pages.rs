//! The pages of the audit log: the list with its filters, and an event with the states before and after.

use askama::Template;
use axum::{
    Router,
    extract::{Path, RawQuery, State},
    routing::get,
};
use jiff::tz::TimeZone;

use super::{
    AuditEvent, AuditFilter,
    difference::{FieldChange, compare},
    filter::{COLUMNS, USUAL, list_sorted},
    load_event,
    store::{self, Occurring},
    words,
};
use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    exports::ExportMenu,
    http::{
        AdminVisit, Fields, Frame, Head, Moment, PageQuery, PageResult, Pager, Place, Sort,
        address, html, html_parts,
    },
    ids::AuditEventId,
};

const PAGE: &str = "/admin/audit";
/// The filters, as they stand in the address.
const FILTERS: [&str; 7] = [
    "q",
    "actor",
    "action",
    "subject_type",
    "subject_id",
    "from",
    "to",
];

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route(PAGE, get(list))
        .route("/admin/audit/{id}", get(show))
}

#[derive(Template)]
#[template(path = "audit/list.html")]
struct ListPage {
    frame: Frame,
    query: Fields,
    actors: Vec<Choice>,
    actions: Vec<Choice>,
    kinds: Vec<Choice>,
    rows: Rows,
    export: ExportMenu,
}

/// A choice of a filter.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// The part that changes with the filters.
#[derive(Template)]
#[template(path = "audit/rows.html")]
struct Rows {
    rows: Vec<EventRow>,
    heads: Vec<Head>,
    sort: Option<String>,
    filtered: bool,
    pager: Pager,
}

/// An event, written out.
struct EventRow {
    id: String,
    at: Moment,
    who: String,
    email: Option<String>,
    verb: String,
    subject: Option<String>,
    page: Option<String>,
    rest: Option<String>,
    via: String,
    address: Option<String>,
}

#[derive(Template)]
#[template(path = "audit/event.html")]
struct EventPage {
    frame: Frame,
    row: EventRow,
    kind: String,
    /// The other events of the same record.
    history: String,
    states: States,
}

/// Both states, field by field.
#[derive(Template)]
#[template(path = "audit/states.html")]
struct States {
    fields: Vec<FieldChange>,
    /// Whether each side exists.
    before: bool,
    after: bool,
}

async fn list(
    State(app): State<App>,
    AdminVisit(visit): AdminVisit,
    RawQuery(query): RawQuery,
) -> PageResult {
    visit.actor.require(Permission::AuditRead)?;
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let zone = &visit.actor.timezone;
    let filter = filter_of(&query, zone)?;
    let page = PageQuery {
        limit: None,
        cursor: query.optional("cursor"),
    };
    let mut tx = app.database.read(visit.actor.organization).await?;
    let sort = Sort::of(&query, &COLUMNS, USUAL);
    let events = list_sorted(&mut tx, &filter, sort, &page).await?;
    let rows = Rows {
        rows: events
            .data
            .iter()
            .map(|it| EventRow::of(it, zone))
            .collect(),
        heads: Head::all(PAGE, &query, &COLUMNS, USUAL),
        sort: query.optional("sort"),
        filtered: filter != AuditFilter::default(),
        pager: Pager::of(PAGE, &query, events.next_cursor.as_deref()),
    };
    let export = ExportMenu::audit_events(&FILTERS.map(|name| (name, query.text(name))));
    if visit.fragment {
        return html_parts(&[&rows, &export], &[]);
    }
    let Occurring {
        actors,
        actions,
        kinds,
    } = store::occurring(&mut tx).await?;
    html(&ListPage {
        frame: visit.frame(Place::AuditLogs, "Audit Logs"),
        actors: choices(actors, query.text("actor"), str::to_owned),
        actions: choices(actions, query.text("action"), words::action_label),
        kinds: choices(kinds, query.text("subject_type"), words::kind_label),
        export,
        query,
        rows,
    })
}

async fn show(
    State(app): State<App>,
    AdminVisit(visit): AdminVisit,
    Path(id): Path<String>,
) -> PageResult {
    visit.actor.require(Permission::AuditRead)?;
    let id = AuditEventId::parse(&id).ok_or(Error::NotFound("event"))?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let event = load_event(&mut tx, id).await?;
    let zone = &visit.actor.timezone;
    let states = States {
        fields: compare(event.before.as_ref(), event.after.as_ref(), zone),
        before: event.before.is_some(),
        after: event.after.is_some(),
    };
    if visit.fragment {
        return html(&states);
    }
    html(&EventPage {
        frame: visit.frame(Place::AuditLogs, event.summary.clone()),
        row: EventRow::of(&event, zone),
        kind: words::kind_label(&event.subject.kind),
        history: history_of(&event),
        states,
    })
}

/// The filter that an address asks for.
fn filter_of(query: &Fields, zone: &TimeZone) -> Result<AuditFilter> {
    let filter = AuditFilter {
        actor: query.optional("actor"),
        action: query.optional("action"),
        subject_type: query.optional("subject_type"),
        subject_id: query.optional("subject_id"),
        q: query.optional("q"),
        ..AuditFilter::default()
    };
    let (from, to) = (query.optional("from"), query.optional("to"));
    filter.between(from.as_deref(), to.as_deref(), zone)
}

/// The list of everything that was done to the event's record.
fn history_of(event: &AuditEvent) -> String {
    address(
        PAGE,
        [
            ("subject_type", event.subject.kind.as_str()),
            ("subject_id", event.subject.id.as_str()),
        ],
    )
}

/// What a filter offers; what is chosen is among it, although nothing of it occurs.
fn choices(mut values: Vec<String>, chosen: &str, label: fn(&str) -> String) -> Vec<Choice> {
    if !chosen.is_empty() && !values.iter().any(|value| value == chosen) {
        values.push(chosen.to_owned());
    }
    let mut choices: Vec<Choice> = values
        .into_iter()
        .map(|value| Choice {
            label: label(&value),
            chosen: value == chosen,
            value,
        })
        .collect();
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    choices
}

impl EventRow {
    fn of(event: &AuditEvent, zone: &TimeZone) -> Self {
        let told = words::tell(event);
        Self {
            id: event.id.to_string(),
            at: Moment::new(event.at, zone),
            who: event.actor.short().to_owned(),
            email: event.actor.email().map(str::to_owned),
            verb: told.verb,
            page: words::page_of(&event.subject).filter(|_| told.subject.is_some()),
            subject: told.subject,
            rest: told.rest,
            via: words::via_label(&event.via).to_owned(),
            address: event.remote_address.clone(),
        }
    }
}
