//! The page of a search, and the list below the search box.

use askama::Template;
use axum::{
    Router,
    extract::{RawQuery, State},
    routing::get,
};

use super::{Found, Group, Hit, Kind, find, find::find_subscriptions};
use crate::{
    app::App,
    http::{Fields, Frame, PageQuery, PageResult, Pager, Place, Visit, address, html},
};

/// The page's own address.
const PAGE: &str = "/search";

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route(PAGE, get(search))
        .route("/search/subscriptions", get(subscriptions))
}

#[derive(Template)]
#[template(path = "search/page.html")]
struct SearchPage {
    frame: Frame,
    found: Found,
}

/// The choices below the box.
#[derive(Template)]
#[template(path = "search/options.html")]
struct Options {
    found: Found,
}

#[derive(Template)]
#[template(path = "search/subscriptions.html")]
struct SubscriptionsPage {
    frame: Frame,
    q: String,
    hits: Vec<Hit>,
    pager: Pager,
}

async fn search(State(app): State<App>, visit: Visit, RawQuery(query): RawQuery) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let mut tx = app.database.read(visit.actor.organization).await?;
    let found = find(&app, &visit.actor, &mut tx, query.text("q")).await?;
    if visit.fragment {
        return html(&Options { found });
    }
    html(&SearchPage {
        frame: visit.frame(Place::Elsewhere, "Search"),
        found,
    })
}

async fn subscriptions(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let q = query.text("q").to_owned();
    let page = PageQuery {
        limit: None,
        cursor: query.optional("cursor"),
    };
    let mut tx = app.database.read(visit.actor.organization).await?;
    let list = find_subscriptions(&app, &visit.actor, &mut tx, &q, &page).await?;
    html(&SubscriptionsPage {
        frame: visit.frame(Place::Elsewhere, "Pax8 subscriptions found"),
        q,
        hits: list.data,
        pager: Pager::of("/search/subscriptions", &query, list.next_cursor.as_deref()),
    })
}

/// The list of a kind that shows everything that a text finds.
fn all_of(kind: Kind, q: &str) -> String {
    let (path, status) = match kind {
        Kind::Client => ("/clients", "all"),
        Kind::Company => ("/admin/integrations/pax8", "all"),
        Kind::Subscription => ("/search/subscriptions", ""),
        Kind::RecurringInvoice => ("/recurring", "all"),
        Kind::Invoice => ("/invoices", ""),
    };
    address(path, [("q", q), ("status", status)])
}

/// The page of everything that a text finds.
fn page_of(q: &str) -> String {
    address(PAGE, [("q", q)])
}

/// `3`, or `first 5`.
fn count(group: &Group) -> String {
    let shown = group.hits.len();
    if group.more {
        format!("first {shown}")
    } else {
        shown.to_string()
    }
}

fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Client => "clients",
        Kind::Company => "box",
        Kind::Subscription => "plug",
        Kind::RecurringInvoice => "recurring",
        Kind::Invoice => "invoice",
    }
}

impl SearchPage {
    fn all(&self, kind: &Kind) -> String {
        all_of(*kind, &self.found.q)
    }

    fn count(group: &Group) -> String {
        count(group)
    }
}

impl Options {
    fn all(&self, kind: &Kind) -> String {
        all_of(*kind, &self.found.q)
    }

    /// What is announced.
    fn told(&self) -> String {
        let shown: usize = self.found.groups.iter().map(|group| group.hits.len()).sum();
        match shown {
            0 => "Nothing found".to_owned(),
            1 => "1 found".to_owned(),
            shown => format!("{shown} found"),
        }
    }

    fn page(&self) -> String {
        page_of(&self.found.q)
    }

    fn icon(kind: &Kind) -> &'static str {
        icon(*kind)
    }
}
