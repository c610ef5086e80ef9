//! How the lines of invoices are made and printed.

use askama::Template;
use axum::extract::State;

use super::{
    TABS,
    form::{Present, Refused, save},
    gate,
};
use crate::{
    app::App,
    http::{
        Fields, Flash, Form, Frame, PageResult, Place, Refusals, Visit, go_to, html, html_conflict,
        html_refused,
    },
};

const PATH: &str = "/admin/settings/lines";

#[derive(Template)]
#[template(path = "settings/lines.html")]
struct LinesPage {
    frame: Frame,
    tab: &'static str,
    typed: Fields,
    refusals: Refusals,
    notice: Option<String>,
    version: i64,
}

pub(super) async fn show(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let it = present.details().lines;
    let on = |on: bool| if on { "true" } else { "" }.to_owned();
    let typed = Fields::of([
        ("proration_basis", it.proration_basis),
        ("line_text", it.text),
        ("print_zero_lines", on(it.print_zero)),
        ("group_lines", on(it.group)),
    ]);
    html(&page(&visit, &present, typed))
}

pub(super) async fn save_lines(State(app): State<App>, Form { visit, fields }: Form) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let mut it = present.details();
    fields
        .text("proration_basis")
        .clone_into(&mut it.lines.proration_basis);
    fields.text("line_text").clone_into(&mut it.lines.text);
    it.lines.print_zero = fields.is_on("print_zero_lines");
    it.lines.group = fields.is_on("group_lines");
    let refused = save(&mut tx, &visit, &fields, &it, app.clock.now()).await?;
    let Some(Refused { refusals, notice }) = refused else {
        tx.commit().await?;
        let message = Flash::ok("The settings were saved. They apply from the next invoice on.");
        return Ok(go_to(&visit, PATH, &[message]));
    };
    let mut page = page(&visit, &present, fields);
    (page.refusals, page.notice) = (refusals, notice);
    if page.notice.is_some() {
        html_conflict(&page)
    } else {
        html_refused(&page)
    }
}

fn page(visit: &Visit, present: &Present, typed: Fields) -> LinesPage {
    LinesPage {
        frame: visit.frame(Place::Settings, "Org Settings"),
        tab: PATH,
        typed,
        refusals: Refusals::default(),
        notice: None,
        version: present.organization.version,
    }
}
