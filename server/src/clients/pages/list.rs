//! The list of clients, and the choices of a search box.

use askama::Template;
use axum::extract::{RawQuery, State};
use money::Amount;

use crate::{
    accounts::{Costs, Permission},
    app::App,
    clients::{
        Client, ClientOption, ClientOrder, ClientStatus, Earnings, ListClients, list_by_earnings,
        search_options,
    },
    exports::ExportMenu,
    http::{
        Fields, Frame, Head, PageQuery, PageResult, Pager, Place, Visit, filters, html, html_parts,
        sorted_by,
    },
};

const PAGE: &str = "/clients";
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
    rows: Vec<Row>,
    columns: Vec<Head>,
    /// The order that the address names; the form of the filters sends it along.
    sort: Option<String>,
    filtered: bool,
    pager: Pager,
    may_manage: bool,
    /// Whether margins are shown.
    costs: bool,
}

/// A client, with what it brings a month.
struct Row {
    client: Client,
    revenue: Option<String>,
    margin: Option<String>,
    /// Whether the client costs more than it brings.
    loses: bool,
    /// The margin in percent of the revenue, or how many subscriptions are in neither sum.
    note: Option<String>,
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
    let costs = visit.actor.costs();
    let order = match (ClientOrder::parse(query.text("sort")), costs) {
        // The order alone would tell.
        (ClientOrder::Margin { .. }, Costs::Hidden) => ClientOrder::default(),
        (order, _) => order,
    };
    let currency = visit.actor.currency;
    let list = list_by_earnings(&mut tx, &filter, order, currency, &page).await?;
    let may_manage = visit.actor.permissions.contains(Permission::ClientsManage);
    let rows = Rows {
        rows: list.data.into_iter().map(|it| Row::of(it, costs)).collect(),
        costs: costs == Costs::Shown,
        columns: heads(&query, costs),
        sort: query.optional("sort"),
        filtered: filter.q.is_some() || status != Some(ClientStatus::Active),
        pager: Pager::of(PAGE, &query, list.next_cursor.as_deref()),
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

impl Row {
    fn of((client, earnings): (Client, Earnings), costs: Costs) -> Self {
        let (revenue, margin) = (earnings.revenue, earnings.margin);
        let share = earnings.share().filter(|_| costs == Costs::Shown);
        Self {
            client,
            revenue: revenue.as_ref().map(filters::money),
            margin: margin.as_ref().map(filters::money),
            loses: margin.is_some_and(Amount::is_negative),
            note: earnings.note().or(share),
        }
    }
}

/// The sorted one turns around when it is chosen again; amounts start with the highest. Names only rise.
fn heads(query: &Fields, costs: Costs) -> Vec<Head> {
    let sort = query.text("sort");
    let amount = |label, name: &str| {
        let falling = format!("-{name}");
        Head {
            label,
            numeric: true,
            sorted: match sort {
                it if it == name => Some("ascending"),
                it if it == falling => Some("descending"),
                _ => None,
            },
            url: sorted_by(PAGE, query, if sort == falling { name } else { &falling }),
        }
    };
    let (revenue, margin) = (
        amount("Monthly revenue", "revenue"),
        amount("Margin", "margin"),
    );
    let by_name = match costs {
        Costs::Shown => revenue.sorted.or(margin.sorted).is_none(),
        Costs::Hidden => revenue.sorted.is_none(),
    };
    let name = Head {
        label: "Name",
        url: sorted_by(PAGE, query, ""),
        numeric: false,
        sorted: by_name.then_some("ascending"),
    };
    match costs {
        Costs::Shown => vec![name, revenue, margin],
        Costs::Hidden => vec![name, revenue],
    }
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
