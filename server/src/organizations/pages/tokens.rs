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
    tokens: Vec<TokenRow>,
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
    let list = list_tokens(&mut tx, Whose::Everybodys, &page).await?;
    let zone = &visit.actor.timezone;
    html(&TokensPage {
        frame: visit.frame(Place::Settings, "Org Settings"),
        tab: PATH,
        tokens: token_rows(list.data, zone, &app.clock.now()),
        pager: Pager::of(PATH, &query, list.next_cursor.as_deref()),
    })
}
