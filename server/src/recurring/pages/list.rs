//! The list of recurring invoices.

use askama::Template;
use axum::extract::{RawQuery, State};
use billing::Frequency;

use crate::{
    accounts::Permission,
    app::App,
    http::{Fields, Frame, Head, PageQuery, PageResult, Pager, Place, Sort, Visit, html},
    ids::ClientId,
    recurring::{
        ListRecurring, RecurringStatus, RowView,
        sorted::{COLUMNS, USUAL, list_sorted},
        view,
    },
};

const PAGE: &str = "/recurring";

#[derive(Template)]
#[template(path = "recurring/list.html")]
struct ListPage {
    frame: Frame,
    query: Fields,
    frequencies: Vec<(&'static str, &'static str)>,
    rows: Rows,
    may_bill: bool,
}

/// The part that changes with the filters.
#[derive(Template)]
#[template(path = "recurring/rows.html")]
struct Rows {
    rows: Vec<RowView>,
    heads: Vec<Head>,
    sort: Option<String>,
    filtered: bool,
    pager: Pager,
    may_bill: bool,
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    // Active ones, unless the filter says otherwise.
    let status = match query.text("status") {
        "all" => None,
        name => RecurringStatus::parse(name).or(Some(RecurringStatus::Active)),
    };
    let filter = ListRecurring {
        q: query.optional("q"),
        client_id: ClientId::parse(query.text("client_id")),
        status,
        frequency: Frequency::from_code(query.text("frequency")),
    };
    let page = PageQuery {
        limit: None,
        cursor: query.optional("cursor"),
    };
    let mut tx = app.database.read(visit.actor.organization).await?;
    let (sort, own) = (Sort::of(&query, &COLUMNS, USUAL), visit.actor.currency);
    let list = list_sorted(&mut tx, &filter, sort, Some(own), &page).await?;
    let may_bill = visit.actor.permissions.contains(Permission::BillingManage);
    let rows = Rows {
        rows: RowView::load(&mut tx, &list.data).await?,
        heads: Head::all(PAGE, &query, &COLUMNS, USUAL),
        sort: query.optional("sort"),
        filtered: filter.q.is_some()
            || filter.client_id.is_some()
            || filter.frequency.is_some()
            || status != Some(RecurringStatus::Active),
        pager: Pager::of(PAGE, &query, list.next_cursor.as_deref()),
        may_bill,
    };
    if visit.fragment {
        return html(&rows);
    }
    html(&ListPage {
        frame: visit.frame(Place::Recurring, "Recurring"),
        query,
        frequencies: frequencies(),
        rows,
        may_bill,
    })
}

/// The choices of a rhythm: code and words.
pub(super) fn frequencies() -> Vec<(&'static str, &'static str)> {
    let choice = |it: Frequency| (it.code(), view::frequency(it));
    Frequency::ALL.into_iter().map(choice).collect()
}
