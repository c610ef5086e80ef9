//! Everybody's API tokens.

use askama::Template;
use axum::extract::{RawQuery, State};

use super::{TABS, gate};
use crate::{
    accounts::tokens::{TokenRow, Whose, list_tokens, token_rows},
    app::App,
    http::{Fields, Frame, PageQuery, PageResult, Pager, Place, Visit, html},
};

const PATH: &str = "/admin/settings/tokens";

#[derive(Template)]
#[template(path = "settings/tokens.html")]
struct TokensPage {
    frame: Frame,
    tab: &'static str,
    query: Fields,
    rows: Rows,
}

/// The part that changes with the search.
#[derive(Template)]
#[template(path = "settings/token_list.html")]
struct Rows {
    tokens: Vec<TokenRow>,
    filtered: bool,
    pager: Pager,
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> PageResult {
    gate(&visit)?;
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let page = PageQuery {
        limit: None,
        cursor: query.optional("cursor"),
    };
    let mut tx = app.database.read(visit.actor.organization).await?;
    let list = list_tokens(&mut tx, Whose::Everybodys, Some(query.text("q")), &page).await?;
    let zone = &visit.actor.timezone;
    let rows = Rows {
        tokens: token_rows(list.data, zone, &app.clock.now()),
        filtered: !query.text("q").is_empty(),
        pager: Pager::of(PATH, &query, list.next_cursor.as_deref()),
    };
    if visit.fragment {
        return html(&rows);
    }
    html(&TokensPage {
        frame: visit.frame(Place::Settings, "Org Settings"),
        tab: PATH,
        query,
        rows,
    })
}
