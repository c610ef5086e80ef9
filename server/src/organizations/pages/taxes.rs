//! The tax rates, as rows of one form.

use askama::Template;
use axum::extract::State;

use super::{
    TABS,
    form::{self, Present, Refused},
    gate,
};
use crate::{
    app::App,
    http::{
        Fields, Flash, Form, Frame, PageResult, Place, Refusals, Visit, go_to, html, html_conflict,
        html_refused,
    },
    organizations::TaxDetails,
};

const PATH: &str = "/admin/settings/taxes";

#[derive(Template)]
#[template(path = "settings/taxes.html")]
struct TaxesPage {
    frame: Frame,
    tab: &'static str,
    rows: Vec<TaxDetails>,
    refusals: Refusals,
    notice: Option<String>,
    version: i64,
}

/// A row with what was refused of it.
struct Row<'a> {
    index: usize,
    name: &'a str,
    percent: &'a str,
    name_refused: Option<&'a str>,
    percent_refused: Option<&'a str>,
}

impl TaxesPage {
    fn new(visit: &Visit, present: &Present, rows: Vec<TaxDetails>) -> Self {
        Self {
            frame: visit.frame(Place::Settings, "Org Settings"),
            tab: PATH,
            rows,
            refusals: Refusals::default(),
            notice: None,
            version: present.organization.version,
        }
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().enumerate().map(|(index, row)| Row {
            index,
            name: &row.name,
            percent: &row.percent,
            name_refused: self.refusals.at(&format!("taxes[{index}].name")),
            percent_refused: self.refusals.at(&format!("taxes[{index}].percent")),
        })
    }

    /// The row that the script adds.
    fn blank() -> Row<'static> {
        Row {
            index: 99,
            name: "",
            percent: "",
            name_refused: None,
            percent_refused: None,
        }
    }
}

pub(super) async fn show(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let mut rows = present.details().taxes;
    if rows.is_empty() {
        rows.push(blank());
    }
    html(&TaxesPage::new(&visit, &present, rows))
}

async fn save_rows(app: &App, visit: &Visit, fields: &Fields, rows: Vec<TaxDetails>) -> PageResult {
    let mut tx = app.database.write(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let mut it = present.details();
    it.taxes.clone_from(&rows);
    let refused = form::save(&mut tx, visit, fields, &it, app.clock.now()).await?;
    let Some(Refused { refusals, notice }) = refused else {
        tx.commit().await?;
        let message =
            Flash::ok("The tax rates were saved. They count for invoices made from now on.");
        return Ok(go_to(visit, PATH, &[message]));
    };
    let mut page = TaxesPage::new(visit, &present, rows);
    (page.refusals, page.notice) = (refusals, notice);
    if page.notice.is_some() {
        html_conflict(&page)
    } else {
        html_refused(&page)
    }
}

pub(super) async fn save(State(app): State<App>, Form { visit, fields }: Form) -> PageResult {
    gate(&visit)?;
    let mut rows = sent(&fields);
    let removed = fields.text("remove_row").parse::<usize>().ok();
    if let Some(index) = removed.filter(|index| *index < rows.len()) {
        rows.remove(index);
    }
    let adds = !fields.text("add_row").is_empty();
    if adds || removed.is_some() {
        if adds || rows.is_empty() {
            rows.push(blank());
        }
        // Without script a row more or less is a page more; nothing is saved by it.
        let mut tx = app.database.read(visit.actor.organization).await?;
        let present = Present::load(&mut tx).await?;
        let mut page = TaxesPage::new(&visit, &present, rows);
        page.version = fields.text("version").parse().unwrap_or(page.version);
        return html(&page);
    }
    rows.retain(|row| !(row.name.is_empty() && row.percent.is_empty()));
    save_rows(&app, &visit, &fields, rows).await
}

fn sent(fields: &Fields) -> Vec<TaxDetails> {
    let (names, percents) = (fields.all("tax_name"), fields.all("tax_percent"));
    let rows = names.into_iter().zip(percents);
    rows.map(|(name, percent)| TaxDetails {
        name: name.to_owned(),
        percent: percent.to_owned(),
    })
    .collect()
}

fn blank() -> TaxDetails {
    TaxDetails {
        name: String::new(),
        percent: String::new(),
    }
}
