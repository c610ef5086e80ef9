//! The list of clients, and the choices of a search box.

use askama::Template;
use axum::extract::{RawQuery, State};

use crate::{
    accounts::Permission,
    app::App,
    clients::{Client, ClientOption, ClientStatus, ListClients, list_clients, search_options},
    exports::ExportMenu,
    http::{Fields, Frame, PageQuery, PageResult, Pager, Place, Visit, html, html_parts},
};

/// How many clients a search box offers.
const CHOICES: u32 = 20;

#[derive(Template)]
#[template(path = "clients/list.html")]
struct ListPage {
    frame: Frame,
    query: Fields,
    rows: Rows,
    export: ExportMenu,
    may_manage: bool,
}

/// The part that changes with the filters.
#[derive(Template)]
#[template(path = "clients/rows.html")]
struct Rows {
    clients: Vec<Client>,
    filtered: bool,
    pager: Pager,
    may_manage: bool,
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
        name => ClientStatus::parse(name).or(Some(ClientStatus::Active)),
    };
    let filter = ListClients {
        q: query.optional("q"),
        status,
    };
    let page = PageQuery {
        limit: None,
        cursor: query.optional("cursor"),
    };
    let mut tx = app.database.read(visit.actor.organization).await?;
    let list = list_clients(&mut tx, &filter, &page).await?;
    let may_manage = visit.actor.permissions.contains(Permission::ClientsManage);
    let rows = Rows {
        clients: list.data,
        filtered: filter.q.is_some() || status != Some(ClientStatus::Active),
        pager: Pager::of("/clients", &query, list.next_cursor.as_deref()),
        may_manage,
    };
    let shown = status.map_or("all", ClientStatus::as_str);
    let export = ExportMenu::clients(&[("q", query.text("q")), ("status", shown)]);
    if visit.fragment {
        return html_parts(&[&rows, &export], &[]);
    }
    html(&ListPage {
        frame: visit.frame(Place::Clients, "Clients"),
        export,
        query,
        rows,
        may_manage,
    })
}

#[derive(Template)]
#[template(path = "clients/options.html")]
struct Options {
    options: Vec<ClientOption>,
}

pub(super) async fn options(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let mut tx = app.database.read(visit.actor.organization).await?;
    let options = search_options(&mut tx, query.text("q"), CHOICES).await?;
    html(&Options { options })
}
